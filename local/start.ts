/** @module `npm start`: a local Redis, the Worker before it, and every message that lands. */
import { randomBytes } from "node:crypto";
import { startLocalRedis } from "./local-redis.ts";
import { greeting } from "./start/greeting.ts";
import { landings } from "./start/landing.ts";
import { startWorker } from "./start/worker.ts";

const port = Number(process.env.PORT || 8787);
const token = process.env.API_TOKEN || randomBytes(18).toString("base64url");
/** What was started, to be stopped in reverse. */
const running: { close(): Promise<void> }[] = [];
let stopping = false;

async function start(): Promise<void> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error("PORT must be an integer from 1 to 65535");
  }
  const redis = await startLocalRedis({
    store: process.env.KOMBU_EDGE_STORE === "embedded" ? "embedded" : "auto",
    onCommand: (command, reply) => {
      for (const line of landings(command, reply)) console.log(`→ ${line}`);
    },
  });
  running.push(redis);
  const worker = await startWorker(port, {
    UPSTASH_REDIS_REST_URL: redis.url,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
    API_TOKEN: token,
  });
  running.push(worker);
  console.log(greeting(redis, worker.url, token));
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const part of running.reverse()) await part.close().catch(() => {});
  process.exit(exitCode);
}

function stopOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // Miniflare would end the process at once, with 130 and before the rest is stopped.
    process.removeAllListeners(signal);
    process.on(signal, () => stop(0));
  }
}

try {
  stopOnSignals();
  await start();
  stopOnSignals();
} catch (error) {
  if (!stopping) console.error(`\nnpm start failed: ${(error as Error).message}`);
  await stop(1);
}
