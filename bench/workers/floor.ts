/** @module The floor: a Worker that does nothing but send the body it is given as an LPUSH, with bare `fetch`. */
import type { BenchEnvironment } from "./environment.ts";

export default {
  async fetch(request: Request, env: BenchEnvironment): Promise<Response> {
    const answer = await fetch(env.UPSTASH_REDIS_REST_URL, {
      method: "POST",
      headers: {
        authorization: `Bearer ${env.UPSTASH_REDIS_REST_TOKEN}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(["LPUSH", "bench-floor", await request.text()]),
    });
    const { result } = (await answer.json()) as { result?: unknown };
    if (!Number.isInteger(result)) return new Response("not pushed", { status: 502 });
    return Response.json({ status: "delivered" }, { status: 202 });
  },
};
