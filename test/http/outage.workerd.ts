/** @module The Worker of the tests of outages. The header `x-redis` says which way a request's commands take. */
import { defineConfig, gateway } from "../../src/http/gateway.ts";

const hub = { preset: "github", secrets: ["GITHUB_WEBHOOK_SECRET"] } as const;

const app = gateway(
  defineConfig({
    channel: {
      circuit: { failures: 3, pause: 500, probeTimeout: 500 },
      bindingMaximumAge: 300,
      missCooldown: 0,
    },
    exchanges: {
      healed: { type: "topic", bindings: [{ queue: "outage-healed", routingKey: "#" }], declare: true },
      lost: { type: "topic" },
      routed: { type: "topic" },
    },
    sources: {
      queue: { ...hub, to: { queue: "outage-hooks" }, deadline: 3 },
      exchange: { ...hub, to: { exchange: "routed", routingKey: "k" }, deadline: 3 },
      hasty: { ...hub, to: { exchange: "routed", routingKey: "k" }, deadline: 2 },
    },
  }),
);

export default {
  fetch(request, env, context) {
    const url = request.headers.get("x-redis");
    return app.fetch(request, { ...(env as object), ...(url && { UPSTASH_REDIS_REST_URL: url }) }, context);
  },
} satisfies ExportedHandler;
