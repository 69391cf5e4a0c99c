/** @module How many HTTP requests and Redis commands a publish takes, counted between us and Redis. */
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
  Queue,
} from "../../src/index.ts";
import { type CountingProxy, startCountingProxy } from "./counting_proxy.ts";

let local: LocalRedis;
let proxy: CountingProxy;
const direct = new Exchange("orders", { type: "direct" });
const topic = new Exchange("events", { type: "topic" });
const fanout = new Exchange("news", { type: "fanout" });

beforeAll(async () => {
  local = await startLocalRedis({ store: inject("redisStore") });
  proxy = await startCountingProxy(local.url);
});
afterAll(async () => {
  await proxy?.close();
  await local?.close();
});
beforeEach(async () => {
  await channel().send([["FLUSHALL"]]);
  clearBindingCache();
  proxy.taken();
});

function channel(options: ChannelOptions = {}): Channel {
  return new Channel({ url: proxy.url, token: local.token }, options);
}

/** Binds so many queues to the direct and the topic exchange, leaving nothing cached and nothing counted. */
async function bind(count: number): Promise<readonly string[]> {
  const queues = Array.from({ length: count }, (_item, index) => `q${index}`);
  for (const queue of queues) {
    await channel().bindQueue(queue, direct, "order.paid");
    await channel().bindQueue(queue, topic, "order.*");
  }
  clearBindingCache();
  proxy.taken();
  return queues;
}

/** The names of the commands of each request. */
function counted(): readonly (readonly string[])[] {
  return proxy.taken().map(({ commands }) => commands.map(([name]) => name!.toUpperCase()));
}

const repeated = (command: string, count: number) => new Array<string>(count).fill(command);

describe.each([1, 5])("one publish to %i matching queues", (count) => {
  const cases: [name: string, options: PublishOptions, cold: string[][], warm: string[][]][] = [
    ["direct", { exchange: direct }, [["SMEMBERS"], repeated("LPUSH", count)], [repeated("LPUSH", count)]],
    ["topic", { exchange: topic }, [["SMEMBERS"], repeated("LPUSH", count)], [repeated("LPUSH", count)]],
    ["untyped", { exchange: "events" }, [["SMEMBERS"], repeated("LPUSH", count)], [repeated("LPUSH", count)]],
    ["guarded direct", { exchange: direct, retry: true }, [["SMEMBERS"], ["EVAL"]], [["EVAL"]]],
    ["guarded topic", { exchange: topic, retry: true }, [["SMEMBERS"], ["EVAL"]], [["EVAL"]]],
    ["strict direct", { exchange: direct, consistency: "strict" }, [["EVAL"]], [["EVAL"]]],
    ["strict topic", { exchange: topic, consistency: "strict" }, [["EVAL"]], [["EVAL"]]],
    ["strict and guarded", { exchange: topic, consistency: "strict", retry: true }, [["EVAL"]], [["EVAL"]]],
  ];

  test.each(cases)("%s", async (_name, options, cold, warm) => {
    const queues = await bind(count);
    const producer = new Producer(channel(), { routingKey: "order.paid" });
    for (const expected of [cold, warm, warm]) {
      const delivery = await producer.publish({ id: 42 }, options);
      expect([...delivery.queues].sort()).toEqual(queues);
      expect(counted()).toEqual(expected);
    }
    expect(await channel().queueSize("q0")).toBe(3);
  });

  test("all copies are in one transaction", async () => {
    await bind(count);
    const producer = new Producer(channel(), { exchange: direct, routingKey: "order.paid" });
    await producer.publish(1);
    proxy.taken();
    await producer.publish(2);
    expect(proxy.taken().map(({ path }) => path)).toEqual([count === 1 ? "/" : "/multi-exec"]);
  });
});

describe("without a table", () => {
  test.each([
    ["anonymous", { routingKey: "q" }, "LPUSH"],
    ["anonymous with a priority", { routingKey: "q", priority: 9 }, "LPUSH"],
    ["guarded anonymous", { routingKey: "q", idempotencyKey: "k" }, "EVAL"],
    ["fanout", { exchange: fanout }, "PUBLISH"],
    ["guarded fanout", { exchange: fanout, retry: true }, "EVAL"],
  ] as [string, PublishOptions, string][])(
    "%s: one request, one command, from the first publish",
    async (_name, options, command) => {
      const producer = new Producer(channel());
      await producer.publish(1, options);
      expect(counted()).toEqual([[command]]);
    },
  );
});

