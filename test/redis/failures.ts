/** @module What every failure must come to, in whichever runtime; registered by a test file for each. */
import { Redis } from "@upstash/redis";
import { describe, expect, inject, it } from "vitest";
import { Channel } from "../../src/channel.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { Producer } from "../../src/producer.ts";
import type { Fault } from "../faults.ts";

const token = inject("redisHttpToken");

/** The code of each failure, and whether the command was applied before it. */
const FAILURES: readonly (readonly [Fault, ErrorCode, applied: boolean])[] = [
  ["reset-before", "outcome-unknown", false],
  ["reset-after", "outcome-unknown", true],
  ["half", "outcome-unknown", true],
  ["garbage", "outcome-unknown", true],
  ["empty", "outcome-unknown", true],
  ["html", "outcome-unknown", true],
  ["json-503", "outcome-unknown", true],
  ["stall", "timed-out", true],
  ["401", "unauthorised", false],
  ["quota", "back-pressure", false],
];

function through(fault: Fault | `${Fault},${Fault}`, times: number) {
  const name = crypto.randomUUID();
  const url = `${inject("faultProxyUrl")}/${fault}/${times}/${name}`;
  return {
    url,
    name,
    requests: async () => Number(await (await fetch(`${inject("faultProxyUrl")}/count/${name}`)).text()),
    length: async () => {
      const channel = new Channel({ url: inject("redisHttpUrl"), token });
      return await channel.queueSize(name);
    },
  };
}

/** A `Redis` as users build it: five retries, auto-pipelining, base64, JSON. */
function withDefaults(url: string): Redis {
  return new Redis({ url, token });
}

