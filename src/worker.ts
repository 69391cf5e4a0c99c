/**
 * The deployable Worker: the gateway with this deployment's configuration.
 * @module
 */
import type { ChannelEnvironment } from "./channel.ts";
import config from "./config.ts";
import { gateway, queueHandler, type TokenEnvironment } from "./http/gateway.ts";

const app = gateway(config);

const worker: ExportedHandler<ChannelEnvironment & TokenEnvironment> = {
  fetch: (request, env, context) => app.fetch(request, env, context),
  queue: queueHandler(config),
};

export default worker;
