/**
 * `task_routes`: from a task's name to options, by Celery's rules. Spec celery §4.3.
 * @module
 */
import type { Queue } from "../entity.ts";
import { InvalidArgumentError } from "../errors.ts";
import { wireOptions } from "./option_checks.ts";
import type { TaskOptions, WireOptions } from "./task_options.ts";

/** Where to: a queue, or options. */
export type Route = string | Queue | TaskOptions;

/** Decides for one call; `undefined` or `null` leaves it to the next router. Options are under Celery's names. */
export type RouteFunction = (
  name: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  options: Readonly<WireOptions>,
) => Route | null | undefined;

/** A name, a glob (when it has an asterisk), or an expression that must match from the name's start; and the route. */
export type RoutePair = readonly [pattern: string | RegExp, route: Route];

/** Routes by name and glob, or in an order, with expressions. */
export type Router = Readonly<Record<string, Route>> | readonly RoutePair[] | RouteFunction;

/** One router, or several: the first that has a route wins. In one router an exact name wins over any pattern. */
export type Routes = Router | readonly Router[];

/** Turns `taskRoutes` into functions. Throws {@link InvalidArgumentError} for what is no router. */
export function resolveRoutes(routes: Routes | undefined): readonly RouteFunction[] {
  if (routes === undefined) return [];
  const routers = Array.isArray(routes) && !routes.some(isPair) ? routes : [routes];
  return (routers as readonly Router[]).map((router, index) => {
    if (typeof router === "function") return router;
    if (router === null || typeof router !== "object") {
      throw new InvalidArgumentError(
        `taskRoutes[${index}]`,
        "must be an object, a list of pairs or a function",
      );
    }
    const pairs = Array.isArray(router) ? (router as readonly RoutePair[]) : Object.entries(router);
    return byName(pairs as readonly RoutePair[], `taskRoutes[${index}]`);
  });
}

/** The route as options under Celery's names. */
export function routeOptions(route: Route, field: string): WireOptions {
  const isQueue = typeof route === "string" || "bindings" in route;
  return wireOptions(isQueue ? { queue: route as string | Queue } : (route as TaskOptions), `${field}.`);
}

function isPair(entry: unknown): boolean {
  return Array.isArray(entry) && (typeof entry[0] === "string" || entry[0] instanceof RegExp);
}

function byName(pairs: readonly RoutePair[], field: string): RouteFunction {
  const exact = new Map<string, Route>();
  const patterns: [RegExp, Route][] = [];
  for (const [pattern, route] of pairs) {
    routeOptions(route, field);
    if (pattern instanceof RegExp) {
      patterns.push([new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, "")}y`), route]);
    } else if (pattern.includes("*")) {
      patterns.push([globExpression(pattern), route]);
    } else {
      exact.set(pattern, route);
    }
  }
  return (name) =>
    exact.get(name) ??
    patterns.find(([expression]) => {
      expression.lastIndex = 0;
      return expression.test(name);
    })?.[1];
}

/** Python's `fnmatch`: `*`, `?`, `[…]`, `[!…]`, over the whole name. */
function globExpression(glob: string): RegExp {
  const source = glob.replace(
    /\[(!?)(\]?[^\]]*)\]|[\s\S]/g,
    (part: string, not?: string, members?: string) => {
      if (members !== undefined) {
        return `[${not ? "^" : ""}${members.replace(/[\\[\]^]/g, "\\$&")}]`;
      }
      if (part === "*") return "[\\s\\S]*";
      if (part === "?") return "[\\s\\S]";
      return part.replace(/[\\^$.*+?()[\]{}|]/, "\\$&");
    },
  );
  return new RegExp(`^${source}$`, "y");
}
