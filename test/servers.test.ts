/** @module The Redis that `servers.ts` starts, reached from inside workerd. */
import { Redis } from "@upstash/redis/cloudflare";
import { expect, inject, test } from "vitest";

test("workerd reaches the local Redis that was provided", async () => {
  const redis = new Redis({ url: inject("redisHttpUrl"), token: inject("redisHttpToken") });
  expect(await redis.ping()).toBe("PONG");
  expect(inject("redisTcpUrl")).toMatch(
    inject("redisStore") === "server" ? /^redis:\/\/127\.0\.0\.1:\d+\/0$/ : /^$/,
  );
});
