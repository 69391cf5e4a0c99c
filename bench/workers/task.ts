/** @module The library in the smallest Worker: a JSON body in, a Celery task with it as its argument out. */
import { Celery } from "../../src/celery/index.ts";
import { Channel } from "../../src/index.ts";
import type { BenchEnvironment } from "./environment.ts";

export default {
  async fetch(request: Request, env: BenchEnvironment): Promise<Response> {
    const app = new Celery(Channel.fromEnv(env));
    const { id, sent } = await app.sendTask("bench.task", {
      args: [await request.json()],
      queue: "bench-task",
    });
    return Response.json({ task_id: id }, { status: sent?.status === "delivered" ? 202 : 502 });
  },
};
