/** @module The checker itself: it must see each kind of fault, and none where there is none. */
import { expect, test } from "vitest";
import { check } from "./ledger.ts";
import { type Knowledge, note, type Publication } from "./publication.ts";

const ACCEPTED: Knowledge = { is: "accepted", copies: ["a pub-1", "b pub-1"] };

function publication(knowledge: Knowledge, more: Partial<Publication> = {}): Publication {
  return {
    id: "pub-1",
    kind: "topic",
    client: 0,
    sequence: 0,
    places: ["a pub-1", "b pub-1"],
    besides: ["late pub-1"],
    attempts: 1,
    knowledge,
    wasUnknown: false,
    hits: new Set(),
    ...more,
  };
}

test.for<[Knowledge, readonly string[], readonly string[]]>([
  [ACCEPTED, ["a pub-1", "b pub-1"], []],
  [ACCEPTED, ["b pub-1"], ["lost"]],
  [ACCEPTED, [], ["lost", "lost"]],
  [ACCEPTED, ["a pub-1", "b pub-1", "b pub-1"], ["doubled"]],
  [ACCEPTED, ["a pub-1", "b pub-1", "c pub-1"], ["stray"]],
  [ACCEPTED, ["a pub-1", "b pub-1", "a pub-2"], ["stray"]],
  [ACCEPTED, ["a pub-1", "b pub-1", "late pub-1"], []],
  [ACCEPTED, ["a pub-1", "b pub-1", "late pub-1", "late pub-1"], ["doubled"]],
  [ACCEPTED, ["late pub-1"], ["lost", "lost"]],
  [{ is: "refused" }, [], []],
  [{ is: "refused" }, ["a pub-1"], ["refused, but found"]],
  [{ is: "not taken" }, [], []],
  [{ is: "not taken" }, ["a pub-1"], ["refused, but found"]],
  [{ is: "unknown" }, [], []],
  [{ is: "unknown" }, ["a pub-1", "b pub-1"], []],
  [{ is: "unknown" }, ["a pub-1"], ["torn"]],
  [{ is: "unknown" }, ["a pub-1", "b pub-1", "b pub-1"], ["doubled"]],
  [{ is: "unexpected", answer: "500" }, [], ["answer unexpected"]],
])("%o, found %j: %j", ([knowledge, found, faults]) => {
  const findings = check([publication(knowledge)], found);
  expect(findings.map(({ fault }) => fault)).toEqual(faults);
});

test("parts of a canvas are copies of their own", () => {
  const parts = ["celery pub-1/1", "celery pub-1/2"];
  const chain = publication({ is: "accepted", copies: parts }, { places: parts });
  expect(check([chain], parts)).toEqual([]);
  expect(check([chain], ["celery pub-1/1"])).toMatchObject([{ fault: "lost", detail: "celery pub-1/2" }]);
});

test("order is demanded of one client's messages in one queue, and of nobody else's", () => {
  const sent = (id: string, client: number, sequence: number, queue = "a") =>
    publication({ is: "accepted", copies: [`${queue} ${id}`] }, { id, client, sequence });
  const publications = [
    sent("pub-1", 0, 0),
    sent("pub-2", 0, 1),
    sent("pub-3", 1, 0),
    sent("pub-4", 0, 2, "b"),
  ];
  const ordered = (found: readonly string[]) =>
    check(publications, found, () => "all").map(({ fault }) => fault);
  expect(ordered(["b pub-4", "a pub-1", "a pub-3", "a pub-2"])).toEqual([]);
  expect(ordered(["a pub-3", "a pub-2", "a pub-1", "b pub-4"])).toEqual(["overtaken"]);
  const wrong = ["a pub-3", "a pub-2", "a pub-1", "b pub-4"];
  expect(check(publications, wrong)).toEqual([]);
  expect(check(publications, wrong, ({ id }) => (id === "pub-2" ? undefined : "all"))).toEqual([]);
  expect(check(publications, wrong, ({ id }) => id)).toEqual([]);
});

test("what may have been taken once is never again certain not to be", () => {
  const one = publication({ is: "not taken" }, { attempts: 0 });
  note(one, { is: "not taken" });
  expect(one.knowledge).toEqual({ is: "not taken" });
  note(one, { is: "unknown" });
  note(one, { is: "refused" });
  expect(one.knowledge).toEqual({ is: "unknown" });
  note(one, ACCEPTED);
  note(one, { is: "unknown" });
  expect(one.knowledge).toEqual(ACCEPTED);
  expect(one.attempts).toBe(5);
});
