/** @module The library in the smallest Worker: GitHub's webhooks, verified, each the task of its delivery id. */
import { Celery } from "../../src/celery/index.ts";
import { Channel } from "../../src/index.ts";
import { defineSource, receive, toCloudEvent } from "../../src/webhooks/index.ts";
import { github } from "../../src/webhooks/presets/index.ts";
import type { BenchEnvironment } from "./environment.ts";

export default {
  async fetch(request: Request, env: BenchEnvironment): Promise<Response> {
    const { method, url, headers } = request;
    const source = defineSource("github", { preset: github, secrets: [env.GITHUB_WEBHOOK_SECRET] });
    const body = new Uint8Array(await request.arrayBuffer());
    const received = await receive(source, { method, url, headers, body });
    if (received.kind !== "events") return new Response("not verified", { status: 401 });
    const app = new Celery(Channel.fromEnv(env));
    for (const event of received.events) {
      const { sent } = await app.sendTask("webhooks.github", {
        args: [toCloudEvent("github", event)],
        taskId: event.taskId,
        idempotencyKey: event.dedupeKey,
      });
      // A delivery id is never asked for twice here.
      if (sent?.status !== "delivered") return new Response("not sent", { status: 502 });
    }
    return Response.json({ status: "queued" }, { status: 202 });
  },
};
