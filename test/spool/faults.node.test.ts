/** @module Every way to fail: accepted all the same, and in its queue once when Redis is back. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Fault } from "../faults.ts";
import { bodies, redis, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  // A second in the queue: time to see what the failed request itself did.
  world = await startWorld({ maxBatchTimeout: 1 });
});
afterAll(async () => await world?.stop());

const FAULTS: readonly (readonly [Fault, applied: boolean])[] = [
  ["reset-before", false],
  ["reset-after", true],
  ["half", true],
  ["garbage", true],
  ["empty", true],
  ["html", true],
  ["json-503", true],
  ["stall", true],
  ["401", false],
  ["quota", false],
];

/** Waits for the request of the drain, and for a while in which another would come. */
async function drained(before: number): Promise<void> {
  await vi.waitFor(async () => expect(await world.requests()).toBeGreaterThanOrEqual(before + 2), {
    timeout: 15_000,
    interval: 50,
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
}

describe("a message to a queue", () => {
  test.each(FAULTS)("%s", async (fault, applied) => {
    const queue = `spool-${fault}`;
    const before = await world.requests();
    await world.fail(fault);
    const { status, body } = await world.ask("POST", `/v1/queues/${queue}/messages`, { fault });
    expect(body).toEqual({ status: "spooled", delivery_tag: expect.any(String), queues: [queue] });
    expect(status).toBe(202);
    expect(await redis("LLEN", queue)).toBe(applied ? 1 : 0);
    await drained(before);
    const stored = (await redis("LRANGE", queue, "0", "-1")) as string[];
    expect(stored.map((message) => JSON.parse(message).properties.delivery_tag)).toEqual([body.delivery_tag]);
    expect(await bodies(queue)).toEqual([{ fault }]);
    expect(await world.requests()).toBe(before + 2);
  });
});
