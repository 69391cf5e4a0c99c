/** @module Shares of the CPU time, of a Node profile and of Workers side by side. */
import { expect, test, vi } from "vitest";
import { selfTimes } from "../../bench/cpu_profile.ts";
import { perfMissing } from "../../bench/perf.ts";
import { profileOf } from "../../bench/profile.ts";
import { sideBySide } from "../../bench/side_by_side.ts";

function node(id: number, functionName: string, url: string) {
  return { id, callFrame: { functionName, url } };
}

const CLIENT = new URL("../../src/redis/client.ts", import.meta.url).href;
const PACKAGE = new URL("../../node_modules/@upstash/redis/nodejs.mjs", import.meta.url).href;

test("time of a Node profile is summed by file and folder, idle time left out, as shares of the CPU time of a message", () => {
  const times = selfTimes({
    nodes: [
      node(1, "a", CLIENT),
      node(2, "constructor", PACKAGE),
      node(3, "(idle)", ""),
      node(4, "fetch", ""),
      node(5, "(garbage collector)", ""),
      node(6, "c", "node:internal/deps/undici/undici"),
    ],
    samples: [1, 2, 3, 1, 4, 5, 6, 1],
    timeDeltas: [0, 100, 200, 5_000, 300, 50, 20, 10],
  });
  expect(profileOf({ id: "p", title: "publish", messages: 10, cpuSeconds: 0.00136 }, times)).toEqual({
    id: "p",
    title: "publish",
    perRequest: 136,
    areas: [
      { area: "src/redis", microseconds: 80 },
      { area: "@upstash/redis", microseconds: 40 },
      { area: "the runtime's fetch", microseconds: 10 },
      { area: "garbage collection", microseconds: 4 },
      { area: "undici (Node's fetch)", microseconds: 2 },
    ],
    files: [{ area: "src/redis/client.ts", microseconds: 80 }],
  });
});

test("files that are counted by themselves are scaled as the areas are", () => {
  const areas = [
    { area: "the runtime's fetch", microseconds: 3 },
    { area: "src/redis", microseconds: 1 },
  ];
  const profile = profileOf({ id: "p", title: "gateway", messages: 2, cpuSeconds: 0.0008 }, areas, [
    { area: "src/redis/client.ts", microseconds: 4 },
  ]);
  expect(profile.areas).toEqual([
    { area: "the runtime's fetch", microseconds: 300 },
    { area: "src/redis", microseconds: 100 },
  ]);
  expect(profile.files).toEqual([{ area: "src/redis/client.ts", microseconds: 400 }]);
});

test("Workers of a job stand side by side, by what the last has more than the first", () => {
  const worker = (title: string, perRequest: number, areas: Readonly<Record<string, number>>) => ({
    id: `${title}-queue`,
    title,
    job: "publish to a queue",
    perRequest,
    areas: Object.entries(areas).map(([area, microseconds]) => ({ area, microseconds })),
    files: Array.from({ length: 13 }, (_, index) => ({ area: `src/${index}.ts`, microseconds: 13 - index })),
  });
  const found = sideBySide([
    worker("floor", 300, { fetch: 200, garbage: 99.5, odd: 0.5 }),
    worker("gateway", 400, { "src/http": 100, fetch: 210, garbage: 88, odd: 1, hono: 1 }),
    { id: "n", title: "library in Node", perRequest: 9, areas: [], files: [] },
  ]);
  expect(found).toEqual([
    {
      job: "publish to a queue",
      columns: ["floor", "gateway"],
      rows: [
        { area: "src/http", microseconds: [0, 100], more: 100 },
        { area: "fetch", microseconds: [200, 210], more: 10 },
        { area: "garbage", microseconds: [99.5, 88], more: -11.5 },
        { area: "each less than 0.5 %", microseconds: [0.5, 2], more: 1.5 },
        { area: "together", microseconds: [300, 400], more: 100 },
      ],
      files: Array.from({ length: 12 }, (_, index) => ({
        area: `src/${index}.ts`,
        microseconds: 13 - index,
      })),
    },
  ]);
});

test("without perf its profiles are skipped with the name of the package to install", () => {
  vi.stubEnv("PATH", "/nowhere");
  try {
    expect(perfMissing()).toBe(
      "perf is not installed; Debian's package is linux-perf, Ubuntu's linux-tools-generic",
    );
  } finally {
    vi.unstubAllEnvs();
  }
});
