/** @module Results as tables for a terminal. */
import type { Bar } from "./bars.ts";
import { range, short, signed } from "./figures.ts";
import { type Heap, notable, type Profile } from "./profile.ts";
import { ratio } from "./ratio.ts";
import type { Comparison } from "./rounds.ts";
import { sideBySide } from "./side_by_side.ts";
import type { Costs } from "./suites/cost.ts";

/** Prints one comparison: medians, ranges, and how many times better the first is than each other. */
export function printComparison(comparison: Comparison): void {
  const { title, unit, figures, skipped } = comparison;
  console.log(`\n${title} [${unit}]`);
  const [first] = figures;
  for (const figure of figures) {
    const times = figure === first ? undefined : ratio(comparison, first!.name, figure.name);
    const better = times ? `   first is ${range(times)} × as good` : "";
    console.log(`  ${figure.name.padEnd(36)} ${range(figure).padStart(28)}${better}`);
  }
  for (const { name, reason } of skipped) console.log(`  ${name.padEnd(36)} skipped: ${reason}`);
}

/** Prints what one publish sends. */
export function printCosts({ costs, skipped }: Costs): void {
  console.log("\nwhat a publish sends                             requests  commands  of Redis     bytes");
  for (const { title, requests, commands, ran, bytes } of costs) {
    const numbers = [requests ?? "TCP", commands, ran, bytes].map((number) => String(number).padStart(9));
    console.log(`  ${title.padEnd(46)}${numbers.join(" ")}`);
  }
  for (const { name, reason } of skipped) console.log(`  ${name.padEnd(46)} skipped: ${reason}`);
}

/** Prints where the time of a message goes: Workers side by side, the others one by one. */
export function printProfiles(profiles: readonly Profile[]): void {
  for (const { job, columns, rows, files } of sideBySide(profiles)) {
    const difference = `${columns.at(-1)} over ${columns[0]}`;
    const names = columns.map((name) => name.padStart(9));
    console.log(`\na Worker: ${job}\n${"  µs of CPU".padEnd(WIDTH)} ${names.join(" ")} ${difference}`);
    for (const { area, microseconds, more } of rows) {
      const figures = microseconds.map((time) => short(time).padStart(9));
      console.log(
        `  ${area.padEnd(WIDTH - 2)} ${figures.join(" ")} ${signed(more).padStart(difference.length)}`,
      );
    }
    console.log(`  the ${columns.at(-1)} by file, with the calls of the runtime that it makes`);
    printShares(files, "    ");
  }
  for (const { job, title, perRequest, areas, files } of profiles) {
    if (job !== undefined) continue;
    console.log(`\n${title}: ${short(perRequest)} µs of CPU per message`);
    printShares(notable(areas, perRequest), "  ");
    printShares(notable(files, perRequest), "    ");
  }
}

const WIDTH = 56;

function printShares(shares: Profile["areas"], indent: string): void {
  for (const { area, microseconds } of shares) {
    console.log(`${`${indent}${area}`.padEnd(WIDTH)} ${short(microseconds).padStart(9)}`);
  }
}

/** Prints the heaps. */
export function printHeaps(heaps: readonly Heap[]): void {
  if (heaps.length > 0) console.log("\nheap in use under load [MiB]");
  for (const { title, mebibytes } of heaps)
    console.log(`  ${title.padEnd(82)} ${short(mebibytes).padStart(9)}`);
}

/** Prints the bars. */
export function printBars(all: readonly Bar[]): void {
  console.log("\nthe bars");
  for (const { measure, bar, figure, met, from } of all) {
    const verdict = met === undefined ? "" : met ? "met" : "MISSED";
    console.log(
      `  ${measure.padEnd(76)} ${bar.padEnd(20)} ${(figure ?? `see ${from}`).padEnd(24)} ${verdict}`.trimEnd(),
    );
  }
}
