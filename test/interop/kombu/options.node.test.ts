/** @module Priorities, transport options, properties and replies, as a real consumer sees them. */
import { expect, inject, test } from "vitest";
import { Exchange, Producer, Queue } from "../../../src/index.ts";
import { describeEachKombu, findKombus } from "../python.ts";
import type { PeerQueue, Seen } from "./peer.ts";
import { useSetting } from "./setting.ts";

const kombus = await findKombus();

describeEachKombu(kombus, inject("redisStore"), (kombu) => {
  const setting = useSetting(kombu);
  const bodies = (seen: readonly Seen[]) => seen.map(({ body }) => body);

  test("priorities come in order, and messages of one step in the order they were sent", async () => {
    const producer = new Producer(setting.channel(), { routingKey: "q" });
    const messages = [9, 0, 6, 3, 5, 1, 8, 2].map((priority) => ({ body: `p${priority}`, priority }));
    const outcomes = await producer.publishMany(messages);
    expect(outcomes.map(({ status }) => status)).toEqual(new Array(8).fill("delivered"));
    expect(bodies(await setting.consumed(["q"], 8))).toEqual([
      ...["'p0'", "'p1'", "'p2'"],
      ...["'p3'", "'p5'", "'p6'", "'p8'", "'p9'"],
    ]);
  });

  test("prioritySteps and sep of the consumer's own", async () => {
    const options = { priority_steps: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], sep: ":" };
    const queue: PeerQueue = { name: "q", exchange: "t", type: "topic", routing_key: "a.#" };
    await setting.connect("main", options);
    await setting.peer.declare("main", [queue]);
    const channel = setting.channel({ prioritySteps: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], sep: ":" });
    const producer = new Producer(channel, {
      exchange: new Exchange("t", { type: "topic" }),
      routingKey: "a.b",
    });
    for (const priority of [4, 1, 9, 0]) await producer.publish(priority, { priority });
    expect(await channel.queueSizes("q")).toEqual(
      new Map([
        [0, 1],
        [1, 1],
        [2, 0],
        [3, 0],
        [4, 1],
        [5, 0],
        [6, 0],
        [7, 0],
        [8, 0],
        [9, 1],
      ]),
    );
    await setting.peer.consume("main", [queue]);
    expect(bodies(await setting.peer.receive("main", 4))).toEqual(["0", "1", "4", "9"]);
  });

  test("globalKeyprefix: queues, bindings, priorities and channels", async () => {
    const options = { global_keyprefix: "app:" };
    const channel = setting.channel({ globalKeyprefix: "app:" });
    const queue: PeerQueue = { name: "q", exchange: "d", routing_key: "k" };
    await setting.connect("main", options);
    await setting.peer.declare("main", [queue]);
    const producer = new Producer(channel);
    await producer.publish("bound", { exchange: "d", routingKey: "k" });
    await producer.publish("anonymous", { routingKey: "q", priority: 5 });
    expect(((await setting.run("KEYS", "*")) as string[]).toSorted()).toEqual([
      "app:_kombu.binding.d",
      "app:q",
      "app:q\x06\x163",
    ]);
    await setting.peer.consume("main", [queue]);
    expect(bodies(await setting.peer.receive("main", 2))).toEqual(["'bound'", "'anonymous'"]);

    await setting.connect("fan", options);
    await setting.peer.consume("fan", [{ name: "f1", exchange: "f", type: "fanout" }]);
    const fanout = new Exchange("f", { type: "fanout" });
    expect(await producer.publish("fan", { exchange: fanout })).toMatchObject({ receivers: 1 });
    expect(bodies(await setting.peer.receive("fan", 1))).toEqual(["'fan'"]);
  });

  test("fanoutPrefix and fanoutPatterns", async () => {
    await setting.connect("main", { fanout_prefix: "/shop{db}.", fanout_patterns: false });
    await setting.peer.consume("main", [{ name: "f1", exchange: "f", type: "fanout" }]);
    const channel = setting.channel({ fanoutPrefix: "/shop{db}.", fanoutPatterns: false });
    const producer = new Producer(channel, { exchange: new Exchange("f", { type: "fanout" }) });
    expect(await producer.publish("fan", { routingKey: "ignored" })).toMatchObject({ receivers: 1 });
    expect(bodies(await setting.peer.receive("main", 1))).toEqual(["'fan'"]);
  });

  test("headers and properties", async () => {
    await new Producer(setting.channel()).publish("body", {
      routingKey: "q",
      headers: { tenant: "Zoë ☃", retries: 3, ratio: 0.5, flags: [true, null], nested: { deep: { é: 1 } } },
      priority: 7,
      deliveryMode: "transient",
      expiration: 1.5,
      correlationId: "c-1",
      replyTo: "replies",
      messageId: "m-1",
      timestamp: 1_700_000_000,
      type: "order.paid",
      userId: "u",
      appId: "a",
      properties: { cluster_id: "x", custom: { n: 1 } },
    });
    const [seen] = await setting.consumed(["q"], 1);
    expect(seen!.headers).toBe(
      "{'tenant': 'Zoë ☃', 'retries': 3, 'ratio': 0.5, 'flags': [True, None], 'nested': {'deep': {'é': 1}}}",
    );
    expect(seen!.properties).toEqual({
      priority: "7",
      delivery_mode: "1",
      expiration: "'1500'",
      correlation_id: "'c-1'",
      reply_to: "'replies'",
      message_id: "'m-1'",
      timestamp: "1700000000",
      type: "'order.paid'",
      user_id: "'u'",
      app_id: "'a'",
      cluster_id: "'x'",
      custom: "{'n': 1}",
      body_encoding: "'base64'",
    });
    expect(seen!.tag).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("a consumer replies to our reply queue", async () => {
    const channel = setting.channel();
    const replies = new Queue("", {
      exchange: new Exchange("replies", { type: "direct" }),
      routingKey: "mine",
    });
    await new Producer(channel).publish(
      { question: "6 × 7" },
      { routingKey: "q", replyTo: replies, correlationId: "42" },
    );
    expect(replies.name).toMatch(/^amq\.gen-[0-9a-f-]{36}$/);
    await setting.connect();
    await setting.peer.consume("main", [{ name: "q" }]);
    const [seen] = await setting.peer.receive("main", 1);
    expect(seen!.properties.reply_to).toBe(`'${replies.name}'`);
    const answer = { correlation_id: "42", exchange: "replies", routing_key: "mine" };
    await setting.peer.publish("main", { answer: 42 }, answer);
    expect(await replies.size(channel)).toBe(1);
    const envelope = JSON.parse((await setting.run("RPOP", replies.name)) as string);
    expect(envelope.properties.correlation_id).toBe("42");
    expect(JSON.parse(atob(envelope.body))).toEqual({ answer: 42 });
  });

  test("purge and delete are seen by the consumer", async () => {
    const channel = setting.channel();
    const queue = new Queue("q", { exchange: "d", routingKey: "k" });
    await queue.declare(channel);
    const producer = new Producer(channel, { exchange: "d", routingKey: "k" });
    for (const priority of [0, 9]) await producer.publish(priority, { priority });
    expect(await queue.purge(channel)).toBe(2);
    await producer.publish("kept");
    expect(bodies(await setting.consumed(["q"], 1))).toEqual(["'kept'"]);
    expect(await queue.delete(channel)).toBe(0);
    await setting.connect();
    expect(await setting.peer.route("main", "d", "direct", ["k"])).toEqual({ k: [] });
  });
});
