/** @module The drain by itself, on the real Redis: late copies, forgotten guards, order, delays; its queue is a list. */
import { beforeEach, describe, expect, inject, test, vi } from "vitest";
import { Channel } from "../../src/channel.ts";
import type { ChannelOptions } from "../../src/delivery/channel_options.ts";
import { Exchange } from "../../src/entity.ts";
import { Producer } from "../../src/producer.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import { drain, listDead, type QueuedMessage, replayDead } from "../../src/spool/index.ts";
import type { Fault } from "../faults.ts";
import { bodies, redis } from "./world.ts";

interface Sent {
  readonly body: string | Uint8Array;
  readonly contentType: string;
}

const proxy = inject("faultProxyUrl");
const token = inject("redisHttpToken");

/** A channel whose next requests can be made to fail, and its queue. */
function setUp({ spool, ...options }: Omit<ChannelOptions, "spool"> & { spool?: object } = {}) {
  clearBindingCache();
  const name = crypto.randomUUID();
  const prefix = `${name}:`;
  const sent: Sent[] = [];
  const batches: number[] = [];
  const queue = {
    failing: 0,
    async send(body: unknown, { contentType }: { contentType: string }) {
      await this.sendBatch([{ body, contentType } as Sent]);
    },
    async sendBatch(messages: Sent[]) {
      if (this.failing-- > 0) throw new Error("Queue send failed: it holds hunter2");
      batches.push(messages.length);
      sent.push(...messages);
    },
  };
  const channel = new Channel(
    { url: `${proxy}/switched/-/${name}`, token },
    { globalKeyprefix: prefix, spool: { queue, after: 400, hold: 0, ...spool }, ...options },
  );
  const fail = async (fault: Fault, times = 1, passed = 0) => {
    await (await fetch(`${proxy}/switch/${fault}/${times}/${name}/${passed}`)).text();
  };
  const requests = async () => Number(await (await fetch(`${proxy}/count/${name}`)).text());
  /** What the queue hands out, as it does: any number of times, in any order. */
  const take = (attempts = 1, from: readonly Sent[] = sent.splice(0)) => {
    const fates: string[] = [];
    const messages = from.map(
      ({ body }, index): QueuedMessage => ({
        id: `m${index}`,
        body: typeof body === "string" ? body : body.slice().buffer,
        attempts,
        ack: () => void fates.push(`${index} ack`),
        retry: (given) => void fates.push(`${index} retry ${given?.delaySeconds}`),
      }),
    );
    return { fates, batch: { queue: "spool", messages } };
  };
  return { channel, prefix, queue, sent, batches, fail, requests, take };
}

const topic = new Exchange("t", { type: "topic" });

/** The records that a queue holds, with their age changed. */
function aged(sent: readonly Sent[], seconds: number): Sent[] {
  return sent.map(({ body, contentType }) => {
    const record = JSON.parse(body as string);
    const at = (time: number) => time - seconds * 1000;
    const older = { acceptedAt: at(record.acceptedAt), begunAt: at(record.begunAt) };
    return { body: JSON.stringify({ ...record, ...older }), contentType };
  });
}

