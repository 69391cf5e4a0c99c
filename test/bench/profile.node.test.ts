/** @module Self time of a profile, by part of the source. */
import { expect, test } from "vitest";
import { profileOf } from "../../bench/profile.ts";

function node(id: number, functionName: string, url: string, columnNumber = 0) {
  return { id, callFrame: { functionName, url, lineNumber: 0, columnNumber } };
}

/** Column 0 is of `src/redis/client.ts`, column 8 of a package. */
const MAP = JSON.stringify({
  version: 3,
  sources: ["../src/redis/client.ts", "../node_modules/@upstash/redis/nodejs.mjs"],
  names: [],
  mappings: "AAAA,QCAA",
});

test("time is summed by file and folder, idle time left out, as shares of the CPU time of a message", () => {
  const profile = profileOf(
    { id: "p", title: "publish", messages: 10, cpuSeconds: 0.00136, heapMebibytes: 5 },
    {
      nodes: [
        node(1, "a", "worker.js", 0),
        node(2, "constructor", "worker.js", 8),
        node(3, "(idle)", ""),
        node(4, "fetch", ""),
        node(5, "(garbage collector)", ""),
        node(6, "c", "node:internal/deps/undici/undici"),
      ],
      samples: [1, 2, 3, 1, 4, 5, 6, 1],
      timeDeltas: [0, 100, 200, 5_000, 300, 50, 20, 10],
    },
    new Map([["worker.js", MAP]]),
  );
  expect(profile).toEqual({
    id: "p",
    title: "publish",
    heapMebibytes: 5,
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
