/** @module Type tests of the library: compiled by `npm run types`, never run. */
import { Redis } from "@upstash/redis/cloudflare";
import {
  Channel,
  type Delivery,
  Exchange,
  type ExchangeType,
  type Outcome,
  Producer,
  type PublishOptions,
  Queue,
} from "../../src/index.ts";

type Equals<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
const same = <_Same extends true>(): void => {};

export async function channels(): Promise<void> {
  new Channel({ url: "https://host", token: "secret" });
  new Channel(new Redis({ url: "https://host", token: "secret" }), { prioritySteps: [0, 5], sep: ":" });
  Channel.fromEnv({ UPSTASH_REDIS_REST_URL: "https://host", OTHER: 1 });
  const { SPOOL } = {} as { SPOOL: import("@cloudflare/workers-types").Queue };
  Channel.fromEnv({}, { spool: SPOOL });
  Channel.fromEnv({}, { spool: { queue: SPOOL, after: 1_000, guard: "asked" } });
  // @ts-expect-error the name of a binding is none
  Channel.fromEnv({}, { spool: "SPOOL" });
  // @ts-expect-error a token is needed
  new Channel({ url: "https://host" });
  // @ts-expect-error Kombu's option has another name here
  new Channel({ url: "https://host", token: "secret" }, { global_keyprefix: "app:" });
  // @ts-expect-error only Kombu's encodings
  new Channel({ url: "https://host", token: "secret" }, { bodyEncoding: "hex" });
}

export async function entities(channel: Channel): Promise<void> {
  const exchange = new Exchange("orders", { type: "topic" });
  same<Equals<typeof exchange.type, ExchangeType | undefined>>();
  // @ts-expect-error Redis cannot deliver to it
  new Exchange("orders", { type: "headers" });
  // @ts-expect-error a name is needed
  new Exchange();
  new Queue("billing", { exchange, routingKey: "order.*", bindings: [{ exchange: "other" }] });
  // @ts-expect-error the option is routingKey
  new Queue("billing", { exchange, routing_key: "order.*" });
  // @ts-expect-error the exchange cannot be changed
  exchange.name = "other";
  same<Equals<Awaited<ReturnType<Channel["queueSize"]>>, number>>();
  same<Equals<Awaited<ReturnType<Queue["unbind"]>>, boolean>>();
  await channel.bindQueue("billing", "orders");
  // @ts-expect-error a queue or its name
  await channel.bindQueue(5, "orders");
}

export async function publishing(channel: Channel): Promise<void> {
  const producer = new Producer(channel, {
    exchange: "orders",
    onReturn: ({ error }) => console.log(error.code),
  });
  const delivery = await producer.publish({ any: "value" }, { routingKey: "order.paid", priority: 3 });
  same<Equals<typeof delivery, Delivery>>();
  same<Equals<Delivery["status"], "delivered" | "unroutable" | "duplicate" | "spooled">>();
  // @ts-expect-error what is told cannot be changed
  delivery.queues.push("another");
  // @ts-expect-error a number is meant
  await producer.publish(1, { priority: "7" });
  // @ts-expect-error misspelt
  await producer.publish(1, { prioritty: 7 });
  // @ts-expect-error only two of them
  await producer.publish(1, { deliveryMode: "durable" });
  // @ts-expect-error cached or strict
  await producer.publish(1, { consistency: "eventual" });
  const options: PublishOptions = { routingKey: undefined, replyTo: new Queue() };
  await producer.publish(undefined, options);
  const [outcome] = await producer.publishMany([{ body: 1, routingKey: "k" }]);
  same<Equals<typeof outcome, Outcome | undefined>>();
  // A failure is told from a delivery by its status.
  if (outcome?.status === "failed") same<Equals<typeof outcome.error, unknown>>();
  else same<Equals<typeof outcome, Delivery | undefined>>();
  // @ts-expect-error every message has a body
  await producer.publishMany([{ routingKey: "k" }]);
  // @ts-expect-error one signal serves the whole batch
  await producer.publishMany([{ body: 1, signal: AbortSignal.timeout(1) }]);
}
