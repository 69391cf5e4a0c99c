/** @module The same as the floor with `@upstash/redis` at its defaults. */
import { Redis } from "@upstash/redis/cloudflare";
import type { BenchEnvironment } from "./environment.ts";

export default {
  async fetch(request: Request, env: BenchEnvironment): Promise<Response> {
    const redis = Redis.fromEnv(env);
    const length = await redis.lpush("bench-upstash", await request.text());
    if (!Number.isInteger(length)) return new Response("not pushed", { status: 502 });
    return Response.json({ status: "delivered" }, { status: 202 });
  },
};
