/** @module Medians, ratios within rounds, and contenders that die. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { load } from "../../bench/load.ts";
import { ratio, spread } from "../../bench/ratio.ts";
import { compare, skip } from "../../bench/rounds.ts";

test("the median of an even number of rounds lies between the two in the middle", () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, lowest: 1, highest: 4 });
  expect(spread([5, 100, 1])).toEqual({ median: 5, lowest: 1, highest: 100 });
});

test("ratios are taken within each round, not of the medians", () => {
  const figures = [
    { name: "own", runs: [10, 200, 30], ...spread([10, 200, 30]) },
    { name: "other", runs: [5, 20, 30], ...spread([5, 20, 30]) },
  ];
  expect(ratio({ figures, lowerIsBetter: false }, "own", "other")).toEqual({
    median: 2,
    lowest: 1,
    highest: 10,
    runs: [2, 10, 1],
  });
  expect(ratio({ figures, lowerIsBetter: true }, "own", "other")).toEqual({
    median: 0.5,
    lowest: 0.1,
    highest: 1,
    runs: [0.5, 0.1, 1],
  });
  expect(ratio({ figures, lowerIsBetter: false }, "own", "absent")).toBeUndefined();
  const unknown = [figures[0]!, { name: "unknown", runs: [1, Number.NaN, 1], ...spread([1, 1, 1]) }];
  expect(ratio({ figures: unknown, lowerIsBetter: true }, "own", "unknown")).toBeUndefined();
});

test("contenders take turns, and one that dies is named and left out", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const order: string[] = [];
  let runs = 0;
  const steady = (name: string, figure: number) => ({
    name,
    run: async () => {
      order.push(name);
      return [figure];
    },
  });
  const dying = {
    name: "dying",
    run: async () => {
      order.push("dying");
      if (++runs === 2) throw new Error("it fell over\nat some line");
      return [1];
    },
  };
  const [comparison] = await compare(
    { id: "x", title: "x", metrics: [{ unit: "u" }], contenders: [steady("a", 3), dying, steady("b", 6)] },
    { rounds: 2, seconds: 0 },
  );
  expect(order).toEqual(["a", "dying", "b", "a", "dying", "b", "a", "b"]);
  expect(comparison).toEqual({
    id: "x",
    title: "x",
    unit: "u",
    lowerIsBetter: false,
    rounds: 2,
    seconds: 0,
    skipped: [{ name: "dying", reason: "it fell over" }],
    figures: [
      { name: "a", median: 3, lowest: 3, highest: 3, runs: [3, 3] },
      { name: "b", median: 6, lowest: 6, highest: 6, runs: [6, 6] },
    ],
  });
  expect(warn.mock.calls).toEqual([["skipped: dying (it fell over)"]]);
  warn.mockRestore();
});

test("one that fails is stopped before the next runs", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const order: string[] = [];
  const failing = {
    name: "failing",
    run: () => Promise.reject(new Error("it fell over")),
    stop: async () => {
      await sleep(20);
      order.push("stopped");
    },
  };
  const next = { name: "next", run: async () => [order.push("next")] };
  await compare(
    { id: "x", title: "x", metrics: [{ unit: "u" }], contenders: [failing, next] },
    { rounds: 1, seconds: 0 },
  );
  expect(order).toEqual(["stopped", "next", "next"]);
  warn.mockRestore();
});

test("one that hangs is stopped in its turn: its load has ended when the next runs", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  // Answers nothing.
  const server = createServer(() => {}).listen(0, "127.0.0.1");
  await once(server, "listening");
  let loading = false;
  const hanging = {
    name: "hanging",
    run: async () => {
      loading = true;
      try {
        await load({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, body: "" }, 1, 0.1);
      } finally {
        loading = false;
      }
      return [1];
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  const next = { name: "next", run: async () => [Number(loading)] };
  const [comparison] = await compare(
    { id: "x", title: "x", metrics: [{ unit: "u" }], contenders: [hanging, next] },
    { rounds: 1, seconds: 0.1 },
    { times: 2, seconds: 0.1 },
  );
  warn.mockRestore();
  expect(comparison!.skipped).toEqual([{ name: "hanging", reason: "did not end within 0.2 s" }]);
  expect(comparison!.figures).toMatchObject([{ name: "next", runs: [0] }]);
});

test("a program that failed is skipped with the last that it has written, not only with its command line", () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const script = 'console.error("ERROR: no such package\\n\\n[notice] a new release");process.exit(1)';
  let failure: unknown;
  try {
    execFileSync(process.execPath, ["-e", script], { stdio: "pipe" });
  } catch (error) {
    failure = error;
  }
  expect(skip("a package", failure).reason).toMatch(/^Command failed: .*: ERROR: no such package$/);
  warn.mockRestore();
});
