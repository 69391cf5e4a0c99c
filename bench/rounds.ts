/** @module Contenders run alternately, round by round, and compared round by round: a noisy minute hits all alike. */

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

/** What a comparison came to, for one metric. */
export interface Comparison {
  readonly title: string;
  readonly unit: string;
  readonly figures: readonly ({ readonly name: string } & Spread)[];
  /** How many times better the first contender is than each other one, taken within each round. */
  readonly ratios: readonly ({ readonly against: string } & Spread)[];
}

/** Runs all contenders once unmeasured, then `rounds` times in turn, for about `seconds` each time. */
export async function compare(
  title: string,
  metrics: readonly Metric[],
  contenders: readonly Contender[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<readonly Comparison[]> {
  for (const { run } of contenders) await run(seconds / 2);
  const measured: (readonly number[])[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { run }] of contenders.entries()) measured[index]!.push(await run(seconds));
  }
  return metrics.map(({ unit, lowerIsBetter = false }, metric) => {
    const values = measured.map((runs) => runs.map((figures) => figures[metric]!));
    const [own, ...others] = values;
    return {
      title,
      unit,
      figures: values.map((of, index) => ({ name: contenders[index]!.name, ...spread(of) })),
      ratios: others.map((other, index) => ({
        against: contenders[index + 1]!.name,
        ...spread(
          own!.map((value, round) => (lowerIsBetter ? other[round]! / value : value / other[round]!)),
        ),
      })),
    };
  });
}

/** The median and the range. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
  return { median, lowest: sorted[0]!, highest: sorted.at(-1)! };
}