describe("late copies", () => {
  const bindings = async (prefix: string, ...queues: string[]) =>
    void (await redis(
      "SADD",
      `${prefix}_kombu.binding.t`,
      ...queues.map((queue) => `#\x06\x16^.*?$\x06\x16${queue}`),
    ));

  async function stale() {
    const world = setUp({ bindingMaximumAge: 0 });
    await bindings(world.prefix, "one");
    const producer = new Producer(world.channel, { exchange: topic, routingKey: "k" });
    expect(await producer.publish(0)).toMatchObject({ queues: ["one"] });
    // Bound behind the back of this isolate.
    await bindings(world.prefix, "two");
    return { ...world, producer };
  }

  test("the put of the late copies fails: only that is spooled, and lands although the publication is known", async () => {
    const { producer, fail, take, channel, prefix, sent } = await stale();
    // The first request passes; the second, for the late copies, does not.
    await fail("reset-before", 1, 1);
    expect(await producer.publish(1)).toMatchObject({ status: "spooled", queues: ["one", "two"] });
    expect(await bodies(`${prefix}one`)).toEqual([0, 1]);
    expect(sent).toHaveLength(1);
    const { batch, fates } = take();
    await drain(channel, batch);
    expect(fates).toEqual(["0 ack"]);
    expect(await bodies(`${prefix}one`)).toEqual([0, 1]);
    expect(await bodies(`${prefix}two`)).toEqual([1]);
  });

  test.each<[Fault]>([["reset-before"], ["reset-after"]])(
    "the table is past its age and the push fails with %s: the queues bound since get theirs, once",
    async (fault) => {
      const { producer, fail, take, channel, prefix, sent } = await stale();
      await fail(fault);
      expect(await producer.publish(1)).toMatchObject({ status: "spooled", queues: ["one"] });
      const kept = [...sent];
      await drain(channel, take().batch);
      await drain(channel, take(2, kept).batch);
      expect(await bodies(`${prefix}one`)).toEqual([0, 1]);
      expect(await bodies(`${prefix}two`)).toEqual([1]);
      const [copy] = (await redis("LRANGE", `${prefix}two`, "0", "0")) as string[];
      expect(JSON.parse(copy!).properties.delivery_tag).toMatch(/000000000002$/);
    },
  );

  test("the put of the late copies fails, in a batch", async () => {
    const { producer, fail, take, channel, prefix, sent } = await stale();
    await fail("reset-after", 1, 1);
    const outcomes = await producer.publishMany([{ body: 1 }, { body: 2 }]);
    expect(outcomes).toMatchObject([
      { status: "spooled", queues: ["one", "two"] },
      { status: "spooled", queues: ["one", "two"] },
    ]);
    expect(sent).toHaveLength(2);
    await drain(channel, take().batch);
    expect(await bodies(`${prefix}one`)).toEqual([0, 1, 2]);
    expect(await bodies(`${prefix}two`)).toEqual([1, 2]);
  });

  test("in a batch too", async () => {
    const { producer, fail, take, channel, prefix } = await stale();
    await fail("reset-after");
    const outcomes = await producer.publishMany([{ body: 1 }, { body: 2 }]);
    expect(outcomes.map(({ status }) => status)).toEqual(["spooled", "spooled"]);
    await drain(channel, take().batch);
    expect(await bodies(`${prefix}one`)).toEqual([0, 1, 2]);
    expect(await bodies(`${prefix}two`)).toEqual([1, 2]);
  });
});

describe("a guard that may be forgotten", () => {
  test.each([
    ["reset-after", true],
    ["reset-before", false],
  ] as const)("%s: the guard tells, as long as it is there", async (fault, applied) => {
    const { channel, prefix, fail, sent, take } = setUp();
    await fail(fault);
    await new Producer(channel).publish("x", { routingKey: "q" });
    const { batch, fates } = take(1, aged(sent.splice(0), 3_601));
    const drained = await drain(channel, batch);
    expect(fates).toEqual(["0 ack"]);
    // What was applied is there once. What was not: nobody can know that it was not.
    expect(drained).toMatchObject(applied ? { landed: 1 } : { landed: 0, dead: { "guard-expired": 1 } });
    expect(await redis("LLEN", `${prefix}q`)).toBe(applied ? 1 : 0);
    if (applied) {
      const [guard] = (await redis("KEYS", `${prefix}_kombu-edge.guard.*`)) as string[];
      expect(await redis("TTL", guard!)).toBeGreaterThan(431_000);
      return;
    }
    const { dead } = await listDead(channel, 10);
    expect(dead).toMatchObject([{ reason: "guard-expired", queues: ["q"] }]);
    expect(await replayDead(channel, [dead[0]!.id])).toMatchObject([{ status: "replayed" }]);
    expect(await redis("LLEN", `${prefix}q`)).toBe(1);
  });

  test.each([
    ["reset-after", 1],
    ["reset-before", 0],
  ] as const)(
    "%s: shortly before it may be forgotten it is kept for longer, and its absence tells",
    async (fault, count) => {
      const { channel, prefix, fail, sent, take } = setUp();
      await fail(fault);
      await new Producer(channel).publish("x", { routingKey: "q" });
      expect(await redis("LLEN", `${prefix}q`)).toBe(count);
      expect(await drain(channel, take(1, aged(sent.splice(0), 3_570)).batch)).toMatchObject({ landed: 1 });
      expect(await redis("LLEN", `${prefix}q`)).toBe(1);
    },
  );

  test("what Redis certainly did not take is never too old", async () => {
    const { channel, prefix, fail, sent, take } = setUp();
    await fail("quota");
    await new Producer(channel).publish("x", { routingKey: "q" });
    await drain(channel, take(1, aged(sent.splice(0), 300_000)).batch);
    expect(await redis("LLEN", `${prefix}q`)).toBe(1);
  });
});

