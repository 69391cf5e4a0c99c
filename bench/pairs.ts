/** @module Two processes of each of two builds, turn by turn: how they differ, and how two of the same build do. */
import { type Spread, spread } from "./ratio.ts";

/** How sure an interval is that it holds the true median. */
const CONFIDENCE = 0.95;

/** What one process came to, turn by turn. */
export type Runs = readonly number[];

/** The processes of one build. */
export type Pair = readonly [Runs, Runs];

/** A median with an interval for it. */
export interface Estimate {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** One build against another. */
export interface Difference {
  /** The median of both processes of each build, all turns. */
  readonly before: Spread;
  readonly after: Spread;
  /** After to before, of both processes together within each turn. */
  readonly ratio: Estimate;
  /** One process to the other of the same build: what `ratio` would be if the builds were alike. */
  readonly noise: readonly [Estimate, Estimate];
}

/** Compares two builds. */
export function difference(before: Pair, after: Pair): Difference {
  const both = (pair: Pair) => pair[0].map((value, turn) => (value + pair[1][turn]!) / 2);
  return {
    before: spread(before.flat()),
    after: spread(after.flat()),
    ratio: ratios(both(after), both(before)),
    noise: [ratios(before[1], before[0]), ratios(after[1], after[0])],
  };
}

function ratios(of: Runs, to: Runs): Estimate {
  return estimate(of.map((value, turn) => value / to[turn]!));
}

/**
 * The median and an interval that holds the true one at least 95 times in 100, whatever the values are spread like: from the k-th least value to the k-th
 * greatest, as each value is below the true median as often as not. Of fewer than six values it is their whole range, which is not as sure.
 */
export function estimate(values: readonly number[]): Estimate {
  const sorted = values.toSorted((a, b) => a - b);
  const { median } = spread(sorted);
  // Of so many values, as many are below the true median as coins would fall on one side.
  let rank = -1;
  let fewer = 0;
  for (let exactly = 0.5 ** sorted.length; 2 * (fewer + exactly) <= 1 - CONFIDENCE; ) {
    fewer += exactly;
    rank++;
    exactly *= (sorted.length - rank) / (rank + 1);
  }
  rank = Math.max(0, rank);
  return { median, low: sorted[rank]!, high: sorted.at(-1 - rank)! };
}
