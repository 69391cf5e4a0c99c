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
    webhooks: { type: "topic" },
  },
  // Senders of webhooks, each at /v1/webhooks/{its name}; docs/webhooks-presets.md has all presets. A source whose secret is not
  // set answers 503.
  sources: {
    github: {
      preset: "github",
      secrets: ["GITHUB_WEBHOOK_SECRET"],
      to: { task: "webhooks.github" },
    },
    // To every queue that is bound for the key, such as stripe.invoice.paid.
    stripe: {
      preset: "stripe",
      secrets: ["STRIPE_WEBHOOK_SECRET"],
      to: { exchange: "webhooks" },
    },
    standard: {
      preset: "standard",
      secrets: ["STANDARD_WEBHOOK_SECRET"],
      to: { task: "webhooks.standard" },
    },
    slack: {
      preset: "slack",
      secrets: ["SLACK_SIGNING_SECRET"],
      to: { task: "webhooks.slack" },
    },
  },
  // Queues that GET /v1/queues shows, besides those bound to the exchanges above.
  queues: [],
  // Events that POST /v1/events/{stream} takes in. For a page to send, name its origin and give it a write key.
  streams: {
    clicks: {
      to: { queue: "clicks" },
      dedupe: 86_400,
      // origins: ["https://shop.example"],
      // writeKeys: ["pk_clicks_2026"],
    },
  },
  // Celery's settings as the workers have them, for tasks over HTTP: see docs/celery.md.
  celery: {
    // taskRoutes: { "billing.*": { queue: "billing" } },
  },
  // Kombu's transport options as the consumers have them, such as globalKeyprefix.
  channel: {},
});

export default config;
