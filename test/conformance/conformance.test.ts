/** @module The conformance suite inside workerd. */
import { expect, inject, test } from "vitest";
import { runConformance } from "./run.ts";

const results = await runConformance({ url: inject("conformanceUrl"), token: inject("conformanceToken") });

test("all golden cases are there", () => {
  expect(results.length).toBe(63 + 11 + 90 + 1);
});

test.each(results.map((result) => [result.name, result] as const))("%s", (_name, { checks }) => {
  expect(checks.filter(({ ok }) => !ok).map(({ what, problem }) => `${what}: ${problem}`)).toEqual([]);
});
