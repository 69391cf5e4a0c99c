/** @module Exchanges and bindings shared with a real Kombu: each side routes by what the other bound. */
import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { Exchange, Producer, Queue, UnroutableError } from "../../../src/index.ts";
import { describeEachKombu, findKombus } from "../python.ts";
import type { PeerQueue, Seen } from "./peer.ts";
import { useSetting } from "./setting.ts";

const kombus = await findKombus();

/** `[binding key, stored pattern, routing key, …]`, from real Kombu. */
const TOPIC_CASES = JSON.parse(
  readFileSync(new URL("../../vectors/topic.json", import.meta.url), "utf8"),
) as readonly (readonly [string, string, string, boolean | string])[];

/** Keys that fall on both sides of patterns, besides those of the golden cases. */
const FURTHER_KEYS = [
  ...[
    "",
    ".",
    "..",
    "a",
    "a.b",
    "a.b.c",
    "a.b.c.d",
    "b.a",
    "a.",
    ".a",
    "a..b",
    "A.b",
    "order.paid",
    "order.paid.eu",
  ],
  ...[
    "order",
    "orders.paid",
    "é.x",
    "日本.語",
    "a-b",
    "a_b.c",
    "a%b.c",
    "a\nb",
    "a\n",
    "\n",
    "a.b\n",
    "a.\n",
  ],
  ...["a.x.y.z.b", "x.order.y", "a".repeat(300), "a.".repeat(100), "%d.a", "[x].y", "*", "#", "a.*", "a.#"],
];

