/**
 * @module What a fresh isolate's first publish to a topic exchange costs, by where its binding table is from. The isolate is not fresh: it
 * forgets its tables before each publish, so that nothing but the table differs. `?how=`, `&exchange=`.
 */
import { Channel, Exchange, Producer } from "../../src/index.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";
import type { BenchEnvironment } from "./environment.ts";

const MAXIMUM_AGE_SECONDS = 30;

interface Binding {
  readonly exchange: string;
  readonly queue: string;
  readonly routingKey: string;
}

declare const caches: { readonly default: Cache };

export default {
  async fetch(
    request: Request,
    env: BenchEnvironment,
    context: { waitUntil(work: Promise<unknown>): void },
  ): Promise<Response> {
    const parameters = new URL(request.url).searchParams;
    const how = parameters.get("how");
    const exchange = new Exchange(parameters.get("exchange")!, { type: "topic" });
    const channel = Channel.fromEnv(env);
    const body = await request.text();
    if (how !== "known") clearBindingCache();
    if (how === "configured") {
      channel.seedBindings(exchange, [{ exchange, queue: "bench-topic", routingKey: "order.*" }]);
    }
    if (how === "cached" || how === "missed") {
      const key = `https://bindings.invalid/${exchange.name}${how === "missed" ? crypto.randomUUID() : ""}`;
      const found = await caches.default.match(key);
      if (found) channel.seedBindings(exchange, (await found.json()) as Binding[]);
      else context.waitUntil(keep(channel, exchange, key));
    }
    const delivery = await new Producer(channel, { exchange }).publish(body, {
      routingKey: "order.paid",
      contentType: "application/json",
      mandatory: true,
      ...(how === "strict" ? { consistency: "strict" as const } : {}),
    });
    return Response.json(delivery, { status: 202 });
  },
};

/** Reads the table once more, which is not what is measured, and puts it into the cache. */
async function keep(channel: Channel, exchange: Exchange, key: string): Promise<void> {
  const { bindings } = channel.cachedBindings(exchange) ?? (await channel.bindings(exchange));
  const rows = bindings.map(({ queue, routingKey }) => ({ exchange: exchange.name, queue, routingKey }));
  const headers = { "cache-control": `max-age=${MAXIMUM_AGE_SECONDS}` };
  await caches.default.put(key, Response.json(rows, { headers }));
}
