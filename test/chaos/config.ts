/**
 * What the suite's Worker is configured with: every kind of target, bindings that heal, and little patience.
 * @module
 */
import { defineConfig, type GatewayConfig } from "../../src/http/gateway.ts";

/** Milliseconds after which the Worker gives up on an answer of Redis. */
export const TIMEOUT_MS = 1_000;

/** The bindings of `chaos.topic`, which go along with a publish whenever Redis does not have them. */
export const TOPIC_BINDINGS = [
  { queue: "chaos.all", routingKey: "#" },
  { queue: "chaos.eu", routingKey: "order.eu.*" },
  { queue: "chaos.paid", routingKey: "*.*.paid" },
] as const;

const config: GatewayConfig = defineConfig({
  channel: { timeout: TIMEOUT_MS, bindingMaximumAge: 500, missCooldown: 100 },
  exchanges: { "chaos.topic": { type: "topic", declare: true, bindings: TOPIC_BINDINGS } },
  sources: {
    github: {
      preset: "github",
      secrets: ["GITHUB_WEBHOOK_SECRET"],
      to: [{ task: "webhooks.github" }, { queue: "chaos.hooks" }],
    },
  },
  streams: { clicks: { to: { queue: "chaos.events" } }, views: { to: { task: "events.view" } } },
});

export default config;
