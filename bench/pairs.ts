/** @module Two processes of each of two builds, turn by turn: how they differ, and how two of the same build do. */
import { medianInterval } from "./interval.ts";
import { type Spread, spread } from "./ratio.ts";

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

/** The median, and where the true one lies. */
export function estimate(values: readonly number[]): Estimate {
  const { lowest, highest } = medianInterval(values);
  return { median: spread(values).median, low: lowest, high: highest };
}
