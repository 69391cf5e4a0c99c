/** @module The shipped configuration without a circuit, so that a database that lies is asked every time. */
import config from "../../src/config.ts";
import { gateway } from "../../src/http/gateway.ts";

const app = gateway({ ...config, channel: { ...config.channel, circuit: false } });

export default {
  fetch: (request, env, context) => app.fetch(request, env as object, context),
} satisfies ExportedHandler;
