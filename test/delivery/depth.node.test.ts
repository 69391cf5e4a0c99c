/** @module Limits of depth: what is refused, and what it takes to know, counted between us and Redis. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import {
  Channel,
  type ChannelOptions,
  clearBindingCache,
  Exchange,
  Producer,
  type PublishOptions,
  QueueFullError,
} from "../../src/index.ts";
import { type CountingProxy, startCountingProxy } from "./counting_proxy.ts";

let local: LocalRedis;
let proxy: CountingProxy;
const topic = new Exchange("depth", { type: "topic" });

beforeAll(async () => {
  local = await startLocalRedis({ store: inject("redisStore") });
  proxy = await startCountingProxy(local.url);
});
beforeEach(() => void proxy.taken());
afterAll(async () => {
  await proxy?.close();
  await local?.close();
});

/** A queue of the test's own, with a limit of three messages. */
function limited(options: ChannelOptions = {}) {
  const queue = `q-${crypto.randomUUID().slice(0, 8)}`;
  const make = (limits: Readonly<Record<string, number>> = { [queue]: 3 }) =>
    new Channel({ url: proxy.url, token: local.token }, { ...options, maximumDepth: limits });
  const publish = (more: PublishOptions = {}, channel = make()) =>
    new Producer(channel).publish(1, { routingKey: queue, ...more }).catch((error) => error);
  /** Puts messages there behind the channel's back. */
  const fill = async (count: number, priority = 0) => {
    const messages = Array.from({ length: count }, () => ({ body: 0, routingKey: queue, priority }));
    await new Producer(new Channel(local)).publishMany(messages);
    proxy.taken();
  };
  const empty = () => new Channel(local).purgeQueue(queue);
  const size = () => new Channel(local).queueSize(queue);
  return { queue, make, publish, fill, empty, size };
}

/** The names of the commands of each request. */
function counted(): readonly (readonly string[])[] {
  return proxy.taken().map(({ commands }) => commands.map(([name]) => name!.toUpperCase()));
}

const lengths = ["LLEN", "LLEN", "LLEN", "LLEN"];

