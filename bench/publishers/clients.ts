/**
 * @module Sends tasks with another Celery client for Node, over TCP. Arguments: Redis' URL, the argument as JSON, the client, the folder it is
 * installed in. Their calls return before anything is sent and say nothing of what became of it; what is waited for here is the
 * promise of the Redis client below.
 */
import { createRequire } from "node:module";
import { answer } from "./answer.ts";

interface Broker {
  publish(...message: unknown[]): Promise<unknown>;
}

interface Client {
  broker: Broker;
  brokers: Broker[];
  createTask(name: string): { applyAsync(...call: unknown[]): unknown };
}

const [url, text, name, folder] = process.argv.slice(2);
const body = JSON.parse(text!) as unknown;
const module = createRequire(folder!)(name!) as { createClient(...options: unknown[]): Client };
const { broker, send } = name === "celery-node" ? celeryNode() : celeryTs();

// celery-ts asks for every result at once, also where there is no result backend, and nobody hears of the failure.
process.on("unhandledRejection", () => {});

let published: Promise<unknown>[] = [];
let told: (() => void) | undefined;
const publish = broker.publish.bind(broker);
broker.publish = (...message) => {
  const promise = publish(...message);
  published.push(promise);
  told?.();
  return promise;
};

function celeryNode(): { broker: Broker; send(): unknown } {
  const client = module.createClient(url, url, "bench-clients");
  const task = client.createTask("bench.task");
  return { broker: client.broker, send: () => task.applyAsync([body]) };
}

function celeryTs(): { broker: Broker; send(): unknown } {
  const client = module.createClient({ brokerUrl: url });
  const task = client.createTask("bench.task");
  const call = { args: [body], kwargs: {}, queue: "bench-clients", ignoreResult: true };
  return { broker: client.brokers[0]!, send: () => task.applyAsync(call) };
}

/** Until so many were handed to Redis and answered. */
async function settled(count: number): Promise<void> {
  while (published.length < count) {
    await new Promise<void>((resolve) => {
      told = resolve;
    });
  }
  const all = published;
  published = [];
  await Promise.all(all);
}

await answer({
  one: async (count) => {
    for (let done = 0; done < count; done++) {
      send();
      await settled(1);
    }
  },
  many: async (count) => {
    for (let done = 0; done < count; done++) send();
    await settled(count);
  },
});
// ioredis keeps the process running.
process.exit();
