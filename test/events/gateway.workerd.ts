/** @module The Worker that the event tests run: the gateway with streams of every kind, and how much memory JavaScript takes. */
import { defineConfig, gateway } from "../../src/http/gateway.ts";

const ORIGIN = "https://PAGE_ORIGIN";

const app = gateway(
  defineConfig({
    streams: {
      clicks: { to: { queue: "clicks" }, origins: [ORIGIN], writeKeys: ["pk_browser"] },
      bulk: { to: { queue: "bulk" } },
      cloud: { to: { queue: "cloud" } },
      product: { to: { queue: "product" }, writeKeys: ["segment_write_key"], segment: true },
    },
  }),
);

export default {
  fetch: (request, env, context) => app.fetch(request, env as object, context),
} satisfies ExportedHandler;