describe("a queue with a limit", () => {
  test("is filled up to it, then refuses without asking; below it nothing costs a request", async () => {
    const { queue, publish, size } = limited();
    for (let count = 0; count < 3; count++) expect(await publish()).toMatchObject({ status: "delivered" });
    // The lengths of all its lists ride along, at most once a second.
    expect(counted()).toEqual([["LPUSH", ...lengths], ["LPUSH"], ["LPUSH"]]);
    const error = await publish();
    expect(error).toBeInstanceOf(QueueFullError);
    expect(error).toMatchObject({ code: "back-pressure", queue, delivered: [] });
    expect(error.deliveryTag).toMatch(/^[0-9a-f-]{36}$/);
    expect(error.message).toBe(`queue "${queue}" holds as many messages as it may`);
    expect(counted()).toEqual([]);
    expect(await size()).toBe(3);
  });

  test("that was full is asked for once a second, by one of many, and filled again when there is room", async () => {
    const { publish, fill, empty, size } = limited();
    await fill(5);
    // A fresh isolate learns of it with its first push.
    expect(await publish()).toMatchObject({ status: "delivered" });
    expect(await publish()).toBeInstanceOf(QueueFullError);
    expect(counted()).toEqual([["LPUSH", ...lengths]]);
    await sleep(1_020);
    const errors = await Promise.all([publish(), publish(), publish()]);
    for (const error of errors) expect(error).toBeInstanceOf(QueueFullError);
    expect(counted()).toEqual([lengths]);
    await empty();
    expect(await publish()).toBeInstanceOf(QueueFullError);
    await sleep(1_020);
    expect(await publish()).toMatchObject({ status: "delivered" });
    expect(counted()).toEqual([lengths, ["LPUSH"]]);
    expect(await size()).toBe(1);
  });

  test("counts all priorities, and forgets none for having seen one", async () => {
    const { publish, fill, size } = limited();
    await fill(2, 9);
    expect(await publish()).toMatchObject({ status: "delivered" });
    expect(await publish({ priority: 3 })).toBeInstanceOf(QueueFullError);
    expect(await size()).toBe(3);
  });

  test("takes guarded publishes by the same rule, and learns from their script", async () => {
    const { publish, size } = limited();
    for (let count = 0; count < 3; count++)
      expect(await publish({ retry: true })).toMatchObject({ status: "delivered" });
    expect(counted()).toEqual([["EVAL", ...lengths], ["EVAL"], ["EVAL"]]);
    expect(await publish({ retry: true })).toBeInstanceOf(QueueFullError);
    expect(await size()).toBe(3);
  });

  test.each([1, 2])("throws for a batch of %i that is to land together", async (count) => {
    const { queue, make, fill, size } = limited();
    await fill(3);
    const channel = make();
    const publications = await Promise.all(
      Array.from({ length: count }, () => channel.prepareMessage(1, { routingKey: queue })),
    );
    const batch = () => channel.basicPublishMany(publications, undefined, { atomic: true });
    // What the limit does not know of the queue it learns with the first push.
    await new Producer(channel).publish(1, { routingKey: queue }).catch(() => undefined);
    const before = await size();
    await expect(batch()).rejects.toBeInstanceOf(QueueFullError);
    expect(await size()).toBe(before);
  });

  test("does not take a duplicate for a push", async () => {
    const { publish } = limited();
    const idempotencyKey = crypto.randomUUID();
    await publish({ idempotencyKey });
    for (let count = 0; count < 4; count++)
      expect(await publish({ idempotencyKey })).toMatchObject({ status: "duplicate" });
    expect(await publish()).toMatchObject({ status: "delivered" });
  });

  test("the limit of * is for every queue that has none of its own", async () => {
    const { queue, make, publish, size } = limited();
    for (let count = 0; count < 2; count++) await publish({}, make({ "*": 2 }));
    expect(await publish({}, make({ "*": 2 }))).toBeInstanceOf(QueueFullError);
    expect(await publish({}, make({ "*": 2, [queue]: 3 }))).toMatchObject({ status: "delivered" });
    expect(await publish({}, make({ other: 1 }))).toMatchObject({ status: "delivered" });
    expect(await size()).toBe(4);
  });
});

describe("several queues", () => {
  const bound = async () => {
    const one = limited();
    const other = limited();
    const exchange = new Exchange(`e-${one.queue}`, { type: "topic" });
    for (const { queue } of [one, other]) await new Channel(local).bindQueue(queue, exchange, "#");
    clearBindingCache();
    const channel = one.make({ [other.queue]: 1 });
    return { one, other, exchange, channel };
  };

  test.each([{}, { retry: true }])(
    "%j: all copies or none, and the error names the full one",
    async (more) => {
      const { one, other, exchange, channel } = await bound();
      const publish = () => one.publish({ exchange, routingKey: "k", ...more }, channel);
      expect(await publish()).toMatchObject({ status: "delivered" });
      expect(await publish()).toMatchObject({ code: "back-pressure", queue: other.queue });
      expect([await one.size(), await other.size()]).toEqual([1, 1]);
    },
  );

  test("strictly: looked up, counted and pushed in the one script", async () => {
    const { one, other, exchange, channel } = await bound();
    const publish = (priority: number) =>
      one.publish({ exchange, routingKey: "k", consistency: "strict", priority }, channel);
    expect(await publish(9)).toMatchObject({ status: "delivered" });
    proxy.taken();
    expect(await publish(0)).toMatchObject({ code: "back-pressure", queue: other.queue });
    expect(counted()).toEqual([["EVAL"]]);
    expect([await one.size(), await other.size()]).toEqual([1, 1]);
    await other.empty();
    // It is not knowledge of a second ago that decides here.
    expect(await publish(0)).toMatchObject({ status: "delivered" });
  });

  test("a copy that a refresh made necessary follows those that were let through", async () => {
    const { one, other, exchange } = await bound();
    const channel = new Channel(
      { url: proxy.url, token: local.token },
      { maximumDepth: { [other.queue]: 1 }, bindingMaximumAge: 0 },
    );
    channel.seedBindings(exchange, [{ exchange, queue: one.queue, routingKey: "#" }]);
    await other.fill(1);
    const delivery = await one.publish({ exchange, routingKey: "k" }, channel);
    expect(delivery).toMatchObject({ status: "delivered", queues: [one.queue, other.queue] });
  });
});

