/** @module The Worker that these tests run: the gateway with six senders and two streams, whose events become tasks. */
import { defineConfig, gateway } from "../../../src/http/gateway.ts";

const app = gateway(
  defineConfig({
    celery: { taskRoutes: { "events.*": { queue: "clicks" } } },
    streams: {
      clicks: { to: { task: "events.click" }, writeKeys: ["pk_clicks"] },
      plain: { to: { task: "events.plain", queue: "celery" }, writeKeys: ["pk_plain"], format: "raw" },
    },
    sources: {
      github: { preset: "github", secrets: ["GITHUB"], to: { task: "webhooks.github" } },
      stripe: { preset: "stripe", secrets: ["STRIPE"], to: { task: "webhooks.stripe" } },
      slack: { preset: "slack", secrets: ["SLACK"], to: { task: "webhooks.slack" } },
      standard: { preset: "standard", secrets: ["STANDARD"], to: { task: "webhooks.standard" } },
      twilio: {
        preset: "twilio",
        secrets: ["TWILIO"],
        publicUrl: "https://hooks.example.com/v1/webhooks/twilio",
        to: { task: "webhooks.twilio" },
      },
      sns: {
        preset: "sns",
        topics: ["arn:aws:sns:us-east-1:123456789012:orders"],
        to: { task: "webhooks.sns" },
      },
    },
  }),
);

export default {
  fetch: (request, env, context) => app.fetch(request, env as object, context),
} satisfies ExportedHandler;
