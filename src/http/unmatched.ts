/**
 * Requests that no route takes: another method, no such path, a path with a hole in it.
 * @module
 */
import type { Context } from "hono";
import { InvalidArgumentError } from "../errors.ts";
import type { RouteName } from "./areas.ts";
import type { Settings } from "./config/config.ts";
import { problemResponse } from "./endpoint.ts";
import { Observation } from "./observe/observation.ts";
import { HttpProblem } from "./problem.ts";
import { problemOf } from "./problem_of.ts";

/**
 * Answers a request.
 *
 * @param path The path that has routes for other methods; without it, there is nothing at the request's path.
 */
export async function answerUnmatched(
  c: Context,
  settings: Settings,
  routes: readonly RouteName[],
  path?: string,
): Promise<Response> {
  const observation = new Observation(c.req.raw, path ?? "unmatched", settings, settings.env ?? c.env ?? {});
  if (!observation.isReady) await observation.prepare();
  return observation.end(path === undefined ? noSuchPath(c, routes) : otherMethod(c, routes, path));
}

/** Answers `OPTIONS` with 204 and other methods with 405, both naming the methods that a path has. */
function otherMethod(c: Context, routes: readonly RouteName[], path: string): Response {
  const methods = new Set<string>(routes.filter((route) => route.path === path).map((route) => route.method));
  if (methods.has("GET")) methods.add("HEAD");
  const allow = [...methods.add("OPTIONS")].join(", ");
  if (c.req.method === "OPTIONS") {
    return new Response(null, { status: 204, headers: { allow, "cache-control": "no-store" } });
  }
  const problem = new HttpProblem("method-not-allowed", `The resource has these methods: ${allow}.`);
  return problemResponse(problem.details, { allow });
}

/** Answers 404; 400 when a path would be a route's but for an empty name in it. */
function noSuchPath(c: Context, routes: readonly RouteName[]): Response {
  for (const { path } of routes) {
    const pattern = path.replace(/\{(\w+)\}/g, "(?<$1>[^/]*)");
    const groups = new RegExp(`${pattern}$`).exec(c.req.path)?.groups ?? {};
    const empty = Object.keys(groups).find((name) => groups[name] === "");
    if (empty) return problemResponse(problemOf(new InvalidArgumentError(empty, "must not be empty"))!);
  }
  return problemResponse(new HttpProblem("not-found", "There is nothing at this path.").details);
}
