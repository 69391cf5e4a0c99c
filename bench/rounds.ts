/** @module Contenders run alternately, round by round, and compared round by round: a noisy minute hits all alike. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pace } from "./pace.ts";

/** A run may take so many times what it should, and then so many seconds more, before it counts as dead. */
const PATIENCE = { times: 5, seconds: 30 };

/** One of those that do the same job. */
export interface Contender {
  readonly name: string;
  /** Does the job for about so many seconds and returns one figure per metric. */
  run(seconds: number): Promise<readonly number[]>;
}

/** What is measured in each run. */
export interface Metric {
  readonly unit: string;
  readonly lowerIsBetter?: boolean;
}

/** The middle and the range of some rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** What one contender came to. */
export interface Figure extends Spread {
  readonly name: string;
  /** Round by round. */
  readonly runs: readonly number[];
}

/** One that could not be measured. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** What a comparison came to, for one metric. */
export interface Comparison {
  /** The same for all metrics of one comparison, such as `worker/queue`. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lowerIsBetter: boolean;
  readonly figures: readonly Figure[];
  readonly skipped: readonly Skipped[];
}

/** What is compared. */
export interface Plan {
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly contenders: readonly Contender[];
  /** Those that did not come so far. */
  readonly skipped?: readonly Skipped[];
}

/**
 * Runs all contenders once unmeasured, to warm them up, then `rounds` times in turn, for about `seconds` each time. One that fails, or hangs, is
 * reported and left out.
 */
export async function compare(
  { id, title, metrics, contenders, skipped = [] }: Plan,
  { rounds, seconds, warmUp = seconds / 2 }: Pace,
): Promise<readonly Comparison[]> {
  const measured = new Map<Contender, (readonly number[])[]>(contenders.map((one) => [one, []]));
  const failed: Skipped[] = [...skipped];
  for (let round = -1; round < rounds; round++) {
    for (const [contender, runs] of measured) {
      try {
        const time = round < 0 ? warmUp : seconds;
        const figures = await inTime(contender.run(time), time);
        if (round >= 0) runs.push(figures);
      } catch (error) {
        measured.delete(contender);
        failed.push(skip(contender.name, error));
      }
    }
  }
  return metrics.map(({ unit, lowerIsBetter = false }, metric) => ({
    id,
    title,
    unit,
    lowerIsBetter,
    skipped: failed,
    figures: [...measured].map(([{ name }, all]) => {
      const runs = all.map((figures) => figures[metric]!);
      return { name, ...spread(runs), runs };
    }),
  }));
}

/** Says at once that a contender is left out, and why. */
export function skip(name: string, error: unknown): Skipped {
  const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
  console.warn(`skipped: ${name} (${reason})`);
  return { name, reason };
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

async function inTime<T>(work: Promise<T>, seconds: number): Promise<T> {
  const limit = seconds * PATIENCE.times + PATIENCE.seconds;
  const settled = new AbortController();
  const late = sleep(limit * 1000, undefined, { signal: settled.signal, ref: false }).then(() => {
    throw new Error(`did not end within ${limit} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    settled.abort();
  }
}
