/** @module The configuration is checked when the gateway is made. */
import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../../src/errors.ts";
import { defineConfig, gateway } from "../../../src/http/gateway.ts";
import { client, environment, fresh, landed, TOKEN } from "../client.ts";

const exchange = (given: object) => ({ exchanges: { orders: given } });

test.each<[unknown, string]>([
  [null, "config"],
  [{ exchange: {} }, "exchange"],
  [{ exchanges: [] }, "exchanges"],
  [{ exchanges: { "": { type: "topic" } } }, "exchanges"],
  [exchange({}), "exchanges.orders.type"],
  [exchange({ type: "headers" }), "exchanges.orders.type"],
  [exchange({ type: "topic", durable: true }), "exchanges.orders.durable"],
  [exchange({ type: "topic", deliveryMode: 3 }), "exchanges.orders.deliveryMode"],
  [exchange({ type: "topic", declare: "yes" }), "exchanges.orders.declare"],
  [exchange({ type: "topic", bindings: {} }), "exchanges.orders.bindings"],
  [exchange({ type: "topic", bindings: [{ queue: "q" }, {}] }), "exchanges.orders.bindings[1].queue"],
  [
    exchange({ type: "topic", bindings: [{ queue: "q", routing_key: "a" }] }),
    "exchanges.orders.bindings[0].routing_key",
  ],
  [exchange({ type: "topic", bindings: [{ queue: "a\x06\x16b" }] }), "exchanges.orders.bindings[0].queue"],
  [
    exchange({ type: "topic", bindings: [{ queue: "q", routingKey: "a.**" }] }),
    "exchanges.orders.bindings[0].routingKey",
  ],
  [{ exchanges: { "a/b": { type: "fanout" } } }, "exchanges.a/b.exchange"],
  [{ queues: "q" }, "queues"],
  [{ queues: ["q", ""] }, "queues[1]"],
  [{ queues: ["a|b"], channel: { sep: "|" } }, "queues[0]"],
  [{ channel: { prioritySteps: [3, 0] } }, "channel.prioritySteps"],
  [{ channel: { keyPrefix: "a" } }, "channel.keyPrefix"],
  [{ channel: { circuit: { failures: 0 } } }, "channel.circuit.failures"],
  [{ channel: { circuit: { opens: 1 } } }, "channel.circuit.opens"],
  [{ channel: { circuit: true } }, "channel.circuit"],
  [{ channel: { publishTimeout: "1s" } }, "channel.publishTimeout"],
  [{ channel: { maximumDepth: { billing: 1.5 } } }, "channel.maximumDepth.billing"],
  [{ channel: { onEmptyExchange: true } }, "channel.onEmptyExchange"],
  [{ maximumBodySize: 0 }, "maximumBodySize"],
  [{ maximumBodySize: "1MB" }, "maximumBodySize"],
  [{ maximumBatch: 1.5 }, "maximumBatch"],
  [{ serializers: {} }, "serializers"],
  [{ serializers: ["yaml"] }, "serializers[0]"],
  [{ serializers: [{ name: "pickle", contentType: "a/b", encode() {} }] }, "serializers[0].serializer.name"],
  [{ compressions: [{ names: [] }] }, "compressions[0].compression.names"],
  [{ env: "env" }, "env"],
  [{ spool: { after: 0 } }, "spool.after"],
  [{ spool: { after: "2s" } }, "spool.after"],
  [{ spool: { guard: "never" } }, "spool.guard"],
  [{ spool: { minimumDelay: -1 } }, "spool.minimumDelay"],
  [{ spool: { hold: 601 } }, "spool.hold"],
  [{ spool: { maximumDelay: 50_000 } }, "spool.maximumDelay"],
  [{ spool: { delay: 1 } }, "spool.delay"],
])("%j is refused, naming %s", (config, field) => {
  let error: unknown;
  try {
    gateway(config as never);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect((error as InvalidArgumentError).field).toBe(field);
  expect((error as Error).message).toContain(`"${field}" `);
});

test("nothing, and everything, is a configuration", () => {
  expect(() => gateway()).not.toThrow();
  const config = defineConfig({
    exchanges: {
      orders: {
        type: "topic",
        deliveryMode: "transient",
        bindings: [{ queue: "q", routingKey: "#" }],
        declare: true,
      },
      news: { type: "fanout" },
    },
    queues: ["q"],
    channel: { globalKeyprefix: "app:", bodyEncoding: null },
    maximumBodySize: 10,
    maximumBatch: 1,
    serializers: [],
    compressions: [],
    env: {},
    spool: { binding: "QUEUE", after: 1_000, guard: "asked", minimumDelay: 1, maximumDelay: 43_200 },
  });
  expect(() => gateway(config)).not.toThrow();
  expect(() => gateway({ spool: false })).not.toThrow();
});

test("the channel's options are the publish's", async () => {
  const queue = fresh("prefixed");
  const ask = client({ channel: { globalKeyprefix: "app:" } });
  expect((await ask("POST", `/v1/queues/${queue}/messages`, { body: "x" })).status).toBe(202);
  expect(await landed(`app:${queue}`)).toHaveLength(1);
});

test("registered serialisers and compressions can be asked for", async () => {
  const queue = fresh("registered");
  const ask = client({
    serializers: [
      {
        name: "shout",
        contentType: "text/x-shout",
        contentEncoding: "utf-8",
        encode: (value) => `${value}!`,
      },
    ],
    compressions: [
      { names: ["reverse"], contentType: "application/x-reverse", compress: (payload) => payload.reverse() },
    ],
  });
  const json = { routing_key: queue, body: "hey", serializer: "shout", compression: "reverse" };
  expect((await ask("POST", "/v1/messages", { json })).status).toBe(202);
  const [message] = await landed(queue);
  expect([message!.body, message!.envelope["content-type"]]).toEqual(["!yeh", "text/x-shout"]);
});

test("variables may come from the configuration, as on Node", async () => {
  const app = gateway({ env: environment() });
  const answer = await app.request(`/v1/queues/${fresh("env")}/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: "x",
  });
  expect(answer.status).toBe(202);
});
