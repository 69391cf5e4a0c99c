/** @module The jobs of a receiver, each with the request that asks for it, and the Workers that do it. */
import { createHmac, randomUUID } from "node:crypto";
import { Channel, Exchange, Queue } from "../../src/index.ts";
import { type Bundle, bundle, gatewayBundle } from "../bundles.ts";
import type { Database } from "../front/start.ts";
import type { LoadRequest } from "../load.ts";
import { MESSAGE } from "../message.ts";
import { serve } from "../workerd.ts";

/** Who compete. */
export const GATEWAY = "kombu-edge gateway";
export const LIBRARY = "kombu-edge library in a Worker";
export const FLOOR = "bare fetch of the same LPUSH";
export const UPSTASH = "@upstash/redis at its defaults";

const GITHUB_SECRET = "a secret of the bench's own";

/** Their names. */
export type JobName = "queue" | "topic" | "task" | "webhook";

/** A job. */
export interface Job {
  readonly name: JobName;
  readonly title: string;
  /** The request to the gateway; its URL is a path. */
  readonly request: LoadRequest;
  /** The Worker that does the same with the library. */
  readonly library: string;
  /** Where its messages land. */
  readonly queue: string;
}

/** A Worker with its request. */
export interface Candidate {
  readonly name: string;
  readonly bundle: Bundle;
  readonly request: LoadRequest;
  /** Where its messages land. */
  readonly queue: string;
}

/** What all Workers are bound to. */
export function environment(database: Pick<Database, "url" | "token">): Readonly<Record<string, string>> {
  return {
    UPSTASH_REDIS_REST_URL: database.url,
    UPSTASH_REDIS_REST_TOKEN: database.token,
    API_TOKEN: database.token,
    GITHUB_WEBHOOK_SECRET: GITHUB_SECRET,
  };
}

/** A request as GitHub sends it, with another delivery id each time, or all but the first were duplicates. */
export function githubRequest(path: string): LoadRequest {
  const body = JSON.stringify({ action: "opened", issue: MESSAGE });
  const signature = createHmac("sha256", GITHUB_SECRET).update(body).digest("hex");
  return {
    url: path,
    body,
    headers: { "x-github-event": "issues", "x-hub-signature-256": `sha256=${signature}` },
    varying: () => ({ "x-github-delivery": randomUUID() }),
  };
}

/** The jobs, by the configuration that the gateway is shipped with. */
export function jobs({ token }: Pick<Database, "token">): readonly Job[] {
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify(MESSAGE);
  return [
    {
      name: "queue",
      title: "publish to a queue",
      request: { url: "/v1/queues/bench-queue/messages", headers, body },
      library: "library.ts",
      queue: "bench-queue",
    },
    {
      name: "topic",
      title: "publish to a topic exchange",
      request: { url: "/v1/exchanges/webhooks/messages?routing_key=order.paid", headers, body },
      library: "topic.ts",
      queue: "bench-topic",
    },
    {
      name: "task",
      title: "send a task",
      request: {
        url: "/v1/tasks/bench.task",
        headers,
        body: JSON.stringify({ args: [MESSAGE], queue: "bench-task" }),
      },
      library: "task.ts",
      queue: "bench-task",
    },
    {
      name: "webhook",
      title: "verify a GitHub webhook and send its task",
      request: githubRequest("/v1/webhooks/github"),
      library: "webhook.ts",
      queue: "celery",
    },
  ];
}

/** Empties the database, and binds the queue of the topic exchange. */
export async function resetDatabase(database: Pick<Database, "url" | "token" | "command">): Promise<void> {
  await database.command("FLUSHDB");
  const channel = new Channel({ url: database.url, token: database.token });
  const exchange = new Exchange("webhooks", { type: "topic" });
  await new Queue("bench-topic").bind(channel, exchange, "order.*");
}

/** The request to the Worker that does a job with the library; its URL is a path. */
export function libraryRequest({ name, request }: Job): LoadRequest {
  return { ...request, url: "/", body: name === "task" ? JSON.stringify(MESSAGE) : request.body };
}

/** The gateway first. The floor and the client alone are given the very text that the gateway pushes. */
export async function candidatesFor(database: Database, job: Job): Promise<readonly Candidate[]> {
  await resetDatabase(database);
  const gateway = { name: GATEWAY, bundle: await gatewayBundle(), request: job.request, queue: job.queue };
  await (await serve(gateway.bundle, environment(database), job.request)).close();
  const envelope = await database.command("RPOP", job.queue);
  if (typeof envelope !== "string") throw new Error(`${job.request.url} put nothing into ${job.queue}`);
  const of = (file: string) => bundle(new URL(`../workers/${file}`, import.meta.url));
  const plain = { url: "/", body: envelope };
  return [
    gateway,
    {
      name: LIBRARY,
      bundle: await of(job.library),
      request: libraryRequest(job),
      queue: job.queue,
    },
    { name: FLOOR, bundle: await of("floor.ts"), request: plain, queue: "bench-floor" },
    { name: UPSTASH, bundle: await of("upstash.ts"), request: plain, queue: "bench-upstash" },
  ];
}