describe("a batch", () => {
  test("is filled up to the limit, message by message, from the first one on", async () => {
    const { queue, make, size } = limited();
    const other = `free-${queue}`;
    const messages = [queue, queue, other, queue, queue, other].map((routingKey) => ({
      body: 1,
      routingKey,
    }));
    const outcomes = await new Producer(make()).publishMany(messages);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "delivered",
      "delivered",
      "delivered",
      "delivered",
      "failed",
      "delivered",
    ]);
    expect(outcomes[4]).toMatchObject({ error: { code: "back-pressure", queue } });
    expect(counted()).toEqual([["LPUSH", "LPUSH", ...lengths]]);
    expect(await size()).toBe(3);
    expect((await new Producer(make()).publishMany(messages)).map(({ status }) => status)).toEqual([
      "failed",
      "failed",
      "delivered",
      "failed",
      "failed",
      "delivered",
    ]);
  });

  test("fails message by message when a full queue cannot be asked for", async () => {
    const { queue, make, publish, fill } = limited();
    await fill(3);
    await publish();
    await sleep(1_020);
    const gone = AbortSignal.abort(new Error("gone"));
    const messages = [queue, `free-${queue}`].map((routingKey) => ({ body: 1, routingKey }));
    expect(await new Producer(make()).publishMany(messages, { signal: gone })).toMatchObject([
      { status: "failed", error: { message: "gone" } },
      { status: "failed", error: { message: "gone" } },
    ]);
    expect(await publish()).toBeInstanceOf(QueueFullError);
  });

  test("that is to land together lands whole or not at all", async () => {
    const { queue, make, size } = limited();
    const channel = make();
    const publications = await Promise.all(
      Array.from({ length: 4 }, () => channel.prepareMessage(1, { routingKey: queue })),
    );
    const before = [["SET", `before-${queue}`, "1"]] as const;
    await expect(
      channel.basicPublishMany(publications, undefined, { atomic: true, before }),
    ).rejects.toMatchObject({ queue });
    expect(counted()).toEqual([]);
    expect(await size()).toBe(0);
  });
});

test("fanout exchanges have no queue that could be full", async () => {
  const { make } = limited();
  const news = new Exchange("news", { type: "fanout" });
  const producer = new Producer(make({ "*": 1 }), { exchange: news });
  for (let count = 0; count < 3; count++)
    expect(await producer.publish(1)).toMatchObject({ status: "unroutable" });
  expect(counted()).toEqual([["PUBLISH"], ["PUBLISH"], ["PUBLISH"]]);
});

test("without a limit nothing is asked", async () => {
  await new Producer(new Channel({ url: proxy.url, token: local.token }), { exchange: topic }).publish(1, {
    exchange: new Exchange(""),
    routingKey: "unlimited",
  });
  expect(counted()).toEqual([["LPUSH"]]);
});

test.each([
  [{ a: 0 }, '"maximumDepth.a" must be a whole number above 0'],
  [{ a: "5" }, '"maximumDepth.a" must be a whole number above 0'],
  [{ "": 1 }, '"maximumDepth."'],
  [7, '"maximumDepth" must be an object'],
])("maximumDepth %j is refused: %s", (maximumDepth, message) => {
  expect(() => new Channel(local, { maximumDepth: maximumDepth as never })).toThrow(message);
});