describeEachKombu(kombus, inject("redisStore"), (kombu) => {
  const setting = useSetting(kombu);
  const bodies = (seen: readonly Seen[]) => seen.map(({ body }) => body);

  describe("bindings made by Python are routed by us", () => {
    test.each([
      ["direct", "paid", "paid", "Paid"],
      ["topic", "order.*.eu", "order.paid.eu", "order.paid.us"],
    ] as const)("%s", async (type, bindingKey, hit, miss) => {
      const queue: PeerQueue = { name: "q", exchange: "x", type, routing_key: bindingKey };
      await setting.connect();
      await setting.peer.declare("main", [queue]);
      const producer = new Producer(setting.channel(), { exchange: new Exchange("x", { type }) });
      expect(await producer.publish("hit", { routingKey: hit })).toMatchObject({
        status: "delivered",
        queues: ["q"],
      });
      expect(await producer.publish("miss", { routingKey: miss })).toMatchObject({
        status: "unroutable",
        queues: [],
      });
      await setting.peer.consume("main", [queue]);
      expect(bodies(await setting.peer.receive("main", 2, 0.3))).toEqual(["'hit'"]);
    });

    test("fanout reaches every subscriber once, and only with its key", async () => {
      const queue = (name: string, key = ""): PeerQueue => ({
        name,
        exchange: "f",
        type: "fanout",
        routing_key: key,
      });
      for (const [name, key] of [
        ["one", ""],
        ["two", ""],
        ["keyed", "k"],
      ] as const) {
        await setting.connect(name);
        await setting.peer.consume(name, [queue(name, key)]);
      }
      const producer = new Producer(setting.channel(), { exchange: new Exchange("f", { type: "fanout" }) });
      expect(await producer.publish("all")).toMatchObject({ status: "delivered", receivers: 2 });
      expect(await producer.publish("some", { routingKey: "k" })).toMatchObject({ receivers: 1 });
      expect(await producer.publish("none", { routingKey: "z" })).toMatchObject({
        status: "unroutable",
        receivers: 0,
      });
      expect(bodies(await setting.peer.receive("one", 2, 0.3))).toEqual(["'all'"]);
      expect(bodies(await setting.peer.receive("two", 2, 0.3))).toEqual(["'all'"]);
      expect(bodies(await setting.peer.receive("keyed", 2, 0.3))).toEqual(["'some'"]);
    });

    test("a guarded fanout publish lands once", async () => {
      await setting.connect();
      await setting.peer.consume("main", [{ name: "f1", exchange: "f", type: "fanout" }]);
      const producer = new Producer(setting.channel(), { exchange: new Exchange("f", { type: "fanout" }) });
      const first = await producer.publish(1, { idempotencyKey: "once" });
      expect(first).toMatchObject({ status: "delivered", receivers: 1 });
      expect(await producer.publish(1, { idempotencyKey: "once" })).toEqual({
        status: "duplicate",
        deliveryTag: first.deliveryTag,
        queues: [],
      });
      expect(bodies(await setting.peer.receive("main", 2, 0.3))).toEqual(["1"]);
    });

    test("a binding that Python adds later is found by the first key it concerns", async () => {
      await setting.connect();
      await setting.peer.declare("main", [{ name: "q1", exchange: "d", routing_key: "one" }]);
      const producer = new Producer(setting.channel({ missCooldown: 0 }), { exchange: "d" });
      expect((await producer.publish(1, { routingKey: "one" })).queues).toEqual(["q1"]);
      await setting.peer.declare("main", [{ name: "q2", exchange: "d", routing_key: "two" }]);
      expect((await producer.publish(2, { routingKey: "two" })).queues).toEqual(["q2"]);
    });
  });

  describe("bindings made by us are routed and consumed by Python", () => {
    test.each([
      ["direct", "paid", "paid", "Paid"],
      ["topic", "order.*.eu-1", "order.paid.eu-1", "order.paid.us"],
    ] as const)("%s", async (type, bindingKey, hit, miss) => {
      await new Queue("q", { exchange: new Exchange("x", { type }), routingKey: bindingKey }).declare(
        setting.channel(),
      );
      await setting.connect();
      expect(await setting.peer.route("main", "x", type, [hit, miss])).toEqual({ [hit]: ["q"], [miss]: [] });
      await setting.peer.publish("main", { n: 1 }, { exchange: "x", type, routing_key: hit });
      await setting.peer.close("main");
      expect(bodies(await setting.consumed(["q"], 1))).toEqual(["{'n': 1}"]);
    });

    test("the stored row is the one Python stores", async () => {
      const exchange = new Exchange("t", { type: "topic" });
      const keys = ["a", "a-b.*.c.#", "é.日本", "a b", "", "100%", "#", "*"];
      for (const key of keys) await setting.channel().bindQueue("q", exchange, key);
      const ours = (await setting.run("SMEMBERS", "_kombu.binding.t")) as string[];
      await setting.run("DEL", "_kombu.binding.t");
      await setting.connect();
      await setting.peer.declare(
        "main",
        keys.map((routing_key) => ({ name: "q", exchange: "t", type: "topic", routing_key })),
      );
      expect(ours.toSorted()).toEqual(
        ((await setting.run("SMEMBERS", "_kombu.binding.t")) as string[]).toSorted(),
      );
      expect(ours).toContain("a-b.*.c.#\x06\x16^a\\-b\\..*?[^\\.]\\.c\\..*?$\x06\x16q");
    });

    test("unbinding really removes the binding for Python", async () => {
      const channel = setting.channel();
      const queue = new Queue("q", { exchange: new Exchange("d", { type: "direct" }), routingKey: "k" });
      await queue.declare(channel);
      await setting.connect();
      expect(await setting.peer.route("main", "d", "direct", ["k"])).toEqual({ k: ["q"] });
      expect(await queue.unbind(channel, "d", "k")).toBe(true);
      expect(await setting.peer.route("main", "d", "direct", ["k"])).toEqual({ k: [] });
    });
  });

  test("anonymous: the routing key is the queue", async () => {
    await new Producer(setting.channel()).publish({ id: 42 }, { routingKey: "wärteschlange" });
    const [seen] = await setting.consumed(["wärteschlange"], 1);
    expect(seen).toMatchObject({
      body: "{'id': 42}",
      delivery_info: { exchange: "", routing_key: "wärteschlange" },
    });
  });

  test("unroutable: reported, refused when mandatory, or put into the dead-letter queue", async () => {
    const topic = new Exchange("t", { type: "topic" });
    await expect(
      new Producer(setting.channel()).publish(1, { exchange: topic, mandatory: true }),
    ).rejects.toThrow(UnroutableError);
    const producer = new Producer(setting.channel({ deadletterQueue: "dead" }), { exchange: topic });
    expect(await producer.publish("lost", { routingKey: "k" })).toMatchObject({
      status: "unroutable",
      queues: ["dead"],
    });
    const [seen] = await setting.consumed(["dead"], 1);
    expect(seen).toMatchObject({ body: "'lost'", delivery_info: { exchange: "t", routing_key: "k" } });
  });

  describe("each key goes where Kombu's own routing sends it", () => {
    const keys = [...new Set([...FURTHER_KEYS, ...TOPIC_CASES.map(([, , key]) => key)])];

    test.each([
      ["topic", "cached"],
      ["topic", "strict"],
      ["direct", "cached"],
      ["direct", "strict"],
    ] as const)("%s, %s", async (type, consistency) => {
      // What Kombu cannot compile would fail all of its own publishes to the exchange.
      const patterns = TOPIC_CASES.filter(([, , , matches]) => typeof matches === "boolean");
      const rows = new Map(
        patterns.map(([key, pattern], index) => [`${key}\x06\x16${pattern}`, `q${index}`]),
      );
      await setting.run(
        "SADD",
        "_kombu.binding.x",
        ...[...rows].map(([row, queue]) => `${row}\x06\x16${queue}`),
      );
      await setting.connect();
      const expected = await setting.peer.route("main", "x", type, keys);
      const producer = new Producer(setting.channel({ missCooldown: 60_000 }), {
        exchange: new Exchange("x", { type }),
      });
      const found: Record<string, readonly string[]> = {};
      for (const key of keys) {
        const delivery = await producer.publish(0, { routingKey: key, consistency });
        expect(delivery.warnings).toBeUndefined();
        found[key] = [...delivery.queues].sort();
      }
      expect(found).toEqual(expected);
      expect(Object.values(found).flat()).toHaveLength(type === "topic" ? 369 : 21);
    });
  });
});
