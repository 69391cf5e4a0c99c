/** @module Requests, commands and bytes of a publish, counted by the front. */
import { Channel, Exchange, Producer, Queue } from "../../src/index.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import type { Database } from "../front/start.ts";
import { MESSAGE } from "../message.ts";

/** What one call sends. */
export interface Cost {
  readonly title: string;
  readonly requests: number;
  readonly commands: number;
  readonly bytes: number;
}

export async function costSuite(database: Database): Promise<readonly Cost[]> {
  const channel = new Channel({ url: database.url, token: database.token }, { globalKeyprefix: "cost:" });
  const exchange = new Exchange("bench", { type: "topic" });
  for (const name of ["one", "two", "three"]) {
    await new Queue(name, { exchange, routingKey: `${name === "one" ? "#" : "many.*"}` }).declare(channel);
  }
  const producer = new Producer(channel);
  const routed = { exchange, routingKey: "single" };
  const costs: Cost[] = [];
  const count = async (title: string, publish: () => Promise<unknown>) => {
    await database.counts();
    await publish();
    costs.push({ title, ...(await database.counts()) });
  };
  await count("to a queue", () => producer.publish(MESSAGE, { routingKey: "one" }));
  await count("to a queue, idempotent", () =>
    producer.publish(MESSAGE, { routingKey: "one", idempotencyKey: crypto.randomUUID() }),
  );
  clearBindingCache();
  await count("to a topic exchange, table unknown", () => producer.publish(MESSAGE, routed));
  await count("to a topic exchange, 1 queue", () => producer.publish(MESSAGE, routed));
  await count("to a topic exchange, 3 queues", () =>
    producer.publish(MESSAGE, { exchange, routingKey: "many.x" }),
  );
  const many = Array.from({ length: 10_000 }, () => ({ body: MESSAGE, routingKey: "one" }));
  await count("10000 messages to a queue", () => producer.publishMany(many));
  await database.command("DEL", "cost:one", "cost:two", "cost:three");
  return costs;
}