describe("the table", () => {
  const publishOnce = (options: ChannelOptions = {}, further: PublishOptions = {}) =>
    new Producer(channel(options), { exchange: topic, routingKey: "order.paid" }).publish(1, further);

  test("past its age is refreshed in the request that pushes", async () => {
    await bind(5);
    await publishOnce({ bindingMaximumAge: 0 });
    await sleep(5);
    proxy.taken();
    expect((await publishOnce({ bindingMaximumAge: 0 })).queues).toHaveLength(5);
    expect(counted()).toEqual([[...repeated("LPUSH", 5), "SMEMBERS"]]);
    await publishOnce();
    expect(counted()).toEqual([repeated("LPUSH", 5)]);
  });

  test("a queue that a refresh newly shows gets its copy in one further request", async () => {
    await bind(1);
    await publishOnce();
    await channel().send([["SADD", "_kombu.binding.events", "#\x06\x16^.*?$\x06\x16late"]]);
    await sleep(5);
    proxy.taken();
    expect((await publishOnce({ bindingMaximumAge: 0 })).queues).toEqual(["q0", "late"]);
    expect(counted()).toEqual([["LPUSH", "SMEMBERS"], ["LPUSH"]]);
  });

  test("that cannot place a key is read again, once within the cooldown", async () => {
    await bind(1);
    await publishOnce();
    proxy.taken();
    const elsewhere = { routingKey: "nowhere" };
    expect((await publishOnce({}, elsewhere)).status).toBe("unroutable");
    expect(counted()).toEqual([["SMEMBERS"]]);
    expect((await publishOnce({}, elsewhere)).status).toBe("unroutable");
    expect(counted()).toEqual([]);
  });

  test("that was seeded makes the first publish one request", async () => {
    await bind(1);
    const seeded = channel();
    seeded.seedBindings(topic, [{ queue: "q0", exchange: topic, routingKey: "order.*" }]);
    await new Producer(seeded, { exchange: topic, routingKey: "order.paid" }).publish(1);
    expect(counted()).toEqual([["LPUSH", "SMEMBERS"]]);
  });

  test("a declared binding is written in the request that needs it, and then no more", async () => {
    const declare = [new Queue("new", { exchange: topic, routingKey: "order.#" })];
    expect((await publishOnce({}, { declare })).queues).toEqual(["new"]);
    expect(counted()).toEqual([["SADD", "SMEMBERS"], ["LPUSH"]]);
    await publishOnce({}, { declare });
    expect(counted()).toEqual([["LPUSH"]]);
    const another = [new Queue("other", { exchange: topic, routingKey: "order.#" })];
    expect((await publishOnce({}, { declare: another })).queues).toEqual(["new", "other"]);
    expect(counted()).toEqual([["SADD", "LPUSH", "LPUSH"]]);
  });

  test("a reply queue's binding rides with the publish", async () => {
    const replyTo = new Queue("", { exchange: "replies", routingKey: "mine" });
    await new Producer(channel()).publish(1, { routingKey: "q", replyTo });
    expect(counted()).toEqual([["SADD", "LPUSH"]]);
  });
});

describe("publishMany", () => {
  test("1000 messages to one queue: one request and one LPUSH, in order", async () => {
    const messages = Array.from({ length: 1_000 }, (_item, index) => ({ body: index, routingKey: "q" }));
    const outcomes = await new Producer(channel()).publishMany(messages);
    expect(outcomes.filter(({ status }) => status !== "delivered")).toEqual([]);
    const [request, ...others] = proxy.taken();
    expect(others).toEqual([]);
    expect(request!.commands.map(([name, key, ...values]) => [name, key, values.length])).toEqual([
      ["LPUSH", "q", 1_000],
    ]);
    const [oldest] = await channel().send([["RPOP", "q"]]);
    const { body } = JSON.parse((oldest as { result: string }).result) as { body: string };
    expect(atob(body)).toBe("0");
  });

  test("1000 guarded messages: one request and one script", async () => {
    const messages = Array.from({ length: 1_000 }, (_item, index) => ({
      body: index,
      routingKey: "q",
      idempotencyKey: `key-${index}`,
    }));
    const outcomes = await new Producer(channel()).publishMany(messages);
    expect(outcomes.filter(({ status }) => status !== "delivered")).toEqual([]);
    expect(counted()).toEqual([["EVAL"]]);
    expect(await channel().queueSize("q")).toBe(1_000);
  });

  test("through a warm table to five queues: one request", async () => {
    await bind(5);
    const producer = new Producer(channel(), { exchange: topic, routingKey: "order.paid" });
    await producer.publishMany([{ body: 0 }]);
    proxy.taken();
    const outcomes = await producer.publishMany(Array.from({ length: 50 }, (_item, body) => ({ body })));
    expect(outcomes.map((outcome) => outcome.status !== "failed" && outcome.queues.length)).toEqual(
      new Array(50).fill(5),
    );
    expect(counted()).toHaveLength(1);
  });

  test("many exchanges, cold: all tables in one request, then all pushes in one", async () => {
    await bind(1);
    const outcomes = await new Producer(channel()).publishMany([
      { body: 1, exchange: direct, routingKey: "order.paid" },
      { body: 2, exchange: topic, routingKey: "order.paid" },
      { body: 3, routingKey: "q" },
      { body: 4, exchange: fanout },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "delivered",
      "delivered",
      "delivered",
      "unroutable",
    ]);
    const [tables, pushes, ...others] = counted();
    expect(tables).toEqual(["SMEMBERS", "SMEMBERS"]);
    expect([...pushes!].sort()).toEqual(["LPUSH", "LPUSH", "PUBLISH"]);
    expect(others).toEqual([]);
  });

  test("is cut by size, and each request keeps below it", async () => {
    const messages = Array.from({ length: 10 }, () => ({ body: "x".repeat(30_000), routingKey: "q" }));
    await new Producer(channel({ maximumRequestSize: 100_000 })).publishMany(messages);
    const sizes = proxy.taken().map(({ commands }) => commands.flat().slice(2));
    expect(sizes.map(({ length }) => length)).toEqual([2, 2, 2, 2, 2]);
    for (const values of sizes) expect(values.join("").length).toBeLessThanOrEqual(100_000);
    expect(await channel().queueSize("q")).toBe(10);
  });

  test("one message above the size goes alone", async () => {
    const sizes = [1_000, 200_000, 1_000];
    const messages = sizes.map((size) => ({ body: "x".repeat(size), routingKey: "q" }));
    await new Producer(channel({ maximumRequestSize: 100_000 })).publishMany(messages);
    expect(counted()).toEqual([["LPUSH"], ["LPUSH"], ["LPUSH"]]);
  });
});
