/** @module What is read back as it was written, and what is found fast as it is found slowly, for random input. */
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { textToBase64, toBase64 } from "../../src/envelope/base64.ts";
import { stringifyJson } from "../../src/envelope/json.ts";
import { parseJson } from "../../src/http/request/json.ts";
import { guardArguments, guardCommand, type ScriptedPublication } from "../../src/redis/guard.ts";
import { select, split } from "../../src/routing/json_path.ts";
import { bindingMember, resolveKeyOptions } from "../../src/routing/keys.ts";
import { topicPattern } from "../../src/routing/pattern.ts";
import { BindingTable } from "../../src/routing/table.ts";
import { bindingKey } from "./routing_cases.ts";
import { randomCases } from "./runs.ts";

vi.setConfig({ testTimeout: 60_000 });

const text = fc.string({ unit: "binary" });
const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,40})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/);

/** JSON texts as any sender may write them. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(
      "null",
      "true",
      "false",
      "-0",
      "-0.0",
      "1.0",
      "1e2",
      "9007199254740993",
      "1E400",
      "-1e-400",
    ),
    digits,
    text.map((given) => JSON.stringify(given)),
    fc.array(tie("json"), { maxLength: 4 }).map((members) => `[${members.join(", ")}]`),
    fc
      .uniqueArray(fc.tuple(text, tie("json")), { maxLength: 4, selector: ([name]) => name })
      .map(
        (members) => `{ ${members.map(([name, member]) => `${JSON.stringify(name)} :${member}`).join(",")} }`,
      ),
  ),
}));

test("JSON that is read and written again keeps every number's value and kind", async () => {
  const property = fc.asyncProperty(json, async (given) => {
    const value = await parseJson(given);
    const written = stringifyJson(value, "body", "python");
    expect(numbersOf(written)).toEqual(numbersOf(given));
    // What is beyond a float is written as Python writes it, and so is no longer JSON.
    if (/Infinity/.test(written.replaceAll(STRING, ""))) return;
    // As text: an integer that is minus zero is zero.
    expect(JSON.stringify(JSON.parse(written))).toBe(JSON.stringify(JSON.parse(given)));
    expect(stringifyJson(await parseJson(written), "body", "python")).toBe(written);
  });
  await fc.assert(property, randomCases(2_000));
});

const STRING = /"(?:[^"\\]|\\.)*"/g;

/** Each number of a text in sorted order: as an integer of any size, or as a float. */
function numbersOf(given: string): readonly string[] {
  const numbers = given.replaceAll(STRING, '""').match(/-?\d+(\.\d+)?([eE][+-]?\d+)?|-?Infinity/g) ?? [];
  return numbers
    .map((number) =>
      /^-?\d+$/.test(number) ? `int ${BigInt(number)}` : `float ${floatText(Number(number))}`,
    )
    .sort();
}

function floatText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

test("base64 is read back as the same bytes", () => {
  const bytesOf = (encoded: string) => Uint8Array.from(atob(encoded), (unit) => unit.charCodeAt(0));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, start) => {
      expect(bytesOf(toBase64(bytes.subarray(start)))).toEqual(bytes.subarray(start));
    }),
    randomCases(500),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.tuple(text, fc.nat(3_000)).map(([part, times]) => part.repeat(times % 400)),
      ),
      (given) => {
        expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(textToBase64(given)))).toBe(
          given,
        );
      },
    ),
    randomCases(500),
  );
});

const name = fc.constantFrom("a", "b", "__proto__", "toString", "0");
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.nat(9),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.array(fc.tuple(name, tie("tree")), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
  ),
}));
const path = fc
  .array(
    fc.oneof(
      name.map((step) => `.${step}`),
      fc.constantFrom("[]", "[0]", "[1]"),
    ),
    { maxLength: 4 },
  )
  .map((steps) => `$${steps.join("")}`);

test("a payload taken apart has in each part the one element that it stands for", () => {
  fc.assert(
    fc.property(tree, path, (payload, before) => {
      const whole = `${before}[]`;
      const elements = split(payload, whole);
      const items = select(payload, whole);
      expect(elements?.map(({ item }) => item) ?? []).toEqual(items);
      // A place in an array is another one when those before it are gone, and `$[]` is the element itself.
      if (whole === "$[]" || /\[\d\]/.test(before)) return;
      for (const { item, body } of elements ?? []) expect(select(body, whole)).toEqual([item]);
    }),
    randomCases(2_000),
  );
});

