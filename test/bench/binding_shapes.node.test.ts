/** @module The routing keys that tables are measured with. */
import { expect, test } from "vitest";
import { BATCH_KEYS, batchesOfKeys, MATCHING_KEYS, SHAPES, type Shape } from "../../bench/binding_shapes.ts";
import { topicPattern } from "../../src/routing/pattern.ts";

const shapes = SHAPES.map((shape) => [shape.id, shape] as const);

function batches(shape: Shape, size: number, count: number): readonly (readonly string[])[] {
  const next = batchesOfKeys(shape, size);
  return Array.from({ length: count }, next);
}

function matched(shape: Shape, size: number, key: string): number {
  const rows = Array.from({ length: size }, (_, row) => shape.binding(row));
  return rows.filter((binding) =>
    shape.topic ? new RegExp(topicPattern(binding)).test(key) : binding === key,
  ).length;
}

test("the first keys are", () => {
  expect(SHAPES.map((shape) => batches(shape, 10, 1)[0]!.slice(0, 3))).toEqual([
    ["tenant0.order.paid", "tenant11.order.paid", "tenant9.order.paid"],
    ["tenant0.order.paid0", "tenant11.order.paid1", "tenant9.order.paid2"],
    ["tenant0.order.event0", "tenant1.order.event11", "tenant2.order.event9"],
    ["tenant0.order0.paid", "tenant1.order11.paid", "tenant2.order9.paid"],
  ]);
});

test.each(shapes)("%s: half of each batch match one row each, in later batches too", (_, shape) => {
  const later = batches(shape, 1_000, 700).filter((_batch, index) => index % 233 === 0);
  expect(later.map((batch) => batch.map((key) => matched(shape, 1_000, key)))).toEqual(
    new Array(4).fill([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]),
  );
  expect([BATCH_KEYS, MATCHING_KEYS]).toEqual([20, 10]);
});

test.each(shapes)("%s: no key comes twice before each row was met, and a topic's never", (_, shape) => {
  const count = shape.topic ? 2_000 : 100;
  const keys = batches(shape, 1_000, count).flat();
  expect(new Set(keys).size).toBe(shape.topic ? 40_000 : 2_000);
});
