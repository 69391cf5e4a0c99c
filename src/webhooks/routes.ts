/**
 * Which events go where: filters by type and by what is in them.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { routingKeyOf } from "../routing/event_key.ts";
import { isPath, type JsonPath, select } from "../routing/json_path.ts";
import type { WebhookEvent } from "./events.ts";

/** A value that a condition compares with. */
export type Scalar = string | number | boolean | null;

/** A condition on the data; it holds when it does for any value at the path. */
export type Condition =
  | { path: JsonPath; equals: Scalar }
  | { path: JsonPath; oneOf: readonly Scalar[] }
  | { path: JsonPath; matches: string }
  | { path: JsonPath; exists: boolean };

/** Which events. */
export interface Filter {
  /**
   * Globs over the event type: `*` is one word or a part of one, `**` any number of words, `!` in front excludes.
   * Default: all.
   */
  events?: readonly string[];
  /** Conditions on the data, all of which must hold. Default: none. */
  where?: readonly Condition[];
}

/** Where an event goes. */
export type Target =
  /** `queue` defaults to that of the Celery app. */
  | { task: string; queue?: string; exchange?: never; routingKey?: never }
  | { queue: string; task?: never; exchange?: never; routingKey?: never }
  /** `routingKey` defaults to the one made from the event. */
  | { exchange: string; routingKey?: string; task?: never; queue?: never };

/** A filter and the targets of what passes it. */
export interface Route extends Filter {
  to: Target | readonly Target[];
}

/**
 * Whether the text fits the glob; dots part words. Steps through the text once with all states at a time: the text may
 * be an attacker's, and a backtracking pattern would let it take for ever.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const tokens = glob.match(/\*+|[^*]/gsu) ?? [];
  const reach = (at: number, states: Set<number>): Set<number> => {
    states.add(at);
    return tokens[at]?.startsWith("*") ? reach(at + 1, states) : states;
  };
  let states = reach(0, new Set());
  for (const character of text) {
    const next = new Set<number>();
    for (const at of states) {
      const token = tokens[at];
      if (token === character) reach(at + 1, next);
      else if (token?.startsWith("*") && (token.length > 1 || character !== ".")) reach(at, next);
    }
    states = next;
  }
  return states.has(tokens.length);
}

function holds(condition: Condition, data: unknown): boolean {
  const values = select(data, condition.path).map((value) =>
    typeof value === "bigint" ? Number(value) : value,
  );
  if ("exists" in condition) return values.length > 0 === condition.exists;
  if ("equals" in condition) return values.includes(condition.equals);
  if ("oneOf" in condition) return condition.oneOf.some((wanted) => values.includes(wanted));
  return values.some((value) => typeof value === "string" && matchesGlob(condition.matches, value));
}

/** Whether an event passes a filter. */
export function passes(filter: Filter, event: Pick<WebhookEvent, "type" | "data">): boolean {
  const globs = filter.events ?? [];
  const wanted = globs.filter((glob) => !glob.startsWith("!"));
  if (wanted.length > 0 && !wanted.some((glob) => matchesGlob(glob, event.type))) return false;
  if (globs.some((glob) => glob.startsWith("!") && matchesGlob(glob.slice(1), event.type))) return false;
  return (filter.where ?? []).every((condition) => holds(condition, event.data));
}

/** The targets of an event: those of every route that it passes, each once. An exchange has its routing key. */
export function targetsOf(routes: readonly Route[], source: string, event: WebhookEvent): Target[] {
  const targets = new Map<string, Target>();
  for (const route of routes) {
    if (!passes(route, event)) continue;
    for (const one of [route.to].flat() as Target[]) {
      const target =
        one.exchange !== undefined ? { routingKey: routingKeyOf(source, event.type), ...one } : one;
      targets.set(JSON.stringify(target), target);
    }
  }
  return [...targets.values()];
}

/**
 * Checks routes as they are configured.
 * @throws InvalidArgumentError naming the field.
 */
export function checkRoutes(routes: readonly Route[], field = "routes"): void {
  for (const [index, route] of routes.entries()) checkRoute(route, `${field}[${index}]`);
}

/**
 * Checks one route.
 * @param field What to call the route in an error.
 * @throws InvalidArgumentError naming the field.
 */
export function checkRoute(route: Route, field: string): void {
  for (const [number, glob] of (route.events ?? []).entries()) {
    if (typeof glob !== "string" || glob === "" || glob.length > 200) {
      throw new InvalidArgumentError(`${field}.events[${number}]`, "must be a glob of 1 to 200 characters");
    }
  }
  for (const [number, condition] of (route.where ?? []).entries()) {
    if (!isPath(condition.path)) {
      throw new InvalidArgumentError(
        `${field}.where[${number}].path`,
        "must be a path such as $.a.b[0] or $.items[].id",
      );
    }
    if (["equals", "oneOf", "matches", "exists"].filter((name) => name in condition).length !== 1) {
      throw new InvalidArgumentError(
        `${field}.where[${number}]`,
        'must have one of "equals", "oneOf", "matches", "exists"',
      );
    }
  }
  const targets = [route.to ?? []].flat() as Target[];
  if (targets.length === 0) throw new InvalidArgumentError(`${field}.to`, "must name a target");
  for (const target of targets) checkTarget(target, `${field}.to`);
}

function checkTarget(target: Target, field: string): void {
  const names = Object.entries(target ?? {}).filter(([, value]) => value !== undefined);
  const kinds = names
    .map(([name]) => name)
    .sort()
    .join();
  if (!["task", "queue,task", "queue", "exchange", "exchange,routingKey"].includes(kinds)) {
    throw new InvalidArgumentError(
      field,
      "must name a task (and its queue), a queue, or an exchange (and a routing key)",
    );
  }
  if (names.some(([name, value]) => typeof value !== "string" || (value === "" && name !== "routingKey"))) {
    throw new InvalidArgumentError(field, "must have names that are not empty");
  }
}
