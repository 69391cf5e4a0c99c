/** @module Requests, commands and bytes of a publish: the library, the gateway and the others, each once it is warm. */
import { Channel, Exchange, Producer, Queue } from "../../src/index.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import { ask } from "../answers.ts";
import { gatewayBundle } from "../bundles.ts";
import { CLIENTS, prepareClient } from "../clients.ts";
import type { Database } from "../front/start.ts";
import { BATCH, MESSAGE } from "../message.ts";
import { type Publisher, startPublisher } from "../publisher.ts";
import { PYTHON } from "../python.ts";
import { type Skipped, skip } from "../rounds.ts";
import { overHttp, overTcp, type Sent } from "../sent.ts";
import { serve } from "../workerd.ts";
import { environment, jobs, resetDatabase } from "./jobs.ts";

/** What one call sends. */
export interface Cost extends Sent {
  readonly id: string;
  readonly title: string;
}

/** All of them. */
export interface Costs {
  readonly costs: readonly Cost[];
  /** Contenders that could not be counted. */
  readonly skipped: readonly Skipped[];
}

/**
 * Counts what the library, the gateway and the others send for a publish. A contender that cannot be had is named in place of its counts.
 *
 * @param python Whether the Python contenders are installed.
 */
export async function costSuite(database: Database, python: boolean): Promise<Costs> {
  await resetDatabase(database);
  const own = [...(await libraryCosts(database)), ...(await gatewayCosts(database))];
  const others = await othersCosts(database, python);
  return { costs: [...own, ...others.costs], skipped: others.skipped };
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
  // The script goes along as a whole, each time.
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
async function othersCosts(database: Database, python: boolean): Promise<Costs> {
  const costs: Cost[] = [];
  const skipped: Skipped[] = [];
  const count = async (
    name: string,
    start: () => Promise<Publisher>,
    jobsOf: Readonly<Record<string, string>>,
  ) => {
    let publisher: Publisher | undefined;
    try {
      publisher = await start();
      for (const [job, title] of Object.entries(jobsOf)) {
        await publisher.run(job, 1);
        const { run } = publisher;
        costs.push({ id: `${name}-${job}`, title, ...(await overTcp(database, () => run(job, 1))) });
      }
    } catch (error) {
      skipped.push(skip(Object.values(jobsOf).join("; "), error));
    } finally {
      await publisher?.close();
    }
  };
  const startPython = async () => {
    if (!python) throw new Error("their packages are not installed");
    return await startPublisher(PYTHON, "python.py", database.redisUrl);
  };
  await count("python", startPython, {
    kombu: "Kombu, to a queue",
    "kombu-topic": "Kombu, to a topic exchange, 1 queue",
    celery: "Celery, send_task",
  });
  for (const name of Object.keys(CLIENTS)) {
    const startClient = async () => {
      const folder = prepareClient(name);
      if (folder === undefined) throw new Error("it cannot be installed");
      return await startPublisher(process.execPath, "clients.ts", database.redisUrl, {
        more: [name, folder],
      });
    };
    await count(name, startClient, { one: `${name}, a task` });
  }
  return { costs, skipped };
}