describe("order and delays", () => {
  test("a batch in any order is put in the order of acceptance", async () => {
    const { channel, prefix, fail, sent, take } = setUp();
    await fail("quota", 20);
    const producer = new Producer(channel, { routingKey: "q" });
    for (let n = 0; n < 20; n++) expect(await producer.publish(n)).toMatchObject({ status: "spooled" });
    const before = await redis("EXISTS", `${prefix}q`);
    expect(before).toBe(0);
    const { batch } = take(1, sent.splice(0).toReversed());
    await drain(channel, batch);
    expect(await bodies(`${prefix}q`)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test("one request for a batch whose queues are known", async () => {
    const { channel, fail, requests, take } = setUp();
    await fail("reset-before");
    await new Producer(channel).publishMany(
      Array.from({ length: 50 }, (_, body) => ({ body, routingKey: `q${body}` })),
    );
    const before = await requests();
    await drain(channel, take().batch);
    expect((await requests()) - before).toBe(1);
  });

  test("all that must wait wait alike, longer each time", async () => {
    const { channel, fail, sent, take } = setUp({ timeout: 300 });
    await fail("reset-before");
    await new Producer(channel).publishMany([1, 2, 3].map((body) => ({ body, routingKey: "q" })));
    const kept = sent.splice(0);
    const delays: unknown[] = [];
    for (const attempts of [1, 2, 3, 7, 8, 50]) {
      await fail("reset-before");
      const { batch, fates } = take(attempts, kept);
      const { delay } = await drain(channel, batch);
      expect(fates).toEqual([0, 1, 2].map((index) => `${index} retry ${delay}`));
      delays.push(delay);
    }
    expect(delays).toEqual([5, 10, 20, 320, 600, 600]);
  });

  test("while Redis is away a batch is held, and lands as soon as it is back", async () => {
    const { channel, prefix, fail, requests, take } = setUp({ spool: { hold: 60 } });
    await fail("reset-before");
    const producer = new Producer(channel, { routingKey: "q" });
    for (let body = 0; body < 3; body++) await producer.publish(body).then(() => fail("reset-before"));
    await fail("reset-before", 2);
    const before = await requests();
    const { batch, fates } = take();
    expect(await drain(channel, batch)).toEqual({ landed: 3, retried: 0, dead: {}, delay: undefined });
    expect(fates).toEqual(["0 ack", "1 ack", "2 ack"]);
    expect((await requests()) - before).toBe(3);
    expect(await bodies(`${prefix}q`)).toEqual([0, 1, 2]);
  });

  test("it is held for as long as `hold` says, then comes again", async () => {
    const { channel, fail, take } = setUp({ spool: { hold: 2 } });
    await fail("reset-before", 100);
    await new Producer(channel).publish(1, { routingKey: "q" });
    const { batch, fates } = take();
    const began = Date.now();
    expect(await drain(channel, batch)).toMatchObject({ landed: 0, retried: 1, delay: 5 });
    // After half a second and one more; another two would be too long.
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_400);
    expect(Date.now() - began).toBeLessThan(3_000);
    expect(fates).toEqual(["0 retry 5"]);
  });

  test("a message that Redis does not allow keeps no other waiting", async () => {
    const { channel, prefix, fail, sent, take } = setUp();
    await fail("quota");
    await new Producer(channel).publishMany([
      { body: 1, routingKey: "bad" },
      { body: 2, routingKey: "good" },
    ]);
    await redis("SET", `${prefix}bad`, "x");
    const { batch, fates } = take(1, sent.splice(0));
    expect(await drain(channel, batch)).toMatchObject({ landed: 1, dead: { refused: 1 } });
    expect(fates.toSorted()).toEqual(["0 ack", "1 ack"]);
    expect(await redis("LLEN", `${prefix}good`)).toBe(1);
  });
});

test("while the circuit is open messages are spooled unasked; the drain asks all the same, and its answer closes it", async () => {
  const { channel, prefix, fail, requests, take } = setUp({
    circuit: { failures: 1, pause: 60_000, maximumPause: 60_000 },
  });
  const producer = new Producer(channel, { routingKey: "q" });
  await fail("reset-before");
  expect(await producer.publish(1)).toMatchObject({ status: "spooled" });
  await vi.waitFor(() => expect(channel.circuit).toBe("open"));
  const before = await requests();
  expect(await producer.publish(2)).toMatchObject({ status: "spooled", queues: ["q"] });
  expect(await requests()).toBe(before);
  expect(await drain(channel, take().batch)).toMatchObject({ landed: 2 });
  expect(channel.circuit).toBe("closed");
  expect(await producer.publish(3)).toMatchObject({ status: "delivered" });
  expect(await bodies(`${prefix}q`)).toEqual([1, 2, 3]);
});

test.each([["cached"], ["strict"]] as const)(
  "a full queue turns producers away, and no message that was accepted before (%s)",
  async (consistency) => {
    const { channel, prefix, fail, sent, take } = setUp({ maximumDepth: { full: 1 } });
    await redis("SADD", `${prefix}_kombu.binding.t`, "#\x06\x16^.*?$\x06\x16full");
    const producer = new Producer(channel, { exchange: topic, routingKey: "k" });
    await fail("quota");
    expect(await producer.publish(1, { consistency })).toMatchObject({ status: "spooled" });
    expect(await producer.publish(2, { consistency })).toMatchObject({ status: "delivered" });
    await expect(producer.publish(3, { consistency })).rejects.toMatchObject({
      code: "back-pressure",
      queue: "full",
    });
    expect(sent).toHaveLength(1);
    expect(await drain(channel, take().batch)).toMatchObject({ landed: 1 });
    expect(await bodies(`${prefix}full`)).toEqual([2, 1]);
  },
);

test("an unreadable message is kept, too", async () => {
  const { channel, take } = setUp();
  const from = [
    { body: "{", contentType: "text" },
    { body: '{"version":2}', contentType: "text" },
    { body: new Uint8Array(40), contentType: "bytes" },
  ];
  const { batch, fates } = take(1, from);
  expect(await drain(channel, batch)).toMatchObject({ landed: 0, dead: { unreadable: 3 } });
  expect(fates.toSorted()).toEqual(["0 ack", "1 ack", "2 ack"]);
  const { dead } = await listDead(channel, 10);
  expect(dead.map(({ id, reason, acceptedAt }) => [id, reason, acceptedAt]).toSorted()).toEqual([
    ["m0", "unreadable", null],
    ["m1", "unreadable", null],
    ["m2", "unreadable", null],
  ]);
  expect(await replayDead(channel, ["m0"])).toEqual([{ id: "m0", status: "unreadable" }]);
});

describe("what cannot be spooled", () => {
  let world: ReturnType<typeof setUp>;
  beforeEach(() => {
    world = setUp();
  });

  test("the queue fails once: it is asked again", async () => {
    world.queue.failing = 1;
    await world.fail("reset-before");
    expect(await new Producer(world.channel).publish(1, { routingKey: "q" })).toMatchObject({
      status: "spooled",
    });
    expect(world.sent).toHaveLength(1);
  });

  test("the queue stays away: nobody knows, and nothing of it is told", async () => {
    world.queue.failing = 2;
    await world.fail("quota");
    const error = await new Producer(world.channel).publish(1, { routingKey: "q" }).catch((thrown) => thrown);
    // Redis certainly did not take it; the queue may have.
    expect(error).toMatchObject({ code: "outcome-unknown", cause: { code: "back-pressure" } });
    expect(error.deliveryTag).toMatch(/^[0-9a-f-]{36}$/);
    expect([error.message, error.cause.message].join()).not.toMatch(/hunter2/);
  });

  test("the queue stays away in a batch: what comes after is not sent, so that nothing overtakes", async () => {
    await world.fail("reset-before");
    world.queue.failing = 2;
    const messages = Array.from({ length: 150 }, (_, body) => ({ body, routingKey: "q" }));
    const outcomes = await new Producer(world.channel).publishMany(messages);
    expect(outcomes.every(({ status }) => status === "failed")).toBe(true);
    expect(world.sent).toEqual([]);
  });

  test("an unguarded message whose outcome is unknown, when guards must be asked for", async () => {
    const { channel, fail, sent, take, prefix } = setUp({
      spool: { queue: world.queue, guard: "asked", after: 400 },
    });
    const producer = new Producer(channel, { routingKey: "q" });
    await fail("reset-after");
    await expect(producer.publish(1)).rejects.toMatchObject({ code: "outcome-unknown" });
    expect(sent).toEqual([]);
    await fail("quota");
    expect(await producer.publish(2)).toMatchObject({ status: "spooled" });
    await fail("reset-after", 4);
    expect(await producer.publish(3, { retry: true, retryPolicy: { intervalMax: 0 } })).toMatchObject({
      status: "spooled",
    });
    await fail("pass", 0);
    const messages = take(1, world.sent);
    await drain(channel, messages.batch);
    await drain(channel, messages.batch);
    expect(await bodies(`${prefix}q`)).toEqual([1, 3, 2]);
  });
});

test("the wait for Redis is `after` in all, retries included, and a caller's signal may end it earlier", async () => {
  const { channel, fail, take, prefix } = setUp();
  const producer = new Producer(channel, { routingKey: "q" });
  const took = async (options: object) => {
    const began = Date.now();
    expect(await producer.publish(1, options)).toMatchObject({ status: "spooled" });
    return Date.now() - began;
  };
  await fail("stall", 10);
  const whole = await took({ retry: true });
  expect(whole).toBeGreaterThanOrEqual(390);
  expect(whole).toBeLessThan(900);
  expect(await took({ signal: AbortSignal.timeout(100) })).toBeLessThan(300);
  await fail("pass", 0);
  await drain(channel, take().batch);
  expect(await redis("LLEN", `${prefix}q`)).toBe(2);
});

test("limits of the queue: batches of at most 100 messages and 256 KB; large ones compressed", async () => {
  const { channel, fail, batches, sent, take, prefix } = setUp();
  await fail("reset-before");
  const large = Array.from({ length: 7 }, (_, n) => ({
    body: `${n}${"x".repeat(60_000)}`,
    routingKey: "large",
  }));
  const small = Array.from({ length: 150 }, (_, n) => ({ body: n, routingKey: "small" }));
  const huge = { body: ["y".repeat(400_000)], routingKey: "huge" };
  await new Producer(channel).publishMany([...large, ...small, huge]);
  expect(batches.every((count) => count <= 100)).toBe(true);
  expect(sent).toHaveLength(158);
  expect(sent.at(-1)).toMatchObject({ contentType: "bytes" });
  let at = 0;
  for (const count of batches) {
    const bytes = sent.slice(at, at + count).reduce((sum, { body }) => sum + body.length + 100, 0);
    expect(bytes).toBeLessThanOrEqual(256_000);
    at += count;
  }
  await drain(channel, take().batch);
  expect(await redis("LLEN", `${prefix}large`)).toBe(7);
  expect(await redis("LLEN", `${prefix}small`)).toBe(150);
  expect(await bodies(`${prefix}huge`)).toEqual([["y".repeat(400_000)]]);
});
