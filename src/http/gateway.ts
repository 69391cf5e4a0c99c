/**
 * The gateway: publish, look and manage over HTTP. An application of Hono, to be deployed as it is or mounted in another.
 * @module
 */
import type { Context, Hono } from "hono";
import { HonoBase } from "hono/hono-base";
import type { H, RouterRoute } from "hono/types";
import type { QueuedBatch } from "../spool/drain.ts";
import { AREAS, handlerOf, routeNames } from "./areas.ts";
import { type GatewayConfig, resolveConfig } from "./config/config.ts";
import { RememberingRouter } from "./router.ts";

export type { TokenEnvironment } from "./access/tokens.ts";
export type { CeleryGatewayOptions } from "./config/celery.ts";
export { defineConfig, type GatewayConfig } from "./config/config.ts";
export type { ExchangeConfig } from "./config/exchanges.ts";
export type { SecretVariable, SourceConfig, VariableName } from "./config/source_config.ts";
export type { SpoolUse } from "./config/spool.ts";

/** What is called with a batch of a queue. */
export type QueueHandler = (batch: QueuedBatch, env: object) => Promise<void>;

/**
 * Makes the consumer of the spool's queue, and of its dead-letter queue, whose name ends in `-dead`. Export it as `queue`
 * beside the gateway's `fetch`.
 *
 * @param config The gateway's own.
 */
export function queueHandler(config: GatewayConfig = {}): QueueHandler {
  return async function queue(batch, env) {
    const { consume } = await import("./spool/consume.ts");
    await consume(config, batch, env);
  };
}

/**
 * Makes the gateway.
 *
 * @param config What this deployment is like; the database and the tokens come from the environment.
 * @throws {InvalidArgumentError} Naming the field of `config` at fault.
 * @example
 * ```ts
 * const app = new Hono();
 * app.route("/queue", gateway({ exchanges: { orders: { type: "topic" } } }));
 * ```
 */
export function gateway(config: GatewayConfig = {}): Hono {
  const settings = resolveConfig(config);
  const routes = AREAS.flatMap(routeNames);
  const router = new RememberingRouter<[H, RouterRoute]>();
  const app = new HonoBase({ router });
  const pathOf = (path: string) => path.replace(/\{(\w+)\}/g, ":$1");
  for (const area of AREAS) {
    for (const name of routeNames(area))
      app.on(name.method, pathOf(name.path), handlerOf(area, name, settings));
  }
  const unmatched = (path?: string) => async (c: Context) =>
    (await import("./unmatched.ts")).answerUnmatched(c, settings, routes, path);
  for (const path of new Set(routes.map((route) => route.path))) app.all(pathOf(path), unmatched(path));
  // As a route as well: where the gateway is mounted, what is not found is the other application's affair, but for /v1.
  const notFound = unmatched();
  app.all("/v1/*", notFound);
  app.notFound(notFound);
  router.answering = false;
  return app as unknown as Hono;
}