const publication: fc.Arbitrary<ScriptedPublication> = fc.record({
  guard: fc.option(fc.record({ key: text, seconds: fc.integer({ min: 1, max: 1e6 }) }), { nil: undefined }),
  record: text,
  pushes: fc.array(
    fc.record({
      command: fc.constantFrom("LPUSH" as const, "PUBLISH" as const),
      target: text,
      message: text,
    }),
    { maxLength: 4 },
  ),
});

test("the guard script's arguments are read back as the publications they were made of", () => {
  fc.assert(
    fc.property(fc.array(publication, { maxLength: 5 }), (publications) => {
      const [name, , count, ...rest] = guardCommand(publications);
      expect(name).toBe("EVAL");
      expect(guardArguments(rest.slice(0, Number(count)), rest.slice(Number(count)))).toEqual(publications);
    }),
    randomCases(1_000),
  );
});

test("a binding is read back as it was written", () => {
  const queue = text.filter((given) => given !== "" && !given.includes("\x06\x16"));
  const key = fc.oneof(bindingKey, text).filter((given) => !topicPattern(given).includes("\x06\x16"));
  fc.assert(
    fc.property(key, queue, fc.boolean(), (routingKey, name, topic) => {
      const { sep } = resolveKeyOptions({});
      const table = new BindingTable([bindingMember(routingKey, name, topic, resolveKeyOptions({}))], sep);
      const read = { routingKey, pattern: topic ? topicPattern(routingKey) : "", queue: name };
      const isPoison = table.skipped.some(({ reason }) => reason === "poison-pattern");
      expect(table.bindings).toEqual([read]);
      expect(table.skipped.length).toBe(isPoison ? 1 : 0);
    }),
    randomCases(2_000),
  );
});

test("the index of 10 000 bindings finds what a look at each of them finds", () => {
  const bindingWords = fc.constantFrom("a", "b", "c", "ab", "*", "#", "é", "a-b", "x1", "x2");
  const bound = fc.array(bindingWords, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));
  const [keys] = fc.sample(fc.array(bound, { minLength: 10_000, maxLength: 10_000, size: "max" }), {
    ...randomCases(1),
    numRuns: 1,
  });
  const options = resolveKeyOptions({});
  const members = keys!.map((key, index) => bindingMember(key, `q${index}`, index % 7 > 0, options));
  const table = new BindingTable(members, options.sep);
  expect(table.bindings.length).toBe(10_000);
  // Where the index stops looking is decided by the longest words before the first and after the last wildcard.
  const varying = keys!.filter((key, index) => index % 7 > 0 && /[*#]/.test(key));
  const longest = (length: (key: string) => number) =>
    varying.toSorted((one, other) => length(other) - length(one)).slice(0, 8);
  const filled = (key: string) => key.replaceAll("*", "a").replaceAll("#", "b");
  const check = (key: string, type: "topic" | "direct" | undefined) => {
    const slow = table.bindings
      .filter((binding) => table.matches(binding, type, key))
      .map(({ queue }) => queue);
    expect([...table.match(type, key)].sort()).toEqual([...new Set(slow)].sort());
  };
  for (const key of [
    ...longest((key) => key.search(/[*#]/)),
    ...longest((key) => key.length - Math.max(key.lastIndexOf("*"), key.lastIndexOf("#"))),
  ]) {
    check(filled(key), "topic");
  }
  const near = fc.constantFrom(...keys!.slice(0, 500)).map(filled);
  const words = fc.constantFrom("a", "b", "c", "ab", "é", "a-b", "x1", "", "a\n");
  const anywhere = fc.array(words, { maxLength: 6 }).map((parts) => parts.join("."));
  const asked = fc.oneof(near, anywhere);
  fc.assert(
    fc.property(asked, fc.constantFrom("topic" as const, "direct" as const, undefined), check),
    randomCases(20),
  );
});
