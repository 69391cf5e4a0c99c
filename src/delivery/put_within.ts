/**
 * Puts that keep queues within their depth. Loaded when a channel has limits.
 * @module
 */
import type { Command } from "../redis/client.ts";
import { type Admission, admit, noteLengths } from "./depth.ts";
import type { Item } from "./lines.ts";
import type { DeliveryContext, Publication } from "./publication.ts";
import { type Answer, type Destination, type Put, put } from "./put.ts";
import { type Accompaniment, type ItemOutcome, type ManyPut, putMany } from "./put_many.ts";

/**
 * As {@link put}, unless one of the queues is full.
 *
 * @throws {QueueFullError} Naming it; nothing was sent.
 */
export async function putWithin(
  context: DeliveryContext,
  publication: Publication,
  destination: Destination,
  before: readonly Command[],
  after: readonly Command[],
): Promise<Answer> {
  const item = { publication, destination };
  const { refusals, commands, learn } = await admit(context, [item], publication.signal);
  if (refusals[0]) throw refusals[0];
  const answer = await put(context, publication, destination, before, [...after, ...commands]);
  const warning = learn(answer.after.slice(after.length));
  noteLengths(context, item, answer.put);
  return { ...answer, put: warned(answer.put, warning) };
}

/**
 * As {@link putMany}, but an item for a full queue fails. Of items that are to land together none is sent then.
 *
 * @throws {QueueFullError} When they are to land together; nothing was sent.
 */
export async function putManyWithin(
  context: DeliveryContext,
  items: readonly Item[],
  { before, after, atomic }: Accompaniment,
  signal: AbortSignal | undefined,
): Promise<ManyPut> {
  let admission: Admission;
  try {
    admission = await admit(context, items, signal);
  } catch (error) {
    return { outcomes: items.map(() => ({ kind: "failed", error })), before: [], after: [] };
  }
  const { refusals, commands, learn } = admission;
  const refusal = refusals.find((error) => error !== undefined);
  if (atomic && refusal) throw refusal;
  const sent = items.filter((_item, index) => !refusals[index]);
  const put = await putMany(context, sent, { before, after: [...after, ...commands], atomic }, signal);
  const warning = learn(put.after.slice(after.length));
  let next = 0;
  const outcomes = refusals.map((error, index): ItemOutcome => {
    if (error) return { kind: "failed", error };
    const outcome = put.outcomes[next++]!;
    if (outcome.kind === "failed") return outcome;
    noteLengths(context, items[index]!, outcome);
    return warned(outcome, warning);
  });
  return { ...put, outcomes };
}

function warned(put: Put, warning: string | undefined): Put {
  return put.kind === "pushed" && warning !== undefined ? { ...put, warning } : put;
}
