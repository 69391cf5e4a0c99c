/**
 * Routes that look at an exchange's bindings, change them, and show where a routing key leads.
 * @module
 */
import * as v from "valibot";
import type { Exchange } from "../../entity.ts";
import { InvalidArgumentError } from "../../errors.ts";
import type { BindingTable, ExchangeType } from "../../routing/table.ts";
import type { Call } from "../call.ts";
import { HttpProblem } from "../problem.ts";
import { EXCHANGE_TYPE } from "../publish/schemas.ts";
import { exchangeFor } from "../publish/target.ts";
import { check } from "../request/check.ts";
import { essence, unsupported } from "../request/content_type.ts";
import { decodeText, parseJson } from "../request/json.ts";
import { checkQueue } from "../request/queue_name.ts";
import { type Area, route } from "../route.ts";
import { explain, REASONS } from "./explain.ts";

const row = { queue: v.string(), routing_key: v.string(), pattern: v.string() };
const skipped = v.array(v.strictObject({ member: v.string(), reason: v.string() }));

const change = v.strictObject({
  queue: v.string(),
  routing_key: v.optional(v.string()),
  type: EXCHANGE_TYPE,
});

/** The area of `/v1/exchanges`, but for what is published there. */
export const exchanges: Area = {
  schemas: {
    Binding: change,
    Bindings: v.strictObject({
      exchange: v.string(),
      type: EXCHANGE_TYPE,
      bindings: v.array(v.strictObject(row)),
      skipped,
    }),
    Route: v.strictObject({
      exchange: v.string(),
      type: EXCHANGE_TYPE,
      routing_key: v.string(),
      queues: v.array(v.string()),
      bindings: v.array(v.strictObject({ ...row, matches: v.boolean(), reason: v.picklist(REASONS) })),
      skipped,
    }),
  },
  routes: [
    route({
      method: "GET",
      path: "/v1/exchanges/{exchange}/bindings",
      summary: "An exchange's bindings as they are in Redis, and members of its set that are none",
      access: "read",
      query: {},
      answers: { 200: "Bindings" },
      async handle(call) {
        const exchange = exchangeOf(call);
        const { bindings, skipped } = await call.channel.bindings(exchange);
        const rows = bindings.map(({ queue, routingKey, pattern }) => ({
          queue,
          routing_key: routingKey,
          pattern,
        }));
        return Response.json({
          exchange: exchange.name,
          type: exchange.type,
          bindings: rows,
          skipped,
        });
      },
    }),
    route({
      method: "GET",
      path: "/v1/exchanges/{exchange}/route",
      summary: "Where a routing key would go, and why; publishes nothing",
      access: "read",
      query: { routing_key: v.optional(v.string()), type: EXCHANGE_TYPE },
      answers: { 200: "Route" },
      async handle(call, query) {
        const exchange = exchangeOf(call, query.type);
        const table = await call.channel.bindings(exchange);
        return Response.json(routeOf(exchange, table, query.routing_key ?? ""));
      },
    }),
    route({
      method: "PUT",
      path: "/v1/exchanges/{exchange}/bindings",
      summary: "Bind a queue",
      access: "manage",
      query: {},
      body: { "application/json": "Binding" },
      answers: { 204: "" },
      async handle(call) {
        const { queue, routing_key: routingKey, type } = await readChange(call);
        const exchange = exchangeOf(call, type);
        checkQueue(queue, "queue", call.settings.keys);
        // Without a type a topic key would be stored as a direct one, and match nothing but itself.
        if (!exchange.type)
          throw new InvalidArgumentError("type", "is required: the exchange is not configured");
        await call.channel.bindQueue(queue, exchange, routingKey);
        return new Response(null, { status: 204 });
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/exchanges/{exchange}/bindings",
      summary: "Remove a binding; without a type, whatever type it was made for",
      access: "manage",
      query: {},
      body: { "application/json": "Binding" },
      answers: { 204: "" },
      async handle(call) {
        const { queue, routing_key: routingKey, type } = await readChange(call);
        if (await call.channel.unbindQueue(queue, exchangeOf(call, type), routingKey)) {
          return new Response(null, { status: 204 });
        }
        throw new HttpProblem("not-found", "The exchange has no such binding.");
      },
    }),
  ],
};

/** The path's exchange with the type that is configured, else stated. */
function exchangeOf({ path, settings }: Call, type?: ExchangeType): Exchange {
  return exchangeFor(settings, path.exchange!, type, "type");
}

async function readChange(call: Call): Promise<v.InferOutput<typeof change>> {
  if (essence(call.request.headers.get("content-type")) !== "application/json") {
    throw unsupported("content-type", "The body must be application/json.");
  }
  return check(change, parseJson(decodeText(await call.body())));
}

function routeOf(exchange: Exchange, table: BindingTable, routingKey: string): object {
  return {
    exchange: exchange.name,
    type: exchange.type,
    routing_key: routingKey,
    queues: table.match(exchange.type, routingKey),
    bindings: table.bindings.map((binding) => ({
      queue: binding.queue,
      routing_key: binding.routingKey,
      pattern: binding.pattern,
      ...explain(binding, table, exchange.type, routingKey),
    })),
    skipped: table.skipped,
  };
}
