import { describe, expect, it, vi } from "vitest";
import { Exchange, Queue } from "../../src/entity.ts";
import { RefusedError, UnroutableError } from "../../src/errors.ts";
import { Producer } from "../../src/producer.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import { isolated } from "./redis.ts";

const orders = new Exchange("orders", { type: "topic" });
const bind = (name: string, key = "order.*") => new Queue(name, { exchange: orders, routingKey: key });

describe("properties", () => {
  it.each([
    [1e19, "10000000000000000000000"],
    [1.5, "1500"],
  ])("an expiration of %d seconds is whole milliseconds without an exponent", async (expiration, text) => {
    const { channel, stored } = isolated();
    await new Producer(channel).publish(1, { routingKey: "q", expiration });
    expect((await stored("q"))[0]!.properties.expiration).toBe(text);
  });

  it("an expiration that is infinite in milliseconds is refused", async () => {
    const { channel } = isolated();
    const attempt = new Producer(channel).publish(1, { routingKey: "q", expiration: 1e308 });
    await expect(attempt).rejects.toMatchObject({ field: "expiration" });
  });

  it("names that mean something to JavaScript, and those that are set here, each once", async () => {
    const { channel, prefix, run } = isolated();
    const properties = JSON.parse('{"__proto__": {"a": 1}, "priority": 7, "delivery_tag": "x"}');
    await new Producer(channel).publish(1, { routingKey: "q", properties });
    const [message] = (await run("LRANGE", `${prefix}q`, "0", "-1")) as [string];
    expect(message).toContain('"properties":{"__proto__":{"a":1},"delivery_mode":2,"delivery_info":');
    expect(message.match(/"(priority|delivery_tag)":/g)).toEqual(['"priority":', '"delivery_tag":']);
  });
});

describe("where a message goes", () => {
  it("anonymous: to the queue of the routing key", async () => {
    const { channel, stored } = isolated();
    const delivery = await new Producer(channel).publish({ id: 42 }, { routingKey: "q", priority: 3 });
    expect(delivery).toEqual({
      status: "delivered",
      deliveryTag: expect.stringMatching(/^[0-9a-f-]{36}$/),
      queues: ["q"],
    });
    expect(await stored("q\x06\x163")).toEqual([
      {
        body: { id: 42 },
        "content-encoding": "utf-8",
        "content-type": "application/json",
        headers: {},
        properties: {
          delivery_mode: 2,
          delivery_info: { exchange: "", routing_key: "q" },
          priority: 3,
          body_encoding: "base64",
          delivery_tag: delivery.deliveryTag,
        },
      },
    ]);
  });

  it("topic: to every matching queue, each copy with its own tag", async () => {
    const { channel, stored } = isolated();
    for (const name of ["a", "b", "c"]) await bind(name).declare(channel);
    const delivery = await new Producer(channel, { exchange: orders }).publish(1, {
      routingKey: "order.paid",
    });
    expect([...delivery.queues].sort()).toEqual(["a", "b", "c"]);
    const tags = [];
    for (const name of ["a", "b", "c"]) {
      const [message, ...others] = await stored(name);
      expect(others).toEqual([]);
      expect(message!.properties.delivery_info).toEqual({ exchange: "orders", routing_key: "order.paid" });
      tags.push(message!.properties.delivery_tag);
    }
    expect(new Set(tags).size).toBe(3);
    expect(tags).toContain(delivery.deliveryTag);
  });

  it("deliveryInfo queue: each copy names its own queue", async () => {
    const { channel, stored } = isolated({ deliveryInfo: "queue" });
    for (const name of ["a", "b"]) await bind(name).declare(channel);
    await new Producer(channel, { exchange: orders }).publish(1, { routingKey: "order.paid" });
    for (const name of ["a", "b"]) {
      expect((await stored(name))[0]!.properties.delivery_info).toEqual({ exchange: "", routing_key: name });
    }
  });

  it("without a stated type, a row with a pattern is topic and one without is direct", async () => {
    const { channel } = isolated();
    await bind("wild").declare(channel);
    await channel.bindQueue("plain", "orders", "order.paid");
    await channel.bindQueue("other", "orders", "order.sent");
    const delivery = await new Producer(channel).publish(1, { exchange: "orders", routingKey: "order.paid" });
    expect([...delivery.queues].sort()).toEqual(["plain", "wild"]);
  });

  it("skips a malformed row and a poisoned pattern, says so, and delivers", async () => {
    const { channel, prefix, run } = isolated();
    await bind("good").declare(channel);
    await run("SADD", `${prefix}_kombu.binding.orders`, "junk", "*a\x06\x16^*a$\x06\x16bad");
    clearBindingCache();
    const delivery = await new Producer(channel, { exchange: orders }).publish(1, {
      routingKey: "order.paid",
    });
    expect(delivery.queues).toEqual(["good"]);
    expect([...delivery.warnings!].sort()).toEqual([
      "a binding was skipped: malformed",
      "a binding was skipped: poison-pattern",
    ]);
  });
});

