/** @module Results as a table and as a file. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Pace } from "./pace.ts";
import type { Comparison, Spread } from "./rounds.ts";
import type { Cost } from "./suites/cost.ts";

/** All that a run found. */
export interface Results {
  readonly machine: string;
  /** Of the Python contenders. */
  readonly versions: readonly string[];
  readonly pace: Pace;
  readonly costs: readonly Cost[];
  readonly comparisons: readonly Comparison[];
}

const FOLDER = new URL("results/", import.meta.url);

/** Prints one comparison: medians, ranges, and how many times better the first is than each other. */
export function printComparison({ title, unit, figures, ratios }: Comparison): void {
  console.log(`\n${title} [${unit}]`);
  for (const figure of figures) {
    const ratio = ratios.find(({ against }) => against === figure.name);
    console.log(
      `  ${figure.name.padEnd(36)} ${range(figure).padStart(28)}${ratio ? `   first is ${range(ratio)} × this` : ""}`,
    );
  }
}

/** Prints what one publish sends. */
export function printCosts(costs: readonly Cost[]): void {
  console.log("what a publish sends");
  for (const { title, requests, commands, bytes } of costs) {
    console.log(`  ${title.padEnd(36)} ${requests} requests, ${commands} commands, ${bytes} bytes`);
  }
}

/** Writes the results into a file of their own and returns its path. */
export function save(results: Results): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = new URL(`${new Date().toISOString().replace(/[:.]/g, "-")}.json`, FOLDER);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return fileURLToPath(file);
}

function range({ median, lowest, highest }: Spread): string {
  return `${short(median)} (${short(lowest)}–${short(highest)})`;
}

/** Three digits that count. */
export function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
