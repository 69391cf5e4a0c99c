/**
 * Requests that no route takes: another method, no such path, a path with a hole in it.
 * @module
 */
import type { Context } from "hono";
import { InvalidArgumentError } from "../errors.ts";
import type { RouteName } from "./areas.ts";
import { problemResponse } from "./endpoint.ts";
import { HttpProblem } from "./problem.ts";
import { problemOf } from "./problem_of.ts";

/** Answers `OPTIONS` with 204 and other methods with 405, both naming the methods that a path has. */
export function otherMethods(routes: readonly RouteName[], path: string): (c: Context) => Response {
  const methods = new Set<string>(routes.filter((route) => route.path === path).map((route) => route.method));
  if (methods.has("GET")) methods.add("HEAD");
  const allow = [...methods.add("OPTIONS")].join(", ");
  const problem = new HttpProblem("method-not-allowed", `The resource has these methods: ${allow}.`).details;
  return function otherMethod(c) {
    return c.req.method === "OPTIONS"
      ? new Response(null, { status: 204, headers: { allow, "cache-control": "no-store" } })
      : problemResponse(problem, { allow });
  };
}

/** Answers 404; 400 when a path would be a route's but for an empty name in it. */
export function noSuchPath(routes: readonly RouteName[]): (c: Context) => Response {
  const problem = new HttpProblem("not-found", "There is nothing at this path.").details;
  return function notFound(c) {
    for (const { path } of routes) {
      const pattern = path.replace(/\{(\w+)\}/g, "(?<$1>[^/]*)");
      const groups = new RegExp(`${pattern}$`).exec(c.req.path)?.groups ?? {};
      const empty = Object.keys(groups).find((name) => groups[name] === "");
      if (empty) return problemResponse(problemOf(new InvalidArgumentError(empty, "must not be empty"))!);
    }
    return problemResponse(problem);
  };
}
