/**
 * How a batch is divided into requests, and which of them must follow each other. Pure.
 * @module
 */
import type { Publication } from "./publication.ts";
import type { Destination } from "./put.ts";

/** One publication and where it goes. */
export interface Item {
  readonly publication: Publication;
  readonly destination: Destination;
}

/** Requests that must follow each other, each as the places of its items. */
export type Line = readonly (readonly number[])[];

/**
 * Divides items. Those that have a queue in common keep their order: they are in one request, or, where they alone are too
 * many for one, in requests that follow each other.
 *
 * @param limit UTF-16 units of messages in one request.
 */
export function linesOf(items: readonly Item[], limit: number): readonly Line[] {
  const sizes = items.map(({ destination }) =>
    destination.pushes.reduce((sum, { message }) => sum + message.length, 0),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const lanes = total <= limit ? [items.map((_item, place) => place)] : lanesOf(items);
  const lines: number[][][] = [];
  let left = 0;
  for (const lane of lanes) {
    const size = lane.reduce((sum, place) => sum + sizes[place]!, 0);
    if (lines.length === 0 || size > left) {
      lines.push([[]]);
      left = limit;
    }
    const line = lines.at(-1)!;
    for (const place of lane) {
      if (sizes[place]! > left && line.at(-1)!.length > 0) {
        line.push([]);
        left = limit;
      }
      line.at(-1)!.push(place);
      left -= sizes[place]!;
    }
  }
  return items.length === 0 ? [] : lines;
}

/** The places of items by what they have to do with each other: a message in two queues ties these together. */
function lanesOf(items: readonly Item[]): readonly (readonly number[])[] {
  const leaders = new Map<string, string>();
  const leaderOf = (name: string): string => {
    let leader = name;
    for (let next = leaders.get(leader); next !== undefined; next = leaders.get(leader)) leader = next;
    // So that the way is short the next time.
    if (leader !== name) leaders.set(name, leader);
    return leader;
  };
  for (const item of items) {
    const [first, ...others] = namesOf(item);
    for (const name of others) {
      const leader = leaderOf(first!);
      const other = leaderOf(name);
      if (other !== leader) leaders.set(other, leader);
    }
  }
  const lanes = new Map<string, number[]>();
  items.forEach((item, place) => {
    const leader = leaderOf(namesOf(item)[0]!);
    const lane = lanes.get(leader);
    if (lane) lane.push(place);
    else lanes.set(leader, [place]);
  });
  return [...lanes.values()];
}

/** What an item must not overtake another at: its lists and channels, and the key that lets only one of them land. */
function namesOf({ publication: { guard }, destination: { pushes } }: Item): readonly string[] {
  const targets = pushes.map(({ target }) => target);
  return guard ? [...targets, guard.key] : targets;
}
