/**
 * What may have landed so long ago that nobody can tell any more is not put again.
 * @module
 */
import type { Command } from "../redis/client.ts";
import type { SpoolChannel } from "./dead_letters.ts";
import { GUARD_SECONDS, type SpooledItem, type SpoolRecord } from "./record.ts";

/** Records by what may be done with them. */
export interface Judged<One> {
  readonly alive: readonly One[];
  /** Its outcome was unknown, and what would tell is forgotten. */
  readonly expired: readonly One[];
  /** Redis does not tell now. */
  readonly unknown: readonly One[];
}

/** Milliseconds before a guard may be gone from which on it is looked up: longer than a request takes. */
const MARGIN = 60_000;
/** Milliseconds by which clocks may differ. */
const DRIFT = 2_000;

/**
 * Looks up the guards of what may have landed so long ago that its guard may be gone. One that is still there is kept for longer
 * by the same command, and so keeps its publication from landing twice. One that is not there although it cannot be gone yet was
 * never set: nothing has landed.
 */
export async function judged<One extends { readonly record: SpoolRecord }>(
  { delivery }: SpoolChannel,
  portion: readonly One[],
): Promise<Judged<One>> {
  const goneIn = ({ begunAt }: SpoolRecord, { guard }: SpooledItem) =>
    begunAt + guard.seconds * 1000 - DRIFT - Date.now();
  const doubtful = portion.flatMap((one) =>
    one.record.items
      .filter((item) => !item.certain && goneIn(one.record, item) < MARGIN)
      .map((item) => ({ one, item })),
  );
  if (doubtful.length === 0) return { alive: portion, expired: [], unknown: [] };
  const commands = doubtful.map(({ item }): Command => ["EXPIRE", item.guard.key, String(GUARD_SECONDS)]);
  const forgotten = new Set<One>();
  try {
    const replies = await delivery.connection.send(commands, { atomic: false });
    for (const [index, reply] of replies.entries()) {
      const { one, item } = doubtful[index]!;
      if ("error" in reply) throw reply.error;
      if (reply.result !== 1 && goneIn(one.record, item) <= 0) forgotten.add(one);
    }
  } catch {
    return { alive: [], expired: [], unknown: portion };
  }
  return {
    alive: portion.filter((one) => !forgotten.has(one)),
    expired: portion.filter((one) => forgotten.has(one)),
    unknown: [],
  };
}
