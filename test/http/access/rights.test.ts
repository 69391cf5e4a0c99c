/** @module Rights and their globs. */
import { expect, test } from "vitest";
import { can, isRight } from "../../../src/http/access/rights.ts";

test.each([
  ["publish:orders", "publish:orders", true],
  ["publish:orders", "publish:orders2", false],
  ["publish:orders", "queue:orders", false],
  ["queue:*", "queue:anything at all", true],
  ["queue:*", "queue:", true],
  ["queue:*", "queue:a:b\nc", true],
  ["queue:*", "publish:a", false],
  ["task:billing.*", "task:billing.charge", true],
  ["task:billing.*", "task:billing", false],
  ["queue:*-eu", "queue:mail-eu", true],
  ["queue:*-eu", "queue:mail-eu-west", false],
  ["queue:a*b*c", "queue:abc", true],
  ["queue:a*b*c", "queue:a--b--b--c", true],
  ["queue:a*b*c", "queue:ac", false],
  ["queue:ab*b", "queue:ab", false],
  ["queue:a.c", "queue:abc", false],
  ["*", "manage", true],
  ["read", "read", true],
  ["read", "manage", false],
  ["manage", "read", false],
])("%s allows %s: %s", (pattern, right, expected) => {
  expect(can({ name: "t", allow: [pattern] }, right)).toBe(expected);
});

test("no right is had by nobody", () => {
  expect(can({ name: "", allow: [] }, "read")).toBe(false);
});

test("a long name against many stars takes no time", () => {
  const allow = [`queue:${"a*".repeat(50)}b`];
  const before = Date.now();
  expect(can({ name: "t", allow }, `queue:${"a".repeat(50_000)}`)).toBe(false);
  expect(Date.now() - before).toBeLessThan(1_000);
});

test.each([
  ["read", true],
  ["publish:a", true],
  ["*", true],
  ["events:clicks", true],
  ["publish:", false],
  ["publish", false],
  ["write:a", false],
  ["Read", false],
  ["r*", false],
  [7, false],
])("%j is a right: %s", (text, expected) => {
  expect(isRight(text)).toBe(expected);
});
