/** @module Looking up routing keys in binding tables, against a plain scan of the stored patterns as compiled RegExps. */
import { bindingMember, type KeyOptions, resolveKeyOptions } from "../../src/routing/keys.ts";
import { topicPattern } from "../../src/routing/pattern.ts";
import { BindingTable } from "../../src/routing/table.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, type Contender, compare } from "../rounds.ts";

/** Rows of the tables. */
export const SIZES = [10, 1_000, 10_000] as const;
/** Who compete. */
export const TABLE = "kombu-edge";
export const SCAN = "plain scan of RegExps";
const KEYS: KeyOptions = resolveKeyOptions({});
const CALLS_PER_LOOK_AT_THE_CLOCK = 20;
const METRICS = [{ unit: "µs/lookup", lowerIsBetter: true }];

/** Binding keys of one shape, and routing keys that were never seen before, of which some match. */
interface Shape {
  readonly id: string;
  readonly name: string;
  readonly topic: boolean;
  binding(row: number): string;
  key(call: number): string;
}

/** Tables of the shapes that occur. */
export const SHAPES: readonly Shape[] = [
  {
    id: "direct",
    name: "direct",
    topic: false,
    binding: (row) => `tenant${row}.order.paid`,
    key: (call) => `tenant${call}.order.paid`,
  },
  {
    id: "topic-first",
    name: "topic, tenant7.order.*",
    topic: true,
    binding: (row) => `tenant${row}.order.*`,
    key: (call) => `tenant${call % 10_000}.order.paid${call}`,
  },
  {
    id: "topic-last",
    name: "topic, *.order.event7",
    topic: true,
    binding: (row) => `*.order.event${row}`,
    key: (call) => `tenant${call}.order.event${call % 10_000}`,
  },
  {
    id: "topic-middle",
    name: "topic, *.order7.#",
    topic: true,
    binding: (row) => `*.order${row}.#`,
    key: (call) => `tenant${call}.order${call % 10_000}.paid`,
  },
];

export async function bindingSuite(pace: Pace): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const shape of SHAPES) {
    for (const size of SIZES) {
      const members = Array.from({ length: size }, (_, row) =>
        bindingMember(shape.binding(row), `queue${row}`, shape.topic, KEYS),
      );
      const title = `${size} bindings, ${shape.name}`;
      const plan = (what: string, how: string, contenders: readonly Contender[], metrics = METRICS) =>
        compare(
          { id: `bindings/${shape.id}/${size}/${what}`, title: `${title}${how}`, metrics, contenders },
          pace,
        );
      comparisons.push(...(await plan("new", ", key not seen before", lookups(shape, members))));
      comparisons.push(...(await plan("seen", ", key seen before", [seenBefore(shape, members)])));
      const parse = { name: TABLE, run: parsing(members) };
      const metrics = [{ unit: "ms", lowerIsBetter: true }];
      comparisons.push(...(await plan("parse", ": reading the table", [parse], metrics)));
    }
  }
  return comparisons;
}

/** The table against what the least code would do: a map for direct, every pattern in turn for topic. */
function lookups(shape: Shape, members: readonly string[]): Contender[] {
  const type = shape.topic ? "topic" : "direct";
  const table = new BindingTable(members, KEYS.sep);
  const rows = members.map((member) => member.split(KEYS.sep));
  const patterns = rows.map(([key, pattern, queue]) => ({
    expression: new RegExp(pattern || topicPattern(key!)),
    queue: queue!,
  }));
  const scan = (key: string) => {
    const queues = new Set<string>();
    for (const { expression, queue } of patterns) if (expression.test(key)) queues.add(queue);
    return [...queues];
  };
  let call = 0;
  return [
    { name: TABLE, run: timed(() => table.match(type, shape.key(call++))) },
    { name: SCAN, run: timed(() => scan(shape.key(call++))) },
  ];
}

function seenBefore(shape: Shape, members: readonly string[]): Contender {
  const table = new BindingTable(members, KEYS.sep);
  const key = shape.key(1);
  return { name: TABLE, run: timed(() => table.match(shape.topic ? "topic" : "direct", key)) };
}

function parsing(members: readonly string[]): Contender["run"] {
  const run = timed(() => new BindingTable(members, KEYS.sep).bindings, 1);
  return async (seconds) => [(await run(seconds))[0]! / 1000];
}

/** Runs for a while; microseconds per call. */
function timed(work: () => readonly unknown[], calls = CALLS_PER_LOOK_AT_THE_CLOCK): Contender["run"] {
  return async (seconds) => {
    const start = performance.now();
    const end = start + seconds * 1000;
    let count = 0;
    while (performance.now() < end) {
      for (let call = 0; call < calls; call++) work();
      count += calls;
    }
    return [((performance.now() - start) / count) * 1000];
  };
}
