/** @module The middle and the range of rounds, and of the ratios within each. */
import type { Comparison } from "./rounds.ts";

/** The middle and the range of some rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** How many times better one contender is than another. */
export interface Ratio extends Spread {
  /** Round by round. */
  readonly runs: readonly number[];
}

/** How many times better one contender is than another, taken within each round; `undefined` when one is missing, or was not measured in some round. */
export function ratio(
  { figures, lowerIsBetter }: Pick<Comparison, "figures" | "lowerIsBetter">,
  of: string,
  against: string,
): Ratio | undefined {
  const one = figures.find(({ name }) => name === of)?.runs;
  const other = figures.find(({ name }) => name === against)?.runs;
  if (!one?.length || !other?.length) return undefined;
  if (![...one, ...other].every(Number.isFinite)) return undefined;
  const runs = one.map((value, round) => (lowerIsBetter ? other[round]! / value : value / other[round]!));
  return { ...spread(runs), runs };
}

/** The median and the range. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { median, lowest: sorted[0]!, highest: sorted.at(-1)! };
}
