/** @module One publish waits no longer than it may, however many requests it takes. */
import { beforeAll, expect, it } from "vitest";
import { Channel } from "../../src/channel.ts";
import { Exchange } from "../../src/entity.ts";
import { Producer } from "../../src/producer.ts";
import { broken } from "../redis/broken.ts";

const retries = { retry: true, retryPolicy: { maxRetries: 50, intervalStart: 0.01, intervalStep: 0 } };

async function took<Result>(run: () => Promise<Result>): Promise<{ result: Result; milliseconds: number }> {
  const begin = Date.now();
  const result = await run();
  return { result, milliseconds: Date.now() - begin };
}

// What a batch needs is loaded with the first one, which must not count as waiting for Redis here.
beforeAll(() => import("../../src/delivery/deliver_many.ts"));

it.each(["one", "many"])("retries end with it (%s)", async (kind) => {
  const proxy = broken("stall", 50);
  const channel = new Channel(proxy, { timeout: 200, publishTimeout: 500 });
  const producer = new Producer(channel, { routingKey: proxy.name });
  const { result, milliseconds } = await took(async () => {
    if (kind === "one") return await producer.publish(1, retries).catch((error) => error);
    const [outcome] = await producer.publishMany([{ body: 1, ...retries }]);
    return (outcome as { error: unknown }).error;
  });
  expect(result).toMatchObject({ code: "timed-out" });
  expect(milliseconds).toBeGreaterThan(400);
  expect(milliseconds).toBeLessThan(800);
  expect(await proxy.requests()).toBeLessThanOrEqual(4);
});

it.each([1, 2])("a batch of %i may be given less, and nothing that is no time", async (count) => {
  const proxy = broken("stall", 50);
  const channel = new Channel(proxy, { timeout: 5_000, publishTimeout: 4_000 });
  const publications = await Promise.all(
    Array.from({ length: count }, (_, index) => channel.prepareMessage(index, { routingKey: proxy.name })),
  );
  const { result, milliseconds } = await took(() =>
    channel.basicPublishMany(publications, undefined, { timeout: 300 }),
  );
  expect(result).toMatchObject(publications.map(() => ({ status: "failed", error: { code: "timed-out" } })));
  expect(milliseconds).toBeGreaterThan(200);
  expect(milliseconds).toBeLessThan(800);
  for (const timeout of [-1, Number.NaN, "1" as unknown as number]) {
    const refused = channel.basicPublishMany(publications, undefined, { timeout });
    await expect(refused).rejects.toThrow('"timeout" must be a finite number that is not negative');
  }
  expect(await proxy.requests()).toBe(1);
});

it.each([1, 2])("a batch of %i ends with the caller's signal", async (count) => {
  const proxy = broken("stall", 50);
  const producer = new Producer(new Channel(proxy, { timeout: 5_000 }), { routingKey: proxy.name });
  const { result, milliseconds } = await took(() =>
    producer.publishMany(
      Array.from({ length: count }, (_, body) => ({ body })),
      { signal: AbortSignal.timeout(200) },
    ),
  );
  expect(result.map(({ status }) => status)).toEqual(new Array(count).fill("failed"));
  expect(milliseconds).toBeLessThan(2_000);
});

it.each([1, 2])("a batch of %i does not heed the signal of one of its messages", async (count) => {
  const proxy = broken("stall", 50);
  const channel = new Channel(proxy, { timeout: 800 });
  const publications = await Promise.all(
    Array.from({ length: count }, (_, body) =>
      channel.prepareMessage(body, { routingKey: proxy.name, signal: AbortSignal.timeout(100) }),
    ),
  );
  const { milliseconds } = await took(() => channel.basicPublishMany(publications));
  expect(milliseconds).toBeGreaterThan(700);
});

it.each([1, 2])("the pause before the second attempt of a batch of %i is its policy's", async (count) => {
  const proxy = broken("reset-before", 1);
  const producer = new Producer(new Channel(proxy), { routingKey: proxy.name });
  const retryPolicy = { intervalStart: 0.4 };
  const { result, milliseconds } = await took(() =>
    producer.publishMany(Array.from({ length: count }, (_, body) => ({ body, retry: true, retryPolicy }))),
  );
  expect(result.map(({ status }) => status)).toEqual(new Array(count).fill("delivered"));
  expect(milliseconds).toBeGreaterThan(290);
});

it("with a spool each request of a batch has time of its own, but not beyond the batch's", async () => {
  const proxy = broken("slow", 50);
  const spooled: string[] = [];
  const queue = {
    send: async (record: unknown) => void spooled.push(String(record)),
    sendBatch: async (records: { body: unknown }[]) =>
      void spooled.push(...records.map(({ body }) => String(body))),
  };
  // A slow request takes a second, and each message is a request.
  const channel = new Channel(proxy, { spool: { queue, after: 1_500 }, maximumRequestSize: 1 });
  const publications = await Promise.all(
    ["one", "two", "three", "four"].map((body) => channel.prepareMessage(body, { routingKey: proxy.name })),
  );
  const { result, milliseconds } = await took(() =>
    channel.basicPublishMany(publications, undefined, { timeout: 2_500 }),
  );
  expect(result.map(({ status }) => status)).toEqual(["delivered", "delivered", "spooled", "spooled"]);
  expect(spooled).toHaveLength(2);
  expect(milliseconds).toBeGreaterThan(2_000);
  expect(milliseconds).toBeLessThan(3_000);
});

it("the push has what the look-up left of it", async () => {
  const proxy = broken("stall-push", 50);
  const exchange = new Exchange(proxy.name, { type: "topic" });
  await new Channel(proxy).bindQueue(proxy.name, exchange, "#");
  const channel = new Channel(proxy, { timeout: 5_000, publishTimeout: 300 });
  const { result, milliseconds } = await took(() =>
    new Producer(channel, { exchange }).publish(1).catch((error) => error),
  );
  expect(result).toMatchObject({ code: "timed-out" });
  expect(milliseconds).toBeLessThan(600);
});

it("nothing is sent when no time is left", async () => {
  const proxy = broken("pass", 0);
  const channel = new Channel(proxy, { publishTimeout: 0 });
  await expect(new Producer(channel).publish(1, { routingKey: proxy.name })).rejects.toMatchObject({
    code: "unavailable",
    message: "no time is left to ask the database",
  });
  expect(await proxy.requests()).toBe(0);
});

it("there is none unless asked for, and it must be a number", async () => {
  const proxy = broken("stall", 3);
  const channel = new Channel(proxy, { timeout: 200 });
  const delivery = await new Producer(channel).publish(1, { routingKey: proxy.name, ...retries });
  expect(delivery).toMatchObject({ status: "delivered" });
  expect(() => new Channel(proxy, { publishTimeout: -1 })).toThrow(
    '"publishTimeout" must be a finite number',
  );
});
