/** @module JSON that keeps its numbers, and where it is broken. */
import { describe, expect, test } from "vitest";
import { Float } from "../../../src/envelope/typed.ts";
import { EncodeError } from "../../../src/errors.ts";
import { faultIn, parseJson } from "../../../src/http/request/json.ts";

test.each<[string, unknown]>([
  ["9007199254740991", 9007199254740991],
  ["9007199254740992", 9007199254740992n],
  ["-9007199254740993", -9007199254740993n],
  ["[1.0]", [new Float(1)]],
  ['{"a":-2.000}', { a: new Float(-2) }],
  ["1e2", new Float(100)],
  ["1.5e1", new Float(15)],
  ["1.5", 1.5],
  ["1.05", 1.05],
  ["0.10", 0.1],
  ["12345678901234567.5", new Float(12345678901234568)],
  ['"12345678901234567890 1.0"', "12345678901234567890 1.0"],
  ["[ 1 , 2 ]", [1, 2]],
])("%s", (text, expected) => {
  expect(parseJson(text)).toStrictEqual(expected);
});

describe("a fault", () => {
  test.each([
    ["", 0],
    ["{", 1],
    ['{"a":}', 5],
    ["[1,]", 3],
    ["[1 2]", 3],
    ["nul", 0],
    ['{"a":1}x', 7],
    ['"abc', 4],
    ["01", 1],
    ["1.", 2],
    ["\u00a0", 0],
    ["'a'", 0],
    ["[1.0, 12345678901234567890,", 27],
  ])("in %j is at %d", (text, position) => {
    expect(faultIn(text)).toBe(position);
    expect(() => parseJson(text)).toThrow(`position ${position}`);
  });

  test("is never quoted", () => {
    expect(() => parseJson('{"a": secret}', 4)).toThrow(/^The text is not JSON at line 4, position 6\.$/);
  });
});

test("an integer that Python would refuse to read", () => {
  expect(parseJson("9".repeat(4_300))).toBe(BigInt("9".repeat(4_300)));
  expect(() => parseJson("9".repeat(4_301))).toThrow(EncodeError);
});

test("nesting beyond any stack", () => {
  const text = `${"[".repeat(200_000)}1.0${"]".repeat(200_000)}`;
  expect(() => parseJson(text)).toThrow(EncodeError);
  expect(() => parseJson("[".repeat(200_000))).toThrow("The text is not JSON.");
});
