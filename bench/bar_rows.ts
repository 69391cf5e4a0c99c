/** @module Rows of the table of bars: a figure, and whether it is what it must be. */
import { short } from "./figures.ts";
import { medianInterval } from "./interval.ts";
import { type Ratio, ratio } from "./ratio.ts";
import type { Comparison } from "./rounds.ts";

/** One row. */
export interface Bar {
  readonly measure: string;
  /** Empty for a row that only explains the one before. */
  readonly bar: string;
  /** What was found; `undefined` when this run did not look. */
  readonly figure: string | undefined;
  readonly met: boolean | undefined;
  /** Where the figure is from. */
  readonly from: string;
}

/** A comparison of a run by its id and unit. */
export type Found = (id: string, unit: string) => Comparison | undefined;

/** Two contenders of a comparison. */
export interface Pair {
  readonly id: string;
  readonly unit: string;
  readonly of: string;
  readonly against: string;
}

/** A count that must be just so. */
export function exactly(measure: string, figure: number | undefined, wanted: number, what = ""): Bar {
  return {
    measure,
    bar: `${wanted}${what}`,
    figure: figure === undefined ? undefined : String(figure),
    met: figure === undefined ? undefined : figure === wanted,
    from: "costs",
  };
}

/**
 * How many times better one is than another.
 *
 * @param least How many times it must be. Default: none, for a row that only explains.
 */
export function times(measure: string, found: Found, pair: Pair, least?: number): Bar {
  const { id, unit, of, against } = pair;
  const comparison = found(id, unit);
  const spread = comparison && ratio(comparison, of, against);
  const isThere = (name: string) => comparison?.figures.some((figure) => figure.name === name);
  return {
    measure,
    bar: least === undefined ? "" : `≥ ${least} ×`,
    figure: spread ? ranged(spread) : isThere(of) && isThere(against) ? "not measured" : undefined,
    met: least === undefined ? undefined : spread && spread.median >= least,
    from: id.split("/")[0]!,
  };
}

/** The worst of some pairs: how many times better the first is, which must be no more than `most` times. Not found when one pair is missing. */
export function worst(measure: string, bar: string, found: Found, pairs: readonly Pair[], most: number): Bar {
  const ratios = pairs.flatMap(({ id, unit, of, against }) => {
    const comparison = found(id, unit);
    return (comparison && ratio(comparison, of, against)) ?? [];
  });
  const isWhole = ratios.length === pairs.length;
  const highest = isWhole ? ratios.toSorted((one, other) => other.median - one.median)[0] : undefined;
  return {
    measure,
    bar,
    figure: highest && ranged(highest),
    met: highest && highest.median <= most,
    from: pairs[0]!.id.split("/")[0]!,
  };
}

/** A contender's size in KiB; `most` is what it may be, for a row that has a bar. */
export function sized(measure: string, comparison: Comparison | undefined, of: string, most?: number): Bar {
  const size = comparison?.figures.find(({ name }) => name === of)?.median;
  return {
    measure,
    bar: most === undefined ? "" : `≤ ${most} KiB`,
    figure: size === undefined ? undefined : `${size.toFixed(1)} KiB`,
    met: most === undefined || size === undefined ? undefined : size <= most,
    from: "start",
  };
}

/** The median of the ratios, their range, and where the true median lies: with 95 % confidence unless another is named. */
function ranged({ median, lowest, highest, runs }: Ratio): string {
  const within = medianInterval(runs);
  const percent = Math.round(within.confidence * 100);
  const confidence = percent < 95 ? ` at ${percent} %` : "";
  const interval =
    runs.length > 1 ? `; median ${short(within.lowest)}–${short(within.highest)}${confidence}` : "";
  return `${short(median)} × (${short(lowest)}–${short(highest)}${interval})`;
}
