/** @module How two builds differ, and how sure that is. */
import { expect, test } from "vitest";
import { difference, estimate } from "../../bench/pairs.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("a median's interval goes by ranks, as tables of the sign test have them", () => {
  expect(estimate(upTo(5).reverse())).toEqual({ median: 3, low: 1, high: 5 });
  expect(estimate(upTo(6))).toEqual({ median: 3.5, low: 1, high: 6 });
  expect(estimate(upTo(8))).toEqual({ median: 4.5, low: 1, high: 8 });
  expect(estimate(upTo(9))).toEqual({ median: 5, low: 2, high: 8 });
  expect(estimate(upTo(10))).toEqual({ median: 5.5, low: 2, high: 9 });
  expect(estimate(upTo(20))).toEqual({ median: 10.5, low: 6, high: 15 });
  expect(estimate(upTo(100))).toEqual({ median: 50.5, low: 40, high: 61 });
});

test("builds are compared within each turn, beside two processes of the same build", () => {
  const before = [
    [100, 200, 400],
    [100, 200, 440],
  ] as const;
  const after = [
    [80, 150, 420],
    [100, 170, 420],
  ] as const;
  expect(difference(before, after)).toEqual({
    before: { median: 200, lowest: 100, highest: 440 },
    after: { median: 160, lowest: 80, highest: 420 },
    ratio: { median: 0.9, low: 0.8, high: 1 },
    noise: [
      { median: 1, low: 1, high: 1.1 },
      { median: 170 / 150, low: 1, high: 1.25 },
    ],
  });
});
