/** @module What the end-to-end suites of webhooks and events stand in: a real Redis, the Worker in workerd and a real Celery worker. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../../local/index.ts";
import { type CeleryVersion, type PythonProcess, startWorker } from "../celery/python.ts";
import { startWebhookWorker, type WebhookWorker } from "./worker.ts";

/** What a task left behind. */
export interface Run {
  readonly task: string;
  readonly id: string;
  readonly event: Record<string, unknown>;
  readonly repr: string;
}

/** There from before the first test until after the last. */
export interface World {
  readonly worker: WebhookWorker;
  readonly celery: PythonProcess;
  /** Sends one command to the Redis. */
  command(...words: string[]): Promise<unknown>;
  /** What the tasks left behind under a key, in order. */
  runsAt(key: string): Promise<Run[]>;
}

/**
 * Has all of it started and stopped by the suite that calls.
 *
 * @param name Of the Celery worker.
 * @param options Of its command line, besides its pool and its tasks.
 */
export function useWorld(version: CeleryVersion, name: string, options: readonly string[] = []): World {
  let redis: LocalRedis;
  let worker: WebhookWorker;
  let celery: PythonProcess;

  beforeAll(async () => {
    redis = await startLocalRedis({ store: "server" });
    const environment = {
      REDIS_URL: redis.redisUrl!,
      PYTHONPATH: fileURLToPath(new URL(".", import.meta.url)),
    };
    const all = ["-P", "threads", "-c", "4", "-I", "receiver", ...options];
    [worker, celery] = await Promise.all([
      startWebhookWorker(redis),
      startWorker(version, name, all, environment),
    ]);
  }, 60_000);

  afterAll(async () => {
    await celery?.stop();
    await worker?.close();
    await redis?.close();
  });

  async function command(...words: string[]): Promise<unknown> {
    const answer = await fetch(redis.url, {
      method: "POST",
      headers: { authorization: `Bearer ${redis.token}` },
      body: JSON.stringify(words),
    });
    return ((await answer.json()) as { result: unknown }).result;
  }

  return {
    get worker() {
      return worker;
    },
    get celery() {
      return celery;
    },
    command,
    async runsAt(key) {
      return ((await command("LRANGE", key, "0", "-1")) as string[]).map((text) => JSON.parse(text) as Run);
    },
  };
}
