/** @module Compares what clients know with what consumers found. */
import type { Publication } from "./publication.ts";

/** What is wrong with one publication. */
export interface Finding {
  readonly fault:
    | "lost"
    | "doubled"
    | "refused, but found"
    | "torn"
    | "stray"
    | "overtaken"
    | "answer unexpected";
  readonly id: string;
  readonly detail: string;
}

/** What consumers found: each copy, in the order in which its queue gave it out. */
export type Found = readonly string[];

/**
 * Holds publications against what was found.
 *
 * Accepted: each copy exactly once where the answer said, and nowhere else. Refused or not taken: nowhere. Unknown: at
 * most once in each place, and in all of its places or in none.
 *
 * @param lane Also demand that each client's accepted messages of one lane are in their queues in the order in which it sent
 * them; those in no lane may be anywhere. Default: no order is demanded.
 */
export function check(
  publications: readonly Publication[],
  found: Found,
  lane?: (publication: Publication) => string | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  const counts = countsOf(found);
  const known = new Map(publications.map((publication) => [publication.id, publication]));
  for (const { id, knowledge, places, besides } of publications) {
    const add = (fault: Finding["fault"], detail: string) => findings.push({ fault, id, detail });
    const own = counts.get(id) ?? new Map<string, number>();
    for (const [place, count] of own) if (count > 1) add("doubled", `${count} times: ${place}`);
    switch (knowledge.is) {
      case "accepted":
        for (const place of knowledge.copies) if (!own.has(place)) add("lost", place);
        for (const place of own.keys()) {
          if (!knowledge.copies.includes(place) && !besides.includes(place)) add("stray", place);
        }
        break;
      case "refused":
      case "not taken":
        for (const place of own.keys()) add("refused, but found", `${knowledge.is}: ${place}`);
        break;
      case "unknown":
        if (places && own.size > 0 && !places.every((place) => own.has(place))) {
          add("torn", `only ${[...own.keys()].join()}`);
        }
        break;
      case "unexpected":
        add("answer unexpected", knowledge.answer);
    }
  }
  for (const [id, own] of counts) {
    if (!known.has(id))
      findings.push({ fault: "stray", id, detail: `nobody sent ${[...own.keys()].join()}` });
  }
  return lane ? [...findings, ...overtaken(known, found, lane)] : findings;
}

function countsOf(found: Found): ReadonlyMap<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  for (const place of found) {
    const id = idOf(place);
    const own = counts.get(id) ?? new Map<string, number>();
    counts.set(id, own.set(place, (own.get(place) ?? 0) + 1));
  }
  return counts;
}

/** A copy is `queue id`, or `queue id/part`. */
function idOf(place: string): string {
  return place.slice(place.indexOf(" ") + 1).split("/", 1)[0]!;
}

function overtaken(
  known: ReadonlyMap<string, Publication>,
  found: Found,
  laneOf: (publication: Publication) => string | undefined,
): readonly Finding[] {
  const findings: Finding[] = [];
  const latest = new Map<string, Publication>();
  for (const place of found) {
    const publication = known.get(idOf(place));
    // A worker runs the further steps of a chain when it comes to them.
    if (publication?.knowledge.is !== "accepted" || place.includes("/")) continue;
    const lane = laneOf(publication);
    if (lane === undefined) continue;
    const line = `${lane} ${publication.client} ${place.slice(0, place.indexOf(" "))}`;
    const before = latest.get(line);
    if (before && before.sequence > publication.sequence) {
      const detail = `${place} comes after ${before.id}`;
      findings.push({ fault: "overtaken", id: publication.id, detail });
    } else latest.set(line, publication);
  }
  return findings;
}
