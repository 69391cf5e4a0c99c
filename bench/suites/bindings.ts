/** @module Looking up routing keys in binding tables, against the least code that does the same. */
import { bindingMember, type KeyOptions, resolveKeyOptions } from "../../src/routing/keys.ts";
import { topicPattern } from "../../src/routing/pattern.ts";
import { BindingTable } from "../../src/routing/table.ts";
import { BATCH_KEYS, batchesOfKeys, MATCHING_KEYS, SHAPES, type Shape } from "../binding_shapes.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, type Contender, compare, type Metric } from "../rounds.ts";

/** Rows of the tables. */
export const SIZES = [10, 1_000, 10_000] as const;
/** Who compete; the scan at topic exchanges, the map at direct ones. */
export const TABLE = "kombu-edge";
export const SCAN = "plain scan of RegExps";
export const MAP = "a Map from routing key to queues";
const KEYS: KeyOptions = resolveKeyOptions({});
const METRICS: readonly Metric[] = [{ unit: "µs/lookup", lowerIsBetter: true }];

/** The contender that looks up a key seen before in a table of so many rows. */
export function rowsOf(rows: number): string {
  return `${rows} bindings`;
}

/** Compares, for each shape of table: keys not seen before, of which half match; one key seen before, by the table's size; and reading the table. */
export async function bindingSuite(pace: Pace): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const shape of SHAPES) {
    const plan = async (
      what: string,
      title: string,
      contenders: readonly Contender[],
      metrics: readonly Metric[] = METRICS,
    ) => {
      const id = `bindings/${shape.id}/${what}`;
      comparisons.push(
        ...(await compare({ id, title: `${shape.name}: ${title}`, metrics, contenders }, pace)),
      );
    };
    for (const size of SIZES) {
      await plan(`${size}/new`, `a key not seen before, ${rowsOf(size)}`, lookups(shape, size));
    }
    const seen = SIZES.map((size) => ({ name: rowsOf(size), run: seenBefore(shape, size) }));
    await plan("seen", "a key seen before, kombu-edge", seen);
    const parsed = SIZES.map((size) => ({ name: rowsOf(size), run: parsing(shape, size) }));
    await plan("parse", "reading the table, kombu-edge", parsed, [{ unit: "ms", lowerIsBetter: true }]);
  }
  return comparisons;
}

/** The table against what the least code would do: a map for direct, every pattern in turn for topic. */
function lookups(shape: Shape, size: number): Contender[] {
  return [
    { name: TABLE, run: inTable(shape, size) },
    shape.topic
      ? { name: SCAN, run: inBatches(shape, size, scan(shape, size)) }
      : { name: MAP, run: inBatches(shape, size, map(shape, size)) },
  ];
}

type Lookup = (key: string) => readonly string[];

function inTable(shape: Shape, size: number): Contender["run"] {
  const next = batchesOfKeys(shape, size);
  // The table remembers keys, and a direct exchange has but so many that match: then a table that remembers none takes over.
  const batchesPerTable = shape.topic ? Number.POSITIVE_INFINITY : size / MATCHING_KEYS;
  let table = tableOf(shape, size);
  let batches = 0;
  return timed(() => {
    if (batches === batchesPerTable) {
      table = tableOf(shape, size);
      batches = 0;
    }
    batches++;
    const keys = next();
    const { topic } = shape;
    return () => sum(keys, (key) => table.match(topic ? "topic" : "direct", key));
  }, MATCHING_KEYS);
}

function inBatches(shape: Shape, size: number, lookup: Lookup): Contender["run"] {
  const next = batchesOfKeys(shape, size);
  return timed(() => {
    const keys = next();
    return () => sum(keys, lookup);
  }, MATCHING_KEYS);
}

function scan(shape: Shape, size: number): Lookup {
  const patterns = Array.from({ length: size }, (_, row) => ({
    expression: new RegExp(topicPattern(shape.binding(row))),
    queue: `queue${row}`,
  }));
  return (key) => {
    const queues = new Set<string>();
    for (const { expression, queue } of patterns) if (expression.test(key)) queues.add(queue);
    return [...queues];
  };
}

function map(shape: Shape, size: number): Lookup {
  const queues = new Map<string, string[]>();
  for (let row = 0; row < size; row++) {
    const key = shape.binding(row);
    const bound = queues.get(key);
    if (bound) bound.push(`queue${row}`);
    else queues.set(key, [`queue${row}`]);
  }
  return (key) => queues.get(key) ?? NOBODY;
}

const NOBODY: readonly string[] = [];

function seenBefore(shape: Shape, size: number): Contender["run"] {
  const table = tableOf(shape, size);
  const keys = new Array<string>(BATCH_KEYS).fill(shape.key(1, 1));
  return timed(
    () => () => sum(keys, (key) => table.match(shape.topic ? "topic" : "direct", key)),
    BATCH_KEYS,
  );
}

function parsing(shape: Shape, size: number): Contender["run"] {
  const members = membersOf(shape, size);
  const run = timed(() => () => new BindingTable(members, KEYS.sep).bindings.length, size, 1);
  return async (seconds) => [(await run(seconds))[0]! / 1000];
}

function membersOf(shape: Shape, size: number): readonly string[] {
  return Array.from({ length: size }, (_, row) =>
    bindingMember(shape.binding(row), `queue${row}`, shape.topic, KEYS),
  );
}

function tableOf(shape: Shape, size: number): BindingTable {
  return new BindingTable(membersOf(shape, size), KEYS.sep);
}

function sum(keys: readonly string[], lookup: Lookup): number {
  let queues = 0;
  for (const key of keys) queues += lookup(key).length;
  return queues;
}

/**
 * Runs for a while; microseconds per call. What `prepare` does is not counted.
 *
 * @param expected What the work it returns must come to, each time, or the contender is left out.
 * @param calls How many that work makes.
 */
function timed(prepare: () => () => number, expected: number, calls = BATCH_KEYS): Contender["run"] {
  return async (seconds) => {
    const end = performance.now() + seconds * 1000;
    let elapsed = 0;
    let count = 0;
    do {
      const work = prepare();
      const start = performance.now();
      const found = work();
      elapsed += performance.now() - start;
      if (found !== expected) throw new Error(`found ${found} in place of ${expected}`);
      count += calls;
    } while (performance.now() < end);
    return [(elapsed / count) * 1000];
  };
}
