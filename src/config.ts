/**
 * This deployment's configuration: the one file to edit. Checked when the Worker starts.
 *
 * Secrets do not belong here; see `wrangler.toml` for their names.
 * @module
 */
import { defineConfig, type GatewayConfig } from "./http/gateway.ts";

const config: GatewayConfig = defineConfig({
  // What the consumers declare, so that no publish has to say it.
  exchanges: {
    // orders: { type: "topic", bindings: [{ queue: "billing", routingKey: "order.*" }] },
  },
  // Queues that GET /v1/queues shows, besides those bound to the exchanges above.
  queues: [],
  // Celery's settings as the workers have them, for tasks over HTTP: see docs/celery.md.
  celery: {
    // taskRoutes: { "billing.*": { queue: "billing" } },
  },
  // Kombu's transport options as the consumers have them, such as globalKeyprefix.
  channel: {},
});

export default config;
