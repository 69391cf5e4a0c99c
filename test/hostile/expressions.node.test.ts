/**
 * No regular expression takes more than linear time: a checker looks for a text that each would dwell on, and the engine
 * that ships decides whether it does. See THREATS.md.
 * @module
 */
import { beforeAll, expect, test } from "vitest";
import { allExpressions, composed, type Expression } from "./expressions.ts";

/** Milliseconds for a text of some ten thousand characters: linear time takes none, quadratic takes seconds. */
const BOUND_MS = 150;

/** Characters of the texts that an expression is tried on, where longer ones are refused before. */
const LONGEST: ReadonlyMap<string, number> = new Map([
  // `MAXIMUM_TRACESTATE` in `http/observe/read_trace.ts`.
  ["^[ \\t]+|[ \\t]+$", 512],
]);

let expressions: readonly Expression[];

beforeAll(async () => {
  expressions = await allExpressions();
});

/** What the checker is too careful to call safe is tried for real. */
async function isSlow(source: string, flags: string): Promise<boolean> {
  const { check } = await import("recheck");
  const found = await check(source, flags, { timeout: 20_000, randomSeed: 1 });
  if (found.status !== "vulnerable") return false;
  const { attack, complexity } = found;
  // Trying would take for ever.
  if (complexity?.type === "exponential") return true;
  const text = attack.string.slice(0, LONGEST.get(source));
  const start = performance.now();
  text.replace(new RegExp(source, flags), "");
  return performance.now() - start > BOUND_MS;
}

test("the checker and the bound find those that are slow", async () => {
  expect(await isSlow("^(a|a)*$", "")).toBe(true);
  expect(await isSlow("=+$", "")).toBe(true);
  expect(await isSlow('"(?:[^"\\\\]|\\\\.)*"', "g")).toBe(true);
  expect(await isSlow("^=+$", "")).toBe(false);
});

test("all literals", async () => {
  expect(expressions.length).toBeGreaterThan(100);
  const slow = await Promise.all(
    expressions.map(async ({ source, flags, files }) =>
      (await isSlow(source, flags)) ? [`/${source}/${flags} in ${files}`] : [],
    ),
  );
  expect(slow.flat()).toEqual([]);
}, 120_000);

test("those that are put together as it runs, each looked at by hand", async () => {
  expect(await composed()).toEqual([
    // By the deployer, from the globs of `taskRoutes`.
    "celery/routes.ts",
    // From the routes' own paths.
    "http/unmatched.ts",
    // From Redis: bounded by `routing/backtracking.ts`.
    "routing/matcher.ts",
  ]);
});