describe("nobody bound", () => {
  it("is said, returned, and an error when mandatory", async () => {
    const { channel } = isolated();
    const returned: unknown[] = [];
    const onReturn = (message: { routingKey: string; body: unknown; error: unknown }) =>
      void returned.push(message);
    const producer = new Producer(channel, { exchange: orders, onReturn });
    expect(await producer.publish("x", { routingKey: "nope" })).toMatchObject({
      status: "unroutable",
      queues: [],
    });
    await expect(producer.publish("y", { routingKey: "nope", mandatory: true })).rejects.toThrow(
      UnroutableError,
    );
    expect(returned).toEqual([
      { error: expect.any(UnroutableError), exchange: "orders", routingKey: "nope", body: "x" },
      { error: expect.any(UnroutableError), exchange: "orders", routingKey: "nope", body: "y" },
    ]);
  });

  it("goes to the dead-letter queue when there is one, but not when mandatory", async () => {
    const { channel, stored } = isolated({ deadletterQueue: "dead" });
    const producer = new Producer(channel, { exchange: orders });
    expect(await producer.publish(1, { routingKey: "nope" })).toMatchObject({
      status: "unroutable",
      queues: ["dead"],
    });
    await expect(producer.publish(2, { routingKey: "nope", mandatory: true })).rejects.toThrow(
      UnroutableError,
    );
    expect((await stored("dead")).map(({ body }) => body)).toEqual([1]);
  });

  it("is looked up afresh before it is believed", async () => {
    const { channel, prefix, run } = isolated();
    await bind("a").declare(channel);
    const producer = new Producer(channel, { exchange: orders });
    await producer.publish(1, { routingKey: "order.paid" });
    // Another process binds; this isolate's table does not show it yet.
    await run("SADD", `${prefix}_kombu.binding.orders`, "late\x06\x16^late$\x06\x16b");
    expect(await producer.publish(2, { routingKey: "late" })).toMatchObject({
      status: "delivered",
      queues: ["b"],
    });
  });

  it("is not looked up again within the cooldown, and is after it", async () => {
    const { channel, prefix, run } = isolated({ missCooldown: 300 });
    const producer = new Producer(channel, { exchange: orders });
    expect((await producer.publish(1, { routingKey: "late" })).status).toBe("unroutable");
    await run("SADD", `${prefix}_kombu.binding.orders`, "late\x06\x16^late$\x06\x16b");
    expect((await producer.publish(2, { routingKey: "late" })).status).toBe("unroutable");
    await vi.waitFor(
      async () => expect((await producer.publish(3, { routingKey: "late" })).queues).toEqual(["b"]),
      2_000,
    );
  });

  it("to a fanout exchange without subscribers is said too, and no guard remembers it", async () => {
    const { channel } = isolated();
    const producer = new Producer(channel, { exchange: new Exchange("news", { type: "fanout" }) });
    const options = { idempotencyKey: "k" };
    expect(await producer.publish(1, options)).toMatchObject({ status: "unroutable", receivers: 0 });
    expect(await producer.publish(1, options)).toMatchObject({ status: "unroutable", receivers: 0 });
    await expect(producer.publish(1, { mandatory: true })).rejects.toThrow(UnroutableError);
  });
});

