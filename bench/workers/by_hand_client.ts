/** @module The Worker written by hand, with `@upstash/redis` set to do nothing but send. */
import { Redis } from "@upstash/redis/cloudflare";
import { byHand } from "./by_hand.ts";
import type { BenchEnvironment } from "./environment.ts";

let redis: Redis | undefined;
/** Of the command that is about to be sent. */
let current: AbortSignal | undefined;

function connect(env: BenchEnvironment, isLimited: boolean): Redis {
  return new Redis({
    url: env.UPSTASH_REDIS_REST_URL,
    token: env.UPSTASH_REDIS_REST_TOKEN,
    enableAutoPipelining: false,
    enableTelemetry: false,
    readYourWrites: false,
    responseEncoding: false,
    automaticDeserialization: false,
    retry: { retries: 0 },
    ...(isLimited && { signal: () => current! }),
  });
}

export default byHand((env, command, signal) => {
  current = signal;
  redis ??= connect(env, signal !== undefined);
  return redis.exec(command as [string, ...string[]]);
});
