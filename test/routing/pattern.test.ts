import { describe, expect, it } from "vitest";
import { compilePattern } from "../../src/routing/matcher.ts";
import { PoisonPattern, parsePattern, topicPattern } from "../../src/routing/pattern.ts";
import vectors from "../vectors/topic.json" with { type: "json" };

type Row = [bindingKey: string, pattern: string, routingKey: string, matches: boolean | string];

function matches(pattern: string, routingKey: string): boolean {
  const compiled = compilePattern(pattern);
  return "literal" in compiled
    ? routingKey === compiled.literal || routingKey === `${compiled.literal}\n`
    : compiled.matches(routingKey);
}

describe("topic patterns, against what Kombu stored and Python's re answered", () => {
  for (const [bindingKey, pattern, routingKey, expected] of vectors as Row[]) {
    const name = `${JSON.stringify(bindingKey)} on ${JSON.stringify(routingKey)}`;
    it(`${name} → ${expected}`, () => {
      expect(topicPattern(bindingKey)).toBe(pattern);
      if (typeof expected === "string") expect(() => matches(pattern, routingKey)).toThrow(PoisonPattern);
      else expect(matches(pattern, routingKey)).toBe(expected);
    });
  }
});

describe("patterns that another version of Kombu may store", () => {
  it.each([
    ["^a\\.[^.]+$", "a.b", true],
    ["^a\\.[^.]+$", "a.b.c", false],
    ["^a\\.[^\\.]+\\.c$", "a.bb.c", true],
    ["^a(\\..*)?$", "a", true],
    ["^a(\\..*)?$", "a.b.c", true],
    ["^a(\\..*)?$", "ab", false],
    ["^(?:a|b)$", "b\n", true],
    ["^(?:a|b)$", "b\n\n", false],
    ["a", "abc", true],
    ["^a|b$", "[.b", false],
    ["^[.]a$", "ba", false],
    ["^[.]a$", ".a", true],
    ["^[]a]+$", "a]", true],
    ["^[^]a]+$", "b", true],
  ])("%s on %s → %s", (pattern, routingKey, expected) => {
    expect(matches(pattern, routingKey)).toBe(expected);
  });

  it("does not try a pattern that may backtrack on a long key", () => {
    expect(matches("^(a|c).*b$", `${"a".repeat(255)}b`)).toBe(true);
    expect(matches("^(a|c).*b$", `${"a".repeat(256)}b`)).toBe(false);
  });

  it.each([
    "^(a+)+$",
    "^(a|a)*b$",
    "^(a*)*(a*)*$",
    "^(?:.*a){20}$",
    "^(?:.*a){2,}$",
    "^((a{1,99}){1,99}){1,99}$",
    "^(?=.*.*.*)b$",
    "^x(.*.*.*)?$",
    `^${"(a|a)".repeat(40)}$`,
    `^(${"a?".repeat(40)})${"a".repeat(40)}$`,
    "^[^](a+)+]$",
    "^[\\]](a+)+$",
    "^(?P<x>a+)+$",
  ])("calls %s poison: it may take for ever", (pattern) => {
    expect(() => matches(pattern, "a")).toThrow(PoisonPattern);
  });

  it("tries what looks like it and is not", () => {
    expect(matches("^[(+)+*?{2,}]\\(\\)\\+$", "(()+")).toBe(true);
    expect(matches("^(a)b*[^c]*$", "abbd")).toBe(true);
  });

  it("takes little time for the worst that it tries", () => {
    const start = performance.now();
    for (let index = 0; index < 10; index++) matches(`^(?:x|a)[^b]*[^b]*!${index}$`, "a".repeat(256));
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it("calls a pattern that is no regular expression poison", () => {
    expect(() => matches("^(a$", "a")).toThrow(PoisonPattern);
    expect(() => matches("[.a", "a")).toThrow(PoisonPattern);
  });
});

describe("hostile keys", () => {
  it("matches thirty wildcards against a long key without backtracking", () => {
    const pattern = topicPattern(Array.from({ length: 30 }, () => "*").join("."));
    expect(matches(pattern, "a".repeat(20_000))).toBe(false);
    expect(matches(pattern, Array.from({ length: 30 }, () => "a").join("."))).toBe(true);
  });

  it("takes a key with a newline through the slower, exact way", () => {
    expect(matches(topicPattern("a.*"), "a.b\n")).toBe(true);
    expect(matches(topicPattern("a.*"), "a.b\nc")).toBe(false);
    expect(matches(topicPattern("*.a"), "\n.a")).toBe(true);
  });
});

it("does not read escapes that Kombu never writes", () => {
  expect(parsePattern("^\\d$")).toBeUndefined();
  expect(parsePattern("^a\\$")).toBeUndefined();
});

it("reads a key that ends in a backslash", () => {
  expect(matches(topicPattern("*.a\\"), "b.a\\")).toBe(true);
  expect(() => parsePattern(topicPattern("*a.\\"))).toThrow(PoisonPattern);
});
