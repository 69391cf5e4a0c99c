/** @module Contenders run alternately, round by round, and compared round by round: a noisy minute hits all alike. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Pace } from "./pace.ts";
import { type Spread, spread } from "./ratio.ts";

/** A run may take so many times what it should, and then so many seconds more, before it counts as dead. */
const PATIENCE = { times: 5, seconds: 30 };
/** What is left of a run may take so many seconds to end once its contender has been stopped. */
const AFTERMATH_SECONDS = 1;

/** Characters of a line that say why a program failed. */
const REASON_LENGTH = 200;

/** One of those that do the same job. */
export interface Contender {
  readonly name: string;
  /** Does the job for about so many seconds and returns one figure per metric. */
  run(seconds: number): Promise<readonly number[]>;
  /** Does the job until it is as fast as it gets, for about so many seconds at most. Default: a run of that time. */
  warm?(atMost: number): Promise<unknown>;
  /** Ends it for good, whatever it is doing, when it has failed or hangs: it must not run against the others. */
  stop?(): Promise<void>;
}

/** What is measured in each run. */
export interface Metric {
  readonly unit: string;
  readonly lowerIsBetter?: boolean;
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
  /** How many there were, and seconds of each contender in each; 0 when it took what it took. */
  readonly rounds: number;
  readonly seconds: number;
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
 * Warms all contenders up, then runs them `rounds` times in turn, for about `seconds` each time. One that fails, or hangs, is
 * reported, stopped and left out.
 */
export async function compare(
  { id, title, metrics, contenders, skipped = [] }: Plan,
  { rounds, seconds, warmUp = seconds / 2 }: Pace,
  patience: typeof PATIENCE = PATIENCE,
): Promise<readonly Comparison[]> {
  const measured = new Map<Contender, (readonly number[])[]>(contenders.map((one) => [one, []]));
  const failed: Skipped[] = [...skipped];
  for (let round = -1; round < rounds; round++) {
    for (const [contender, runs] of measured) {
      const isMeasured = round >= 0;
      const time = isMeasured ? seconds : warmUp;
      const work: Promise<unknown> =
        isMeasured || !contender.warm ? contender.run(time) : contender.warm(time);
      try {
        const figures = await inTime(work, time * patience.times + patience.seconds);
        if (isMeasured) runs.push(figures as readonly number[]);
      } catch (error) {
        measured.delete(contender);
        failed.push(skip(contender.name, error));
        await contender.stop?.();
        await inTime(work, AFTERMATH_SECONDS).catch(() => {});
      }
    }
  }
  return metrics.map(({ unit, lowerIsBetter = false }, metric) => ({
    id,
    title,
    unit,
    lowerIsBetter,
    rounds,
    seconds,
    skipped: failed,
    figures: [...measured].map(([{ name }, all]) => {
      const runs = all.map((figures) => figures[metric]!);
      return { name, ...spread(runs), runs };
    }),
  }));
}

/** Says at once that a contender is left out, and why. */
export function skip(name: string, error: unknown): Skipped {
  const first = (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
  const last = complaint(error);
  const reason = last === undefined ? first : `${first.slice(0, REASON_LENGTH)}: ${last}`;
  console.warn(`skipped: ${name} (${reason})`);
  return { name, reason };
}

/** The last line that a program which failed has written, but for what package managers always write. */
function complaint(error: unknown): string | undefined {
  const { stderr } = error as { stderr?: unknown };
  return String(stderr ?? "")
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "" && !/\[notice\]|complete log/.test(line))
    ?.slice(0, REASON_LENGTH);
}

async function inTime<T>(work: Promise<T>, limit: number): Promise<T> {
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
