/** @module Requests, commands and bytes of a publish: counted by the front and by Redis itself. */
import { Channel, Exchange, Producer, Queue } from "../../src/index.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import { ask } from "../answers.ts";
import { gatewayBundle } from "../bundles.ts";
import { CLIENTS, prepareClient } from "../clients.ts";
import type { Database } from "../front/start.ts";
import { MESSAGE } from "../message.ts";
import { startPublisher } from "../publisher.ts";
import { PYTHON } from "../python.ts";
import { skip } from "../rounds.ts";
import { serve } from "../workerd.ts";
import { environment, jobs, resetDatabase } from "./jobs.ts";

/** What one call sends. */
export interface Cost {
  readonly id: string;
  readonly title: string;
  /** HTTP requests; none for those that speak TCP. */
  readonly requests?: number;
  /** Commands sent. */
  readonly commands: number;
  /** Commands that Redis ran, which with a script are more: what Upstash bills. */
  readonly ran: number;
  /** Bytes of the requests' bodies; over TCP, all that Redis received. */
  readonly bytes: number;
}

/** How many messages the batch has. */
export const BATCH = 10_000;

/** @param python Whether the Python contenders are installed. */
export async function costSuite(database: Database, python: boolean): Promise<readonly Cost[]> {
  await resetDatabase(database);
  return [
    ...(await libraryCosts(database)),
    ...(await gatewayCosts(database)),
    ...(await othersCosts(database, python)),
  ];
}

async function libraryCosts(database: Database): Promise<readonly Cost[]> {
  const channel = new Channel({ url: database.url, token: database.token }, { globalKeyprefix: "cost:" });
  const exchange = new Exchange("bench", { type: "topic" });
  for (const name of ["one", "two", "three"]) {
    await new Queue(name, { exchange, routingKey: `${name === "one" ? "#" : "many.*"}` }).declare(channel);
  }
  const producer = new Producer(channel);
  const routed = { exchange, routingKey: "single" };
  const costs: Cost[] = [];
  const count = async (id: string, title: string, publish: () => Promise<unknown>) => {
    costs.push({ id, title, ...(await overHttp(database, publish)) });
  };
  const toQueue = { routingKey: "one" };
  await count("queue", "to a queue", () => producer.publish(MESSAGE, toQueue));
  // The script is sent whole once, and by its hash from then on where the server knows it.
  await producer.publish(MESSAGE, { ...toQueue, idempotencyKey: crypto.randomUUID() });
  await count("guarded", "to a queue, idempotent", () =>
    producer.publish(MESSAGE, { ...toQueue, idempotencyKey: crypto.randomUUID() }),
  );
  clearBindingCache();
  await count("topic-unknown", "to a topic exchange, table unknown", () => producer.publish(MESSAGE, routed));
  await count("topic-1", "to a topic exchange, 1 queue", () => producer.publish(MESSAGE, routed));
  await count("topic-3", "to a topic exchange, 3 queues", () =>
    producer.publish(MESSAGE, { exchange, routingKey: "many.x" }),
  );
  await count("strict", "to a topic exchange, 1 queue, strict", () =>
    producer.publish(MESSAGE, { ...routed, consistency: "strict" }),
  );
  const many = Array.from({ length: BATCH }, () => ({ body: MESSAGE, routingKey: "one" }));
  await count("many", `${BATCH} messages to a queue`, () => producer.publishMany(many));
  await database.command("DEL", "cost:one", "cost:two", "cost:three");
  return costs;
}

/** Each job once the gateway is warm. */
async function gatewayCosts(database: Database): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  const all = jobs(database);
  const worker = await serve(await gatewayBundle(), environment(database), all[0]!.request);
  try {
    for (const { name, title, request } of all) {
      const to = { ...request, url: `${worker.url}${request.url}` };
      await ask(to);
      const counted = await overHttp(database, () => ask(to));
      costs.push({ id: `gateway-${name}`, title: `gateway: ${title}`, ...counted });
    }
  } finally {
    await worker.close();
  }
  return costs;
}

/** One message of each of the others, once they are connected. */
async function othersCosts(database: Database, python: boolean): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  const count = async (
    name: string,
    start: () => ReturnType<typeof startPublisher>,
    jobsOf: Readonly<Record<string, string>>,
  ) => {
    try {
      const publisher = await start();
      for (const [job, title] of Object.entries(jobsOf)) {
        await publisher.run(job, 1);
        costs.push({
          id: `${name}-${job}`,
          title,
          ...(await overTcp(database, () => publisher.run(job, 1))),
        });
      }
      await publisher.close();
    } catch (error) {
      skip(name, error);
    }
  };
  if (python) {
    await count("python", () => startPublisher(PYTHON, "python.py", database.redisUrl), {
      kombu: "Kombu, to a queue",
      "kombu-topic": "Kombu, to a topic exchange, 1 queue",
      celery: "Celery, send_task",
    });
  }
  for (const name of Object.keys(CLIENTS)) {
    const folder = prepareClient(name);
    if (folder === undefined) continue;
    const more = [name, folder];
    await count(name, () => startPublisher(process.execPath, "clients.ts", database.redisUrl, { more }), {
      one: `${name}, a task`,
    });
  }
  return costs;
}

async function overHttp(
  database: Database,
  publish: () => Promise<unknown>,
): Promise<Omit<Cost, "id" | "title">> {
  await database.command("CONFIG", "RESETSTAT");
  await database.counts();
  await publish();
  const counts = await database.counts();
  return { ...counts, ran: ranBy(String(await database.command("INFO", "commandstats"))) };
}

async function overTcp(
  database: Database,
  publish: () => Promise<unknown>,
): Promise<Omit<Cost, "id" | "title">> {
  await database.command("CONFIG", "RESETSTAT");
  await publish();
  const statistics = String(await database.command("INFO", "stats"));
  const received = Number(/total_net_input_bytes:(\d+)/.exec(statistics)![1]);
  const ran = ranBy(String(await database.command("INFO", "commandstats")));
  return { commands: ran, ran, bytes: received - OWN_QUESTION };
}

/** Bytes of the command that asks for the bytes. */
const OWN_QUESTION = "*2\r\n$4\r\nINFO\r\n$5\r\nstats\r\n".length;

/** Calls of all commands but those that ask for these very figures. */
export function ranBy(commandStatistics: string): number {
  let sum = 0;
  for (const [, name, calls] of commandStatistics.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (!/^(info|config\|resetstat|multi|exec|client\|.*|ping|select)$/.test(name!)) sum += Number(calls);
  }
  return sum;
}
