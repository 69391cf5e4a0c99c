/** @module The interval of a median. */
import { expect, test } from "vitest";
import { medianInterval } from "../../bench/interval.ts";

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

test.each([
  [1, 1, 1, 0],
  [2, 1, 2, 0.5],
  [3, 1, 3, 0.75],
  [5, 1, 5, 0.9375],
  [6, 1, 6, 0.96875],
  [8, 1, 8, 0.9921875],
  [9, 2, 8, 0.9609375],
  [10, 2, 9, 0.978515625],
  [12, 3, 10, 0.96142578125],
  [20, 6, 15, 0.9586105346679688],
])(
  "of %i values it goes from number %i to number %i, with confidence %d",
  (count, lowest, highest, confidence) => {
    expect(medianInterval(numbered(count))).toEqual({ lowest, highest, confidence });
  },
);

test("the order of the values does not matter, and one far off does not move it", () => {
  const interval = medianInterval([0.7, 900, 0.5, 0.9, 0.6, 0.8, 0.001, 0.65, 0.75]);
  expect(interval).toEqual({ lowest: 0.5, highest: 0.9, confidence: 0.9609375 });
});
