/** @module What a run found, and the files it is kept in. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bar } from "./bars.ts";
import { chart } from "./chart.ts";
import { markdown } from "./markdown.ts";
import type { Pace } from "./pace.ts";
import type { Heap, Profile, SkippedProfile } from "./profile.ts";
import type { Comparison, Skipped } from "./rounds.ts";
import type { Cost } from "./suites/cost.ts";

/** All that a run found. */
export interface Results {
  readonly machine: string;
  /** Day of the run, such as `2026-11-24`. */
  readonly date: string;
  /** Of the other contenders. */
  readonly versions: readonly string[];
  readonly pace: Pace;
  readonly bars: readonly Bar[];
  readonly costs: readonly Cost[];
  /** Contenders whose costs could not be counted; figures of an earlier version do not say. */
  readonly costsSkipped?: readonly Skipped[];
  readonly comparisons: readonly Comparison[];
  readonly profiles: readonly Profile[];
  readonly heaps: readonly Heap[];
  /** What could not be profiled; figures of an earlier version do not say. */
  readonly profilesSkipped?: readonly SkippedProfile[];
}

const FOLDER = new URL("results/", import.meta.url);
const REFERENCE = new URL("results.json", import.meta.url);

/** Writes the results into a file of their own and returns its path. */
export function save(results: Results): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = new URL(`${new Date().toISOString().replace(/[:.]/g, "-")}.json`, FOLDER);
  writeFileSync(file, json(results));
  return fileURLToPath(file);
}

/** Replaces the figures that are committed, their picture and their tables. */
export function saveReference(results: Results): void {
  writeFileSync(REFERENCE, json(results));
  // As they stand there, rounded, or drawing them again would make others.
  draw(readReference());
}

/** The figures that are committed. */
export function readReference(): Results {
  return JSON.parse(readFileSync(REFERENCE, "utf8")) as Results;
}

/** Draws the picture and writes the tables. */
export function draw(results: Results): void {
  writeFileSync(new URL("results.svg", import.meta.url), chart(results));
  writeFileSync(new URL("results.md", import.meta.url), markdown(results));
}

/** Numbers of a round stand in one line. */
function json(results: Results): string {
  const text = JSON.stringify(
    results,
    (_key, value) =>
      typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value,
    2,
  );
  return `${text.replace(/\[[\s\d.,eE+-]*\]/g, (numbers) => numbers.replace(/\s+/g, " "))}\n`;
}