/** Registers the tests. */
export function describeFailures(runtime: string): void {
  describe.each([
    ["a URL and a token", (url: string) => ({ url, token })],
    ["a Redis with default settings", withDefaults],
  ])(`failures in ${runtime}, through %s`, (_name, connect) => {
    it.each(FAILURES)("%s → %s, sent once", async (fault, code, applied) => {
      const proxy = through(fault, 1);
      const channel = new Channel(connect(proxy.url), { timeout: 600 });
      const error = await new Producer(channel)
        .publish("hunter2", { routingKey: proxy.name })
        .catch((thrown) => thrown);
      expect(error).toMatchObject({ code });
      expect(error.deliveryTag).toMatch(/^[0-9a-f-]{36}$/);
      const seen = [error, error.cause, error.cause?.cause]
        .flatMap((part) => [part?.message, part?.stack])
        .join();
      expect(seen).not.toMatch(new RegExp(`hunter2|${token}`));
      expect(await proxy.requests()).toBe(1);
      expect(await proxy.length()).toBe(applied ? 1 : 0);
    });

    it.each(FAILURES.slice(0, 8))("%s twice, with retry: delivered once", async (fault) => {
      const proxy = through(fault, 2);
      const channel = new Channel(connect(proxy.url), { timeout: 600 });
      const delivery = await new Producer(channel).publish(1, { routingKey: proxy.name, retry: true });
      expect(delivery).toMatchObject({ status: "delivered", queues: [proxy.name] });
      expect(await proxy.requests()).toBe(3);
      expect(await proxy.length()).toBe(1);
    });

    it.each([
      ["reset-after,401", 1],
      ["reset-after,quota", 1],
      ["half,loading", 1],
      ["loading,reset-after", 1],
    ] as const)("%s: what one attempt may have done is not denied by another", async (faults, length) => {
      const options = { retry: true, retryPolicy: { maxRetries: 1, intervalMax: 0 } };
      const one = through(faults, 2);
      const publish = new Producer(new Channel(connect(one.url))).publish(1, {
        ...options,
        routingKey: one.name,
      });
      await expect(publish).rejects.toMatchObject({ code: "outcome-unknown" });
      const many = through(faults, 2);
      const outcomes = await new Producer(new Channel(connect(many.url)), {
        routingKey: many.name,
      }).publishMany([{ body: 1, ...options }]);
      expect(outcomes).toMatchObject([{ status: "failed", error: { code: "outcome-unknown" } }]);
      expect([await one.requests(), await many.requests()]).toEqual([2, 2]);
      expect([await one.length(), await many.length()]).toEqual([length, length]);
    });

    it("retries as often as the policy says and no more", async () => {
      const proxy = through("reset-before", 10);
      const channel = new Channel(connect(proxy.url));
      const options = { routingKey: proxy.name, retry: true, retryPolicy: { maxRetries: 2, intervalMax: 0 } };
      await expect(new Producer(channel).publish(1, options)).rejects.toMatchObject({
        code: "outcome-unknown",
      });
      expect(await proxy.requests()).toBe(3);
    });

    it("an idempotency key makes publishing again safe after a lost answer", async () => {
      const proxy = through("reset-after", 1);
      const producer = new Producer(new Channel(connect(proxy.url)));
      const options = { routingKey: proxy.name, idempotencyKey: proxy.name };
      await expect(producer.publish(1, options)).rejects.toMatchObject({ code: "outcome-unknown" });
      expect(await producer.publish(1, options)).toMatchObject({ status: "duplicate", queues: [proxy.name] });
      expect(await proxy.length()).toBe(1);
    });

    it("a batch repeats only what is guarded", async () => {
      const proxy = through("reset-after", 1);
      const outcomes = await new Producer(new Channel(connect(proxy.url)), {
        routingKey: proxy.name,
      }).publishMany([{ body: 1 }, { body: 2, retry: true }]);
      expect(outcomes).toMatchObject([
        { status: "failed", error: { code: "outcome-unknown" } },
        { status: "delivered" },
      ]);
      expect(await proxy.length()).toBe(2);
    });

    it("requests under way at the same time each keep their own time limit and signal", async () => {
      const proxy = through("stall", 2);
      const publish = async (timeout: number, signal?: AbortSignal) => {
        const producer = new Producer(new Channel(connect(proxy.url), { timeout }));
        return await producer.publish(1, { routingKey: proxy.name, signal }).catch((error) => error);
      };
      const controller = new AbortController();
      const limited = publish(400);
      const aborted = publish(5_000, controller.signal);
      // The proxy stalls the first two that reach it.
      while ((await proxy.requests()) < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      const unharmed = publish(5_000);
      controller.abort();
      expect(await aborted).toMatchObject({ code: "outcome-unknown" });
      expect(await unharmed).toMatchObject({ status: "delivered" });
      expect(await limited).toMatchObject({ code: "timed-out" });
    });

    it("an aborted signal ends the wait, and the outcome is unknown", async () => {
      const proxy = through("stall", 1);
      const publish = new Producer(new Channel(connect(proxy.url))).publish(1, {
        routingKey: proxy.name,
        signal: AbortSignal.timeout(200),
      });
      await expect(publish).rejects.toMatchObject({ code: "timed-out" });
      const never = AbortSignal.abort(new Error("stop"));
      await expect(
        new Producer(new Channel(connect(proxy.url))).publish(1, { routingKey: "q", signal: never }),
      ).rejects.toThrow("stop");
    });
  });

  it(`a refused connection in ${runtime} is never taken for a success`, async () => {
    // A port that was free a moment ago is the best there is; nothing on this machine listens on it.
    const channel = new Channel({ url: "http://127.0.0.1:59999", token });
    const publish = new Producer(channel).publish(1, { routingKey: "q" });
    await expect(publish).rejects.toMatchObject({
      code: runtime === "workerd" ? "outcome-unknown" : "unavailable",
    });
  });

  it("values that Kombu stored come back as they are through a Redis with default settings", async () => {
    const channel = new Channel(withDefaults(inject("redisHttpUrl")));
    const key = crypto.randomUUID();
    await channel.send([["SADD", key, "123"]]);
    const [reply] = await channel.send([["SMEMBERS", key]]);
    expect(reply).toEqual({ result: ["123"] });
  });
}
