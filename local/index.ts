/** @module `kombu-edge/local`: an Upstash-compatible HTTP Redis for a developer's machine and for tests. */

export type { LocalRedis, LocalRedisOptions } from "./local-redis.ts";
export { startLocalRedis } from "./local-redis.ts";
