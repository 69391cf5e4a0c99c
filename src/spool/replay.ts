/**
 * Dead letters once more: published as the drain would, and removed when they have landed.
 * @module
 */
import type { Delivery } from "../delivery/publication.ts";
import { contentsOfDead, discardDead, type SpoolChannel } from "./dead_letters.ts";
import { publishRecords } from "./publish.ts";
import { parseRecord, type SpoolRecord } from "./record.ts";

/** What became of one dead letter. `unknown`: there is none of this id. `unreadable`: nobody can publish it. */
export type Replayed =
  | { readonly id: string; readonly status: "replayed"; readonly deliveries: readonly Delivery[] }
  | { readonly id: string; readonly status: "unknown" }
  | { readonly id: string; readonly status: "unreadable" }
  | { readonly id: string; readonly status: "failed"; readonly error: unknown };

/**
 * Publishes dead letters, guarded, and removes those that landed.
 *
 * One that is dead since its guard had expired may be in its queue already: replaying it may double it, which is for the one
 * who asks for it to judge.
 *
 * @returns One result per id, in order.
 * @throws {RedisError} When Redis does not give them.
 */
export async function replayDead(
  channel: SpoolChannel,
  ids: readonly string[],
): Promise<readonly Replayed[]> {
  const contents = await contentsOfDead(channel, ids);
  const results = new Array<Replayed>(ids.length);
  const places: number[] = [];
  const records: SpoolRecord[] = [];
  for (const [place, id] of ids.entries()) {
    const text = contents[place];
    const record = text == null ? undefined : readable(text);
    if (record) {
      places.push(place);
      records.push(record);
    } else results[place] = { id, status: text == null ? "unknown" : "unreadable" };
  }
  const published = await publishRecords(channel.delivery, records);
  for (const [index, own] of published.entries()) {
    const place = places[index]!;
    const id = ids[place]!;
    const failed = own.find((result) => result.kind !== "landed");
    results[place] = failed
      ? { id, status: "failed", error: failed.error }
      : {
          id,
          status: "replayed",
          deliveries: own.flatMap((one) => (one.kind === "landed" ? [one.delivery] : [])),
        };
  }
  await discardDead(
    channel,
    results.filter(({ status }) => status === "replayed").map(({ id }) => id),
  );
  return results;
}

function readable(text: string): SpoolRecord | undefined {
  try {
    return parseRecord(text);
  } catch {
    return undefined;
  }
}
