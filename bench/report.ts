/** @module Results as tables for a terminal. */
import type { Bar } from "./bars.ts";
import { range, short } from "./figures.ts";
import type { Profile } from "./profile.ts";
import { type Comparison, ratio } from "./rounds.ts";
import type { Cost } from "./suites/cost.ts";

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
export function printCosts(costs: readonly Cost[]): void {
  console.log("\nwhat a publish sends                             requests  commands  of Redis     bytes");
  for (const { title, requests, commands, ran, bytes } of costs) {
    const numbers = [requests ?? "TCP", commands, ran, bytes].map((number) => String(number).padStart(9));
    console.log(`  ${title.padEnd(46)}${numbers.join(" ")}`);
  }
}

/** Prints where the time of a publish goes. */
export function printProfile({ title, perRequest, areas, files, heapMebibytes }: Profile): void {
  const heap = heapMebibytes === undefined ? "" : `, ${short(heapMebibytes)} MiB of V8 heap`;
  console.log(`\n${title}: ${short(perRequest)} µs of CPU per message${heap}`);
  const notable = (shares: Profile["areas"]) =>
    shares.filter(({ microseconds }) => microseconds >= perRequest / 100);
  for (const { area, microseconds } of notable(areas)) {
    console.log(`  ${area.padEnd(46)} ${short(microseconds).padStart(8)}`);
  }
  for (const { area, microseconds } of notable(files)) {
    console.log(`    ${area.padEnd(44)} ${short(microseconds).padStart(8)}`);
  }
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
