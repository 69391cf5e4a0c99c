/**
 * All areas of the gateway, in the order of the OpenAPI document. Those that publishing has no need of are loaded when one
 * of their routes is first asked for, so that a fresh isolate starts with little (see `build/worker.ts`).
 * @module
 */
import type { Context } from "hono";
import type { Settings } from "./config/config.ts";
import { endpoint } from "./endpoint.ts";
import type { Area, Route } from "./route.ts";
import { messages } from "./routes/messages.ts";

/** What is known of a route before its area is loaded. */
export type RouteName = Pick<Route, "method" | "path">;

/** An area that is loaded when it is needed. */
export interface LazyArea {
  /** Its routes, as `METHOD /path`: those of the area itself, no more and no fewer. */
  readonly names: readonly `${Route["method"]} /${string}`[];
  readonly load: () => Promise<Area>;
}

/** Every area. Adding one is an entry here. */
export const AREAS: readonly (Area | LazyArea)[] = [
  messages,
  {
    names: [
      "POST /v1/events/{stream}",
      "OPTIONS /v1/events/{stream}",
      "GET /v1/events/{stream}",
      "POST /v1/track",
      "OPTIONS /v1/track",
      "POST /v1/identify",
      "OPTIONS /v1/identify",
      "POST /v1/page",
      "OPTIONS /v1/page",
      "POST /v1/screen",
      "OPTIONS /v1/screen",
      "POST /v1/group",
      "OPTIONS /v1/group",
      "POST /v1/alias",
      "OPTIONS /v1/alias",
      "POST /v1/batch",
      "OPTIONS /v1/batch",
    ],
    load: async () => (await import("./events/area.ts")).events,
  },
  {
    names: ["GET /v1/queues", "GET /v1/queues/{queue}", "DELETE /v1/queues/{queue}/messages"],
    load: async () => (await import("./routes/queues.ts")).queues,
  },
  {
    names: [
      "GET /v1/exchanges/{exchange}/bindings",
      "GET /v1/exchanges/{exchange}/route",
      "PUT /v1/exchanges/{exchange}/bindings",
      "DELETE /v1/exchanges/{exchange}/bindings",
    ],
    load: async () => (await import("./routes/exchanges.ts")).exchanges,
  },
  {
    names: [
      "POST /v1/webhooks/{source}",
      "GET /v1/webhooks/{source}",
      "OPTIONS /v1/webhooks/{source}",
      "GET /v1/webhooks/{source}/handover",
      "DELETE /v1/webhooks/{source}/handover",
    ],
    load: async () => (await import("./webhooks/area.ts")).webhooks,
  },
  {
    names: ["POST /v1/tasks/{name}", "POST /v1/tasks", "GET /v1/tasks/{id}", "DELETE /v1/tasks/{id}"],
    load: async () => (await import("./routes/tasks.ts")).tasks,
  },
  {
    names: [
      "POST /api/task/send-task/{name}",
      "POST /api/task/async-apply/{name}",
      "POST /api/task/apply/{name}",
      "GET /api/task/result/{id}",
      "POST /api/task/revoke/{id}",
    ],
    load: async () => (await import("./routes/tasks_flower.ts")).flowerTasks,
  },
  {
    names: ["GET /v1/spool", "POST /v1/spool/replay", "DELETE /v1/spool/{id}"],
    load: async () => (await import("./routes/spool.ts")).spool,
  },
  {
    names: ["GET /healthz", "GET /readyz"],
    load: async () => (await import("./routes/health.ts")).health,
  },
  {
    names: ["GET /metrics"],
    load: async () => (await import("./routes/metrics.ts")).metrics,
  },
  {
    names: ["GET /openapi.json"],
    load: async () => (await import("./openapi/area.ts")).openapi(await loadAreas()),
  },
];

/** Every area, loaded; without the one that describes them. */
export async function loadAreas(): Promise<readonly Area[]> {
  return await Promise.all(AREAS.slice(0, -1).map((area) => ("load" in area ? area.load() : area)));
}

/** The names of an area's routes. */
export function routeNames(area: Area | LazyArea): readonly RouteName[] {
  if (!("load" in area)) return area.routes;
  return area.names.map((name) => {
    const [method, path] = name.split(" ") as [Route["method"], string];
    return { method, path };
  });
}

/** The handler of an area's route. */
export function handlerOf(
  area: Area | LazyArea,
  { method, path }: RouteName,
  settings: Settings,
): (c: Context) => Promise<Response> {
  const find = ({ routes }: Area) => routes.find((route) => route.method === method && route.path === path)!;
  if (!("load" in area)) return endpoint(find(area), settings);
  // The handler is kept, never the promise: a request must not wait on what another began.
  let handler: ((c: Context) => Promise<Response>) | undefined;
  return async function loaded(c) {
    handler ??= endpoint(find(await area.load()), settings);
    return await handler(c);
  };
}
