/** @module What `npm start` prints once everything runs. */
import type { LocalRedis } from "../local-redis.ts";

/**
 * Writes where Redis is, the token, a first request and how to consume what it sends.
 *
 * @param gateway Where the Worker answers, such as `http://localhost:8787`.
 * @param token The bearer token of the Worker.
 */
export function greeting(
  redis: Pick<LocalRedis, "store" | "redisUrl" | "url">,
  gateway: string,
  token: string,
): string {
  return [
    "",
    `kombu-edge is ready on ${gateway}`,
    "",
    `  Redis    ${redisText(redis)}`,
    `  Token    ${token}`,
    "",
    "Send a message:",
    "",
    `  curl -X POST ${gateway}/v1/queues/hello/messages -H "Authorization: Bearer ${token}" \\`,
    `    -H "content-type: application/json" -d '{"hello":"world"}'`,
    "",
    ...consumerText(redis),
    "",
    "Messages that land are shown below. Ctrl-C stops everything.",
    "",
  ].join("\n");
}

function redisText({ store, redisUrl, url }: Pick<LocalRedis, "store" | "redisUrl" | "url">): string {
  const front = `(Upstash-compatible: ${url})`;
  if (store === "url") return `the one of REDIS_URL ${front}`;
  if (store === "server") return `${redisUrl}, started for this run and empty ${front}`;
  return `in memory, inside this process ${front}`;
}

function consumerText({ store, redisUrl }: Pick<LocalRedis, "store" | "redisUrl">): string[] {
  if (store === "embedded") {
    return [
      "A Python consumer CANNOT attach to this store: it has no Redis port. For one that it can attach to, put",
      "redis-server or valkey-server on PATH, or set REDIS_URL, and start again.",
    ];
  }
  // A REDIS_URL may hold a password, which has no place on a screen.
  const [imports, url] = store === "url" ? ["import os; ", "os.environ['REDIS_URL']"] : ["", `'${redisUrl}'`];
  const code =
    `${imports}from kombu import Connection; queue = Connection(${url}).SimpleQueue('hello'); ` +
    "message = queue.get(timeout=10); print(message.payload); message.ack()";
  return ["Receive it in Python:", "", `  python3 -c "${code}"`];
}
