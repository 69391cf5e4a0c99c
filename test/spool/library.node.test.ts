/** @module The library with a spool in a Worker of its user's own, on a real queue: late copies, strict publishes, a long absence. */
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { type Bundled, startBundled } from "../bundled.ts";
import type { Fault } from "../faults.ts";
import { bodies, redis } from "./world.ts";

const name = crypto.randomUUID();
const prefix = `${name}:`;
const proxy = inject("faultProxyUrl");
let worker: Bundled;

beforeAll(async () => {
  worker = await startBundled(new URL("./library.workerd.ts", import.meta.url), {
    UPSTASH_REDIS_REST_URL: `${proxy}/switched/-/${name}`,
    UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
    PREFIX: prefix,
    SPOOL: { type: "queue", name: "library-spool" },
  });
});
afterAll(async () => await worker?.stop());

async function fail(fault: Fault, times = 1, passed = 0): Promise<void> {
  await (await fetch(`${proxy}/switch/${fault}/${times}/${name}/${passed}`)).text();
}

async function publish(given: unknown[], consistency?: "strict") {
  const response = await fetch(worker.url, {
    method: "POST",
    body: JSON.stringify({ bodies: given, consistency }),
  });
  return (await response.json()) as { status: string; queues: string[] }[];
}

async function bind(queue: string): Promise<void> {
  await redis("SADD", `${prefix}_kombu.binding.library`, `#\x06\x16^.*?$\x06\x16${queue}`);
}

/** Waits until a queue holds these, and whether it keeps to it. */
async function holds(queue: string, expected: unknown[]): Promise<void> {
  await vi.waitFor(async () => expect(await bodies(prefix + queue)).toEqual(expected), {
    timeout: 15_000,
    interval: 50,
  });
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect(await bodies(prefix + queue)).toEqual(expected);
}

test("late copies, of one message and of many, each once", async () => {
  await bind("one");
  expect(await publish([0])).toMatchObject([{ status: "delivered", queues: ["one"] }]);
  await bind("two");
  await fail("reset-after", 1, 1);
  expect(await publish([1])).toMatchObject([{ status: "spooled", queues: ["one", "two"] }]);
  await holds("one", [0, 1]);
  await holds("two", [1]);
  await bind("three");
  await fail("reset-after");
  expect(await publish([2, 3])).toMatchObject([{ status: "spooled" }, { status: "spooled" }]);
  await holds("one", [0, 1, 2, 3]);
  await holds("two", [1, 2, 3]);
  await holds("three", [2, 3]);
});

test("strict publishes, applied or not, land once", async () => {
  await fail("reset-after");
  expect(await publish([4], "strict")).toMatchObject([{ status: "spooled", queues: [] }]);
  await holds("three", [2, 3, 4]);
  await fail("reset-before");
  expect(await publish([5], "strict")).toMatchObject([{ status: "spooled", queues: [] }]);
  await holds("three", [2, 3, 4, 5]);
  await holds("one", [0, 1, 2, 3, 4, 5]);
});

test("Redis stays away for a while: what was accepted meanwhile lands, each once", async () => {
  await fail("reset-before", 1_000);
  for (const n of [6, 7, 8, 9]) expect(await publish([n])).toMatchObject([{ status: "spooled" }]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await fail("pass", 0);
  await vi.waitFor(async () => expect(await redis("LLEN", `${prefix}three`)).toBe(8), {
    timeout: 20_000,
    interval: 100,
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const landed = await bodies(`${prefix}three`);
  expect(landed).toHaveLength(8);
  expect(new Set(landed)).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9]));
});
