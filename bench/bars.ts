/** @module The bars that the project has set itself (docs/design.md), each against what a run found. */

import { SHAPES } from "./binding_shapes.ts";
import { BUNDLE_LIMIT } from "./bundle.ts";
import { short } from "./figures.ts";
import { type Comparison, ratio, type Spread } from "./rounds.ts";
import { SCAN, SIZES, sized, TABLE } from "./suites/bindings.ts";
import { BATCH, type Cost } from "./suites/cost.ts";
import { BY_HAND } from "./suites/duties.ts";
import { FLOOR, GATEWAY, LIBRARY } from "./suites/jobs.ts";
import { KOMBU, PUBLISH_MANY } from "./suites/library.ts";
import { FLASK, FLOWER, FLOWER_WITH_RESULTS } from "./suites/receivers.ts";

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

/** Bytes of a request to which a batch is cut; the default of `maximumRequestSize`. */
const CHUNK = 4_000_000;
/** A lookup that takes no more than so many times as long in a thousand times the rows is called constant: caches of memory do the rest. */
const CONSTANT = 3;

const CPU = "µs of CPU/request";

/** Sets a run's figures against the bars. The order is that of the design. */
export function bars(costs: readonly Cost[], comparisons: readonly Comparison[]): readonly Bar[] {
  const cost = (id: string) => costs.find((one) => one.id === id);
  const found = (id: string, unit: string) => comparisons.find((one) => one.id === id && one.unit === unit);
  const times = (
    measure: string,
    id: string,
    unit: string,
    of: string,
    against: string,
    least?: number,
  ): Bar => {
    const comparison = found(id, unit);
    const spread = comparison && ratio(comparison, of, against);
    return {
      measure,
      bar: least === undefined ? "" : `≥ ${least} ×`,
      figure: spread && ranged(spread),
      met: least === undefined ? undefined : spread && spread.median >= least,
      from: `${id.split("/")[0]}`,
    };
  };
  return [
    exactly("requests to Redis per publish, table known, 1 queue", cost("topic-1")?.requests, 1),
    exactly("the same, 3 queues", cost("topic-3")?.requests, 1),
    exactly("commands per publish, 1 queue", cost("queue")?.commands, 1),
    exactly("the same, guarded: scripts", cost("guarded")?.commands, 1),
    chunks(cost("many")),
    times(
      "gateway, publish to a queue, against the floor",
      "worker/queue",
      "requests/s",
      GATEWAY,
      FLOOR,
      0.9,
    ),
    times("library in a Worker, the same", "worker/queue", "requests/s", LIBRARY, FLOOR, 0.9),
    // Without a bar: what any Worker can reach that has the gateway's duties.
    times(
      "a Worker written by hand with the gateway's duties, the same",
      "duties",
      "requests/s",
      BY_HAND,
      FLOOR,
    ),
    times("gateway, the same, against that one", "duties", "requests/s", GATEWAY, BY_HAND),
    times("gateway, a task, against Flask", "receivers/task", "requests/s", GATEWAY, FLASK, 5),
    times("gateway, a task, against Flower", "receivers/task", "requests/s", GATEWAY, FLOWER, 5),
    times(
      "gateway, a task, against Flower that can tell results, as the gateway can",
      "receivers/task",
      "requests/s",
      GATEWAY,
      FLOWER_WITH_RESULTS,
    ),
    // Without a bar: as fast as a Worker can be at all, and what the noise of a shared machine hides least.
    times("the floor itself, against Flask", "receivers/task", "requests/s", FLOOR, FLASK),
    times("gateway, CPU time per publish to a queue, against the floor", "worker/queue", CPU, GATEWAY, FLOOR),
    times("gateway, CPU time per task, against Flask", "receivers/task", CPU, GATEWAY, FLASK),
    times(
      "publishMany against a loop of Kombu's publish",
      "library/many",
      "messages/s",
      PUBLISH_MANY,
      KOMBU,
      20,
    ),
    seenBefore(found),
    againstScan(found),
    bundleSize(found("start", "KiB loaded at the start, gzip")),
    {
      measure: "messages lost or doubled under faults",
      bar: "0",
      figure: undefined,
      met: undefined,
      from: "npm run test:chaos",
    },
  ];
}

type Found = (id: string, unit: string) => Comparison | undefined;

function exactly(measure: string, figure: number | undefined, wanted: number): Bar {
  return {
    measure,
    bar: String(wanted),
    figure: figure === undefined ? undefined : String(figure),
    met: figure === undefined ? undefined : figure === wanted,
    from: "costs",
  };
}

function chunks(cost: Cost | undefined): Bar {
  const most = cost && Math.ceil(cost.bytes / CHUNK);
  return {
    measure: `requests for ${BATCH} messages to one queue`,
    bar: cost ? `≤ ${most} (${CHUNK / 1e6} MB each)` : `${CHUNK / 1e6} MB each`,
    figure: cost && String(cost.requests),
    met: cost && cost.requests! <= most!,
    from: "costs",
  };
}

/** The worst of the topic shapes: the largest table against the smallest. */
function seenBefore(found: Found): Bar {
  const slower = topics().map((id) => {
    const comparison = found(`bindings/${id}/seen`, "µs/lookup");
    return (comparison && ratio(comparison, sized(SIZES[0]), sized(SIZES.at(-1)!))?.median) ?? Number.NaN;
  });
  const worst = worstOf(slower);
  return {
    measure: `lookup of a key seen before, topic, ${SIZES.at(-1)} rows against ${SIZES[0]}`,
    bar: `constant (≤ ${CONSTANT} ×)`,
    figure: worst === undefined ? undefined : `${short(worst)} ×`,
    met: worst === undefined ? undefined : worst <= CONSTANT,
    from: "bindings",
  };
}

/** The worst of the topic shapes. */
function againstScan(found: Found): Bar {
  const slower = topics().map((id) => {
    const comparison = found(`bindings/${id}/${SIZES.at(-1)}/new`, "µs/lookup");
    // How many times faster the scan is, which is how many times slower the table.
    return (comparison && ratio(comparison, SCAN, TABLE)?.median) ?? Number.NaN;
  });
  const worst = worstOf(slower);
  return {
    measure: `lookup of a key not seen before, topic, ${SIZES.at(-1)} rows, against a plain scan`,
    bar: "≤ 2 × its time",
    figure: worst === undefined ? undefined : `${short(worst)} ×`,
    met: worst === undefined ? undefined : worst <= 2,
    from: "bindings",
  };
}

function topics(): readonly string[] {
  return SHAPES.filter(({ topic }) => topic).map(({ id }) => id);
}

function worstOf(factors: readonly number[]): number | undefined {
  return factors.some(Number.isNaN) ? undefined : Math.max(...factors);
}

function bundleSize(comparison: Comparison | undefined): Bar {
  const size = comparison?.figures.find(({ name }) => name === GATEWAY)?.median;
  const limit = BUNDLE_LIMIT / 1024;
  return {
    measure: "Worker bundle, gzip: what a fresh isolate loads",
    bar: `≤ ${limit} KiB`,
    figure: size === undefined ? undefined : `${size.toFixed(1)} KiB`,
    met: size === undefined ? undefined : size <= limit,
    from: "start",
  };
}

function ranged(spread: Spread): string {
  const { median, lowest, highest } = spread;
  return `${short(median)} × (${short(lowest)}–${short(highest)})`;
}