describe("the binding table past its age", () => {
  it("is refreshed with the push, and queues that it newly shows get their copy then", async () => {
    const { channel, prefix, run, stored } = isolated({ bindingMaximumAge: 0 });
    await bind("a").declare(channel);
    const producer = new Producer(channel, { exchange: orders });
    await producer.publish(1, { routingKey: "order.paid" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await run("SADD", `${prefix}_kombu.binding.orders`, "order.paid\x06\x16^order\\.paid$\x06\x16b");
    const delivery = await producer.publish(2, { routingKey: "order.paid", idempotencyKey: "k" });
    expect(delivery).toMatchObject({ status: "delivered", queues: ["a", "b"] });
    expect((await stored("a")).map(({ body }) => body)).toEqual([1, 2]);
    const [copy] = await stored("b");
    expect(copy!.body).toBe(2);
    expect(copy!.properties.delivery_tag).not.toBe(delivery.deliveryTag);
    expect(await producer.publish(2, { routingKey: "order.paid", idempotencyKey: "k" })).toMatchObject({
      status: "duplicate",
      deliveryTag: delivery.deliveryTag,
    });
    expect((await stored("b")).length).toBe(1);
  });

  it("when seeded, serves the first publish and is corrected on the way", async () => {
    const { channel, stored } = isolated();
    await bind("real").declare(channel);
    clearBindingCache();
    channel.seedBindings(orders, [{ queue: "seeded", exchange: orders, routingKey: "order.*" }]);
    const delivery = await new Producer(channel, { exchange: orders }).publish(1, {
      routingKey: "order.paid",
    });
    expect(delivery.queues).toEqual(["seeded", "real"]);
    expect((await stored("seeded")).length).toBe(1);
    expect(
      (await new Producer(channel, { exchange: orders }).publish(1, { routingKey: "order.paid" })).queues,
    ).toEqual(["real"]);
  });
});

describe("declared with the publish", () => {
  it("a binding is written in time for its own message, and heals when it is lost", async () => {
    const { channel, prefix, run } = isolated({ bindingMaximumAge: 0 });
    const options = { routingKey: "order.paid", declare: [bind("a")] };
    const producer = new Producer(channel, { exchange: orders });
    expect((await producer.publish(1, options)).queues).toEqual(["a"]);
    await run("DEL", `${prefix}_kombu.binding.orders`);
    await producer.publish(2, options);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await producer.publish(3, options)).queues).toEqual(["a"]);
    expect(await run("SMEMBERS", `${prefix}_kombu.binding.orders`)).toEqual([
      "order.*\x06\x16^order\\..*?[^\\.]$\x06\x16a",
    ]);
  });

  it("a reply queue is declared and named", async () => {
    const { channel, stored, prefix, run } = isolated();
    const replies = new Queue("", { exchange: "replies", routingKey: "r" });
    await new Producer(channel).publish(1, { routingKey: "q", replyTo: replies });
    expect((await stored("q"))[0]!.properties.reply_to).toBe(replies.name);
    expect(replies.name).toMatch(/^amq\.gen-/);
    expect(await run("SMEMBERS", `${prefix}_kombu.binding.replies`)).toEqual([
      `r\x06\x16\x06\x16${replies.name}`,
    ]);
  });
});

describe("all copies or none", () => {
  it("a guarded publish takes back what it pushed when a queue refuses, and can be published again", async () => {
    const { channel, prefix, run, stored } = isolated();
    for (const name of ["a", "b", "c"]) await bind(name).declare(channel);
    await run("SET", `${prefix}b`, "not a list");
    const producer = new Producer(channel, { exchange: orders });
    const options = { routingKey: "order.paid", idempotencyKey: "k" };
    await expect(producer.publish(1, options)).rejects.toThrow(RefusedError);
    expect([await stored("a"), await stored("c")]).toEqual([[], []]);
    await run("DEL", `${prefix}b`);
    expect((await producer.publish(1, options)).status).toBe("delivered");
    expect((await stored("a")).length).toBe(1);
  });

  it("an unguarded publish says which queues got their copy", async () => {
    const { channel, prefix, run } = isolated();
    for (const name of ["a", "b"]) await bind(name).declare(channel);
    await run("SET", `${prefix}b`, "not a list");
    const publish = new Producer(channel, { exchange: orders }).publish(1, { routingKey: "order.paid" });
    await expect(publish).rejects.toMatchObject({ code: "refused", delivered: ["a"] });
  });
});

describe("under an idempotency key", () => {
  it("sixteen at once land once, and all learn the same tag", async () => {
    const { channel, stored } = isolated();
    const producer = new Producer(channel);
    const deliveries = await Promise.all(
      Array.from({ length: 16 }, () => producer.publish(1, { routingKey: "q", idempotencyKey: "once" })),
    );
    expect(deliveries.filter(({ status }) => status === "delivered").length).toBe(1);
    expect(new Set(deliveries.map(({ deliveryTag }) => deliveryTag)).size).toBe(1);
    expect(deliveries.every(({ queues }) => queues[0] === "q")).toBe(true);
    expect((await stored("q")).length).toBe(1);
  });

  it("is remembered for as long as it is told", async () => {
    const { channel, prefix, run } = isolated();
    await new Producer(channel).publish(1, { routingKey: "q", idempotencyKey: "k", idempotencyTtl: 77 });
    await new Producer(channel).publish(1, { routingKey: "q", idempotencyKey: "l" });
    expect(await run("TTL", `${prefix}_kombu-edge.guard.k`)).toBe(77);
    expect(await run("TTL", `${prefix}_kombu-edge.guard.l`)).toBe(86_400);
  });
});
