/** @module The page about the differences says what the suite asserts. */
import { expect, test } from "vitest";
import { DIFFERENCES } from "./differences.ts";
import { readme } from "./readme.ts";

test("README.md is written from the table of differences", async () => {
  await expect(readme()).toMatchFileSnapshot("README.md");
});

test("every difference has a name of its own, and says what and why", () => {
  expect(new Set(DIFFERENCES.map(({ id }) => id)).size).toBe(DIFFERENCES.length);
  for (const { id, kombu, ours, why, cases } of DIFFERENCES) {
    expect(Math.min(kombu.length, ours.length, why.length), id).toBeGreaterThan(5);
    expect(cases.length, id).toBeGreaterThan(0);
  }
});
