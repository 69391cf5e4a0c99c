/** @module A run's figures against the bars. */
import { expect, test } from "vitest";
import { bars } from "../../bench/bars.ts";
import { spread } from "../../bench/ratio.ts";
import type { Comparison } from "../../bench/rounds.ts";

function comparison(
  id: string,
  unit: string,
  runs: Readonly<Record<string, readonly number[]>>,
  lowerIsBetter = false,
): Comparison {
  const figures = Object.entries(runs).map(([name, all]) => ({ name, runs: all, ...spread(all) }));
  return { id, title: id, unit, lowerIsBetter, rounds: 1, seconds: 1, figures, skipped: [] };
}

const lookups = ["first", "last", "middle"].flatMap((shape) => [
  comparison(
    `bindings/topic-${shape}/seen`,
    "µs/lookup",
    {
      "10 bindings": [0.2, 0.1, 0.1],
      "1000 bindings": [9, 9, 9],
      "10000 bindings": shape === "middle" ? [0.9, 0.15, 0.1] : [0.1, 0.1, 0.1],
    },
    true,
  ),
  comparison(
    `bindings/topic-${shape}/10000/new`,
    "µs/lookup",
    { "kombu-edge": [30, 40], "plain scan of RegExps": shape === "last" ? [10, 10] : [60, 40] },
    true,
  ),
]);

const COSTS = [
  { id: "queue", title: "", requests: 1, commands: 1, ran: 1, bytes: 800 },
  { id: "guarded", title: "", requests: 1, commands: 1, ran: 3, bytes: 2000 },
  { id: "topic-1", title: "", requests: 1, commands: 1, ran: 1, bytes: 800 },
  { id: "topic-3", title: "", requests: 2, commands: 3, ran: 3, bytes: 2400 },
  { id: "many", title: "", requests: 3, commands: 3, ran: 3, bytes: 8_030_040 },
];

test("each bar is a row with its figure and whether it is met", () => {
  const rows = bars(COSTS, [
    comparison("worker/queue", "requests/s", {
      "kombu-edge gateway": [85, 95, 90],
      "kombu-edge library in a Worker": [80, 96, 89, 88, 90, 85, 91, 89, 89],
      "bare fetch of the same LPUSH": [100, 100, 100, 100, 100, 100, 100, 100, 100],
    }),
    comparison("duties", "requests/s", {
      "bare fetch of the same LPUSH": [100, 100],
      "and a line of log: all by hand": [80, 80],
      "all by hand, with bare fetch": [90, 80],
      "kombu-edge gateway": [76, 72],
    }),
    comparison("receivers/task", "requests/s", {
      "kombu-edge gateway": [600],
      "Flask + gunicorn, send_task": [100],
      "Flower, /api/task/send-task": [150],
      "Flower, with a result backend": [120],
      "bare fetch of the same LPUSH": [700],
    }),
    comparison(
      "worker/queue",
      "µs of CPU/request",
      { "kombu-edge gateway": [250], "bare fetch of the same LPUSH": [200] },
      true,
    ),
    comparison(
      "receivers/task",
      "µs of CPU/request",
      { "kombu-edge gateway": [Number.NaN], "Flask + gunicorn, send_task": [Number.NaN] },
      true,
    ),
    ...lookups,
    comparison("start", "KiB loaded at the start, gzip", { "kombu-edge gateway": [57.25] }, true),
    comparison("start", "KiB of all modules, gzip", { "kombu-edge gateway": [156.04] }, true),
  ]);
  expect(rows.map(({ bar, figure, met }) => [bar, figure, met])).toEqual([
    ["1", "1", true],
    ["1", "2", false],
    ["1", "1", true],
    ["1; 3", "1; 3", true],
    ["2 (of 4 million characters)", "3", false],
    ["≥ 0.9 ×", "0.9 × (0.85–0.95; median 0.85–0.95 at 75 %)", true],
    ["≥ 0.9 ×", "0.89 × (0.8–0.96; median 0.85–0.91)", false],
    ["", "0.8 × (0.8–0.8; median 0.8–0.8 at 50 %)", undefined],
    ["", "0.85 × (0.8–0.9; median 0.8–0.9 at 50 %)", undefined],
    ["", "0.925 × (0.9–0.95; median 0.9–0.95 at 50 %)", undefined],
    ["≥ 5 ×", "6 × (6–6)", true],
    ["≥ 5 ×", "4 × (4–4)", false],
    ["", "5 × (5–5)", undefined],
    ["", "7 × (7–7)", undefined],
    ["", "0.8 × (0.8–0.8)", undefined],
    ["", "not measured", undefined],
    ["≥ 20 ×", undefined, undefined],
    ["constant (≤ 3 ×)", "1.5 × (1–4.5; median 1–4.5 at 75 %)", true],
    ["≤ 2 × its time", "3.5 × (3–4; median 3–4 at 50 %)", false],
    ["≤ 60 KiB", "57.3 KiB", true],
    ["", "156.0 KiB", undefined],
    ["0", undefined, undefined],
  ]);
});

test.each([
  [1, 1, false],
  [1, 3, true],
  [2, 3, false],
])("a guarded publish of %i commands of which Redis ran %i meets its bar: %s", (commands, ran, met) => {
  const [, , , row] = bars([{ id: "guarded", title: "", requests: 1, commands, ran, bytes: 800 }], []);
  expect([row!.figure, row!.met]).toEqual([`${commands}; ${ran}`, met]);
});

test("the batch may take two requests, no more and no fewer", () => {
  const met = [1, 2, 3].map((requests) => {
    const [, , , , row] = bars(
      [{ id: "many", title: "", requests, commands: 1, ran: 1, bytes: 9_999_999 }],
      [],
    );
    return row!.met;
  });
  expect(met).toEqual([false, true, false]);
});

test("a run that looked at nothing has no figures, and says where each would be from", () => {
  const rows = bars([], []);
  expect(rows.map(({ figure, met }) => [figure, met])).toEqual(new Array(22).fill([undefined, undefined]));
  expect(new Set(rows.map(({ from }) => from))).toEqual(
    new Set(["costs", "worker", "duties", "receivers", "library", "bindings", "start", "npm run test:chaos"]),
  );
});
