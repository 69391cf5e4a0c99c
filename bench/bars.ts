/** @module The bars that the project has set itself (docs/design.md), each against what a run found. */
import { resolveChannelOptions } from "../src/delivery/channel_options.ts";
import { type Bar, exactly, type Found, type Pair, sized, times, worst } from "./bar_rows.ts";
import { SHAPES } from "./binding_shapes.ts";
import { BUNDLE_LIMIT } from "./bundle.ts";
import { BATCH } from "./message.ts";
import type { Comparison } from "./rounds.ts";
import { rowsOf, SCAN, SIZES, TABLE } from "./suites/bindings.ts";
import type { Cost } from "./suites/cost.ts";
import { BY_HAND, BY_HAND_FETCH } from "./suites/duties.ts";
import { FLOOR, GATEWAY, LIBRARY } from "./suites/jobs.ts";
import { KOMBU, PUBLISH_MANY } from "./suites/library.ts";
import { FLASK, FLOWER, FLOWER_WITH_RESULTS } from "./suites/python_receivers.ts";
import { ALL_MODULES, AT_THE_START } from "./suites/start.ts";

export type { Bar } from "./bar_rows.ts";

/** Of a message of the batch, as it stands in the list; a test looks. */
export const MESSAGE_CHARACTERS = 762;
/** Characters of messages to which a request of a batch is cut; the default. */
const { maximumRequestSize: CHUNK } = resolveChannelOptions({});
/** Requests that a batch takes: messages are not divided. */
const CHUNKS = Math.ceil(BATCH / Math.floor(CHUNK / MESSAGE_CHARACTERS));
/** A script, the key it sets and the push. */
const GUARDED_RUN = 3;
/** A lookup that takes no more than so many times as long in a thousand times the rows is called constant: caches of memory do the rest. */
const CONSTANT = 3;

const REQUESTS = "requests/s";
const CPU = "µs of CPU/request";
const LOOKUP = "µs/lookup";

/** Sets a run's figures against the bars. The order is that of the design. */
export function bars(costs: readonly Cost[], comparisons: readonly Comparison[]): readonly Bar[] {
  const cost = (id: string) => costs.find((one) => one.id === id);
  const found = (id: string, unit: string) => comparisons.find((one) => one.id === id && one.unit === unit);
  const ratioOf = (measure: string, id: string, unit: string, of: string, against: string, least?: number) =>
    times(measure, found, { id, unit, of, against }, least);
  return [
    exactly("requests to Redis per publish, table known, 1 queue", cost("topic-1")?.requests, 1),
    exactly("the same, 3 queues", cost("topic-3")?.requests, 1),
    exactly("commands per publish, 1 queue", cost("queue")?.commands, 1),
    guarded(cost("guarded")),
    exactly(
      `requests for ${BATCH} messages to one queue`,
      cost("many")?.requests,
      CHUNKS,
      ` (of ${CHUNK / 1e6} million characters)`,
    ),
    ratioOf("gateway, publish to a queue, against the floor", "worker/queue", REQUESTS, GATEWAY, FLOOR, 0.9),
    ratioOf("library in a Worker, the same", "worker/queue", REQUESTS, LIBRARY, FLOOR, 0.9),
    // Without a bar: what any Worker can reach that has the gateway's duties.
    ratioOf(
      "a Worker written by hand with the gateway's duties, the same",
      "duties",
      REQUESTS,
      BY_HAND,
      FLOOR,
    ),
    ratioOf(
      "the same Worker with bare fetch in place of @upstash/redis",
      "duties",
      REQUESTS,
      BY_HAND_FETCH,
      FLOOR,
    ),
    ratioOf("gateway, the same, against the one with @upstash/redis", "duties", REQUESTS, GATEWAY, BY_HAND),
    ratioOf("gateway, a task, against Flask", "receivers/task", REQUESTS, GATEWAY, FLASK, 5),
    ratioOf("gateway, a task, against Flower", "receivers/task", REQUESTS, GATEWAY, FLOWER, 5),
    ratioOf(
      "gateway, a task, against Flower that can tell results, as the gateway can",
      "receivers/task",
      REQUESTS,
      GATEWAY,
      FLOWER_WITH_RESULTS,
    ),
    // Without a bar: as fast as a Worker can be at all, and what the noise of a shared machine hides least.
    ratioOf("the floor itself, against Flask", "receivers/task", REQUESTS, FLOOR, FLASK),
    ratioOf(
      "gateway, CPU time per publish to a queue, against the floor",
      "worker/queue",
      CPU,
      GATEWAY,
      FLOOR,
    ),
    ratioOf("gateway, CPU time per task, against Flask", "receivers/task", CPU, GATEWAY, FLASK),
    ratioOf(
      "publishMany against a loop of Kombu's publish",
      "library/many",
      "messages/s",
      PUBLISH_MANY,
      KOMBU,
      20,
    ),
    ...lookups(found),
    sized(
      "Worker bundle, gzip: what a fresh isolate loads in order to publish",
      found("start", AT_THE_START),
      GATEWAY,
      BUNDLE_LIMIT / 1024,
    ),
    sized("the same with all modules that load later", found("start", ALL_MODULES), GATEWAY),
    {
      measure: "messages lost or doubled under faults",
      bar: "0",
      figure: undefined,
      met: undefined,
      from: "npm run test:chaos",
    },
  ];
}

/** One command is sent, and it is the script: a bare push would be one as well. */
function guarded(cost: Cost | undefined): Bar {
  const row = exactly(
    "the same, guarded: commands sent; commands that Redis ran",
    cost?.commands,
    1,
    `; ${GUARDED_RUN}`,
  );
  if (cost === undefined) return row;
  return { ...row, figure: `${row.figure}; ${cost.ran}`, met: row.met && cost.ran === GUARDED_RUN };
}

/** How a topic exchange's lookups grow, and stand against a scan; the worst of the shapes. */
function lookups(found: Found): readonly Bar[] {
  const [fewest, most] = [SIZES[0], SIZES.at(-1)!];
  const topics = SHAPES.filter(({ topic }) => topic);
  // How many times better the small table, or the scan, is: how many times slower the large table.
  const pairs = (what: string, of: string, against: string) =>
    topics.map(({ id }): Pair => ({ id: `bindings/${id}/${what}`, unit: LOOKUP, of, against }));
  return [
    worst(
      `lookup of a key seen before, topic, ${most} rows against ${fewest}`,
      `constant (≤ ${CONSTANT} ×)`,
      found,
      pairs("seen", rowsOf(fewest), rowsOf(most)),
      CONSTANT,
    ),
    worst(
      `lookup of a key not seen before, topic, ${most} rows, against a plain scan`,
      "≤ 2 × its time",
      found,
      pairs(`${most}/new`, SCAN, TABLE),
      2,
    ),
  ];
}
