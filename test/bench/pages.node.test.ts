/** @module The picture and the page that are made of a run's figures. */
import { expect, test } from "vitest";
import { chart } from "../../bench/chart.ts";
import { markdown } from "../../bench/markdown.ts";
import { ranBy } from "../../bench/sent.ts";

const COMPARISON = {
  id: "receivers/task",
  title: "a receiver: send a task",
  unit: "requests/s",
  lowerIsBetter: false,
  rounds: 20,
  seconds: 0.375,
  figures: [
    { name: "kombu-edge gateway", median: 420, lowest: 400, highest: 420, runs: [400, 420, 420] },
    { name: "a <b> & c", median: 105, lowest: 100, highest: 210, runs: [100, 105, 210] },
  ],
  skipped: [{ name: "Flower", reason: "it did not start" }],
};

test("the picture has a bar from zero for each figure, to scale, and the range as a line", () => {
  const picture = chart({ comparisons: [COMPARISON, { ...COMPARISON, id: "not drawn" }] });
  // 420 pixels for the highest figure, 420.
  expect(picture.match(/<rect class="o[^>]*>/g)).toEqual([
    '<rect class="own" x="260" y="37" width="420.0" height="16" rx="2"/>',
    '<rect class="other" x="260" y="60" width="105.0" height="16" rx="2"/>',
  ]);
  expect(picture.match(/<line[^>]*>/g)).toEqual([
    '<line x1="660.0" x2="680.0" y1="45" y2="45"/>',
    '<line x1="360.0" x2="470.0" y1="68" y2="68"/>',
  ]);
  expect(picture).toContain(">a &lt;b> &amp; c</text>");
  expect(picture).toContain("@media (prefers-color-scheme:dark)");
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="760" height="97" /);
});

test("the page has the bars, the costs, each comparison with who was skipped, and the profiles", () => {
  const page = markdown({
    machine: "2 × a CPU",
    date: "2026-11-24",
    versions: ["celery 5.7.0"],
    pace: { rounds: 3, seconds: 1 },
    bars: [
      { measure: "one", bar: "≥ 5 ×", figure: "4 ×", met: false, from: "receivers" },
      { measure: "two", bar: "0", figure: undefined, met: undefined, from: "npm test" },
    ],
    costs: [{ id: "k", title: "Kombu", commands: 2, ran: 2, bytes: 895 }],
    costsSkipped: [{ name: "celery-ts, a task", reason: "it cannot be installed" }],
    comparisons: [COMPARISON, { ...COMPARISON, id: "start", title: "a fresh Worker", rounds: 5, seconds: 0 }],
    profiles: [
      {
        id: "p",
        title: "publish",
        perRequest: 300,
        areas: [{ area: "src/redis", microseconds: 200 }],
        files: [{ area: "src/redis/client.ts", microseconds: 120 }],
      },
      {
        id: "floor-queue",
        title: "floor",
        job: "a queue",
        perRequest: 300,
        areas: [{ area: "the kernel", microseconds: 300 }],
        files: [],
      },
      {
        id: "gateway-queue",
        title: "gateway",
        job: "a queue",
        perRequest: 410,
        areas: [
          { area: "the kernel", microseconds: 290 },
          { area: "src/http", microseconds: 120 },
        ],
        files: [{ area: "src/http/call.ts", microseconds: 130.4 }],
      },
    ],
    heaps: [{ title: "floor: a queue", mebibytes: 12.34 }],
  });
  expect(page).toContain("| one | ≥ 5 × | 4 × | **missed** |\n| two | 0 | see `npm test` |  |");
  expect(page).toContain(
    "| Kombu | – (TCP) | 2 | 2 | 895 |\n| celery-ts, a task | skipped: it cannot be installed |  |  |  |",
  );
  expect(page).toContain("**a receiver: send a task**, 20 rounds of 0.375 s\n\n|");
  expect(page).toContain("**a fresh Worker**, 5 rounds\n\n|");
  expect(page).toContain("| kombu-edge gateway | 420 (400–420) |  |");
  expect(page).toContain("| a <b> & c | 105 (100–210) | 4 (2–4) × |");
  expect(page).toContain("| Flower | skipped: it did not start |  |");
  expect(page).toContain(
    "**publish**: 300 µs\n\n* src/redis 200\n* of which, by file: src/redis/client.ts 120",
  );
  expect(page).toContain(
    "**a queue**\n\n|  | floor | gateway | gateway over floor |\n| --- | --- | --- | --- |\n| src/http | 0 | 120 | +120 |\n| the kernel | 300 | 290 | −10 |\n| together | 300 | 410 | +110 |\n\nThe gateway by file, with the calls of the runtime that it makes: src/http/call.ts 130.",
  );
  expect(page).toContain("| floor: a queue | 12.3 |");
});

test("commands that Redis ran are counted without those that ask for the count", () => {
  const statistics = [
    "# Commandstats",
    "cmdstat_eval:calls=1,usec=90,usec_per_call=90.00,rejected_calls=0,failed_calls=0",
    "cmdstat_set:calls=1,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0",
    "cmdstat_lpush:calls=2,usec=9,usec_per_call=4.50,rejected_calls=0,failed_calls=0",
    "cmdstat_info:calls=3,usec=99,usec_per_call=33.00,rejected_calls=0,failed_calls=0",
    "cmdstat_config|resetstat:calls=1,usec=9,usec_per_call=9.00,rejected_calls=0,failed_calls=0",
  ].join("\r\n");
  expect(ranBy(statistics)).toBe(4);
});
