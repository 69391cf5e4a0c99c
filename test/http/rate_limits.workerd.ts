/** @module The Worker that the tests of rate limits run: streams and sources with a limit by address, by key or source, or both. */
import { defineConfig, gateway } from "../../src/http/gateway.ts";

const app = gateway(
  defineConfig({
    streams: {
      both: {
        to: { queue: "limits-both" },
        writeKeys: ["pk_first_key", "pk_second_key", "pk_third_key", "pk_fourth_key"],
        rateLimits: { address: "BY_ADDRESS", key: "BY_KEY" },
      },
      brief: {
        to: { queue: "limits-brief" },
        writeKeys: ["pk_first_key"],
        rateLimits: { address: "FOR_TEN_SECONDS" },
      },
    },
    sources: {
      // The name of a stream: they share a binding, and no budget.
      both: {
        preset: "github",
        secrets: ["GITHUB_WEBHOOK_SECRET"],
        to: { queue: "limits-hooks" },
        rateLimits: { address: "BY_ADDRESS", source: "BY_KEY" },
      },
      other: {
        preset: "github",
        secrets: ["GITHUB_WEBHOOK_SECRET"],
        to: { queue: "limits-other" },
        rateLimits: { address: "BY_ADDRESS", source: "BY_KEY" },
      },
    },
  }),
);

export default {
  fetch: (request, env, context) => app.fetch(request, env as object, context),
} satisfies ExportedHandler;
