import { describe, expect, it } from "vitest";
import { topicPattern } from "../../src/routing/pattern.ts";
import { BindingTable, type ExchangeType } from "../../src/routing/table.ts";

const SEP = "\x06\x16";
const row = (routingKey: string, pattern: string, queue: string) => [routingKey, pattern, queue].join(SEP);
const match = (members: string[], type: ExchangeType | undefined, key: string) =>
  [...new BindingTable(members, SEP).match(type, key)].sort();

const topic = [
  row("a.*", "^a\\..*?[^\\.]$", "wild"),
  row("a.b", "^a\\.b$", "literal"),
  row("b.#", "^b\\..*?$", "hash"),
];

describe("matching", () => {
  it("gives each queue one copy, however often it is bound", () => {
    expect(match([row("a.*", "^a\\..*?[^\\.]$", "q"), row("a.b", "^a\\.b$", "q")], "topic", "a.b")).toEqual([
      "q",
    ]);
  });

  it("matches a topic by the stored pattern", () => {
    expect(match(topic, "topic", "a.b")).toEqual(["literal", "wild"]);
    expect(match(topic, "topic", "a.x.y")).toEqual(["wild"]);
    expect(match(topic, "topic", "b.")).toEqual(["hash"]);
    expect(match(topic, "topic", "c")).toEqual([]);
  });

  it("lets the stated type decide: direct compares the key and ignores patterns", () => {
    expect(match(topic, "direct", "a.b")).toEqual(["literal"]);
    expect(match(topic, "direct", "a.*")).toEqual(["wild"]);
  });

  it("without a type takes rows with a pattern as topic and the others as direct", () => {
    const mixed = [...topic, row("a.b", "", "plain"), row("other", "", "elsewhere")];
    expect(match(mixed, undefined, "a.b")).toEqual(["literal", "plain", "wild"]);
  });

  it("lets a row without a pattern match every key under topic, as Kombu does", () => {
    expect(match([row("a", "", "q")], "topic", "anything")).toEqual(["q"]);
  });

  it("finds by first and last words what each pattern matches by itself", () => {
    const words = [
      "",
      "a",
      "b",
      "*",
      "#",
      "a.*",
      "*.a",
      "#.b",
      "a.#.b",
      "a.b.*",
      "*.b.a",
      "a*.b",
      "b.a*",
      "*.a.#",
      "x-y.*",
      "*.é",
    ];
    const bindings = words.map((key) => row(key, topicPattern(key), `q ${key}`));
    const table = new BindingTable(bindings, SEP);
    const ends = ["", "a", "b", ".", "a.b", "b.a", "x-y", "é", "a\n", "\na", "😀"];
    const keys = ends.flatMap((first) =>
      ends.flatMap((last) => [`${first}${last}`, `${first}.${last}`, `a.${first}.${last}\n`]),
    );
    let matches = 0;
    for (const key of keys) {
      const expected = table.bindings
        .filter((binding) => table.matches(binding, "topic", key))
        .map(({ queue }) => queue);
      expect([key, [...table.match("topic", key)].sort()]).toEqual([key, expected.sort()]);
      matches += expected.length;
    }
    expect(matches).toBeGreaterThan(800);
  });

  it("answers the same when asked again, and for more keys than it remembers", () => {
    const table = new BindingTable(topic, SEP);
    for (let round = 0; round < 2; round++) {
      for (let index = 0; index < 2_500; index++)
        expect(table.match("topic", `a.${index}`)).toEqual(["wild"]);
    }
  });
});

describe("rows that cannot be used", () => {
  it.each([
    ["junk", "malformed"],
    ["", "malformed"],
    [`a${SEP}b`, "malformed"],
    [["a", "", "q", "x"].join(SEP), "malformed"],
    [row("a", "", ""), "empty-queue"],
    [row("*a", "^*a$", "q"), "poison-pattern"],
    [row("a.**", "^a\\.**$", "q"), "poison-pattern"],
    [row("*a", "^*a$", ""), "poison-pattern"],
  ])("%j is skipped as %s and the others still count", (member, reason) => {
    const table = new BindingTable([member, row("k", "^k$", "good")], SEP);
    expect(table.skipped).toEqual([{ member, reason }]);
    expect(table.match("topic", "k")).toEqual(["good"]);
    expect(table.match("direct", "k")).toEqual(["good"]);
  });

  it("keeps a poisoned row for a direct exchange, which ignores patterns", () => {
    expect(match([row("*a", "^*a$", "q")], "direct", "*a")).toEqual(["q"]);
  });
});

it("says of each binding whether it matches", () => {
  const table = new BindingTable([...topic, row("*a", "^*a$", "poison")], SEP);
  const answers = Object.fromEntries(
    table.bindings.map((binding) => [binding.queue, table.matches(binding, "topic", "a.b")]),
  );
  expect(answers).toEqual({ wild: true, literal: true, hash: false, poison: false });
});
