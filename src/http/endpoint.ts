/**
 * From a route to a handler of Hono: who is calling, the query, the answer, and every failure as a problem.
 * @module
 */
import type { Context } from "hono";
import { InvalidArgumentError } from "../errors.ts";
import { authenticate, demand } from "./access/authenticate.ts";
import type { Principal } from "./access/rights.ts";
import { Call, type CallParts } from "./call.ts";
import type { Settings } from "./config/config.ts";
import { type Noting, told } from "./observe/notes.ts";
import { Observation } from "./observe/observation.ts";
import { HttpProblem, markProblem, type ProblemDetails } from "./problem.ts";
import { problemOf, retryAfter } from "./problem_of.ts";
import { queryReader } from "./request/query.ts";
import type { Route } from "./route.ts";

const NOBODY: Principal = { name: "", allow: [] };

/** Names in a path, and what the log calls them. Others are not told. */
const NOTED = { queue: "queue", exchange: "exchange", name: "task" } as const;

/** The handler of a route. It answers every failure itself, so that it does the same mounted in another application. */
export function endpoint(route: Route, settings: Settings): (c: Context) => Promise<Response> {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const depth = route.path.split("/").length - 1;
  const noted = (Object.keys(NOTED) as (keyof typeof NOTED)[]).find((name) => names.includes(name));
  const readQuery = route.query && queryReader(route.query);
  const [right, placeholder] = route.access.split(/\{(\w+)\}/);
  return async function answer(c) {
    const env: object = settings.env ?? c.env ?? {};
    const observation = new Observation(c.req.raw, route.path, settings, env);
    try {
      if (!observation.isReady) await observation.prepare();
      const { url, headers } = c.req.raw;
      checkPath(url);
      const path: Record<string, string> = {};
      for (const name of names) path[name] = c.req.param(name)!;
      let principal = NOBODY;
      if (route.access !== "open") {
        const caller = authenticate(env, headers.get("authorization"), route.basic);
        // A wait for what is there already costs a Worker as much as it takes to find it.
        principal = caller instanceof Promise ? await caller : caller;
        noteToken(observation, principal);
        if (route.access !== "token") demand(principal, placeholder ? right + path[placeholder]! : right!);
        if (noted) observation.note({ [NOTED[noted]]: told(path[noted]!) });
      }
      const query = readQuery?.(url);
      const call = new Call({
        request: c.req.raw,
        settings,
        env,
        principal,
        path,
        mount: () => c.req.path.replace(/\/$/, "").split("/").slice(0, -depth).join("/"),
        waitUntil: waitUntil(c),
        observation,
      });
      return observation.end(unstored(await route.handle(call, query as never)));
    } catch (error) {
      return observation.end(failed(error, observation));
    }
  };
}

/** The answer that tells a problem. */
export function problemResponse(
  problem: ProblemDetails,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const seconds = retryAfter(problem);
  const response = new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      ...(seconds !== undefined && { "retry-after": seconds }),
      ...headers,
    },
  });
  return markProblem(unstored(response), problem);
}

/** Notes who is calling, by the token's name. */
export function noteToken(noting: Noting, { name }: Principal): void {
  noting.note({ token: name || "API_TOKEN" });
}

/** The problem of an error; of one that nobody foresaw it is noted where it came from. */
export function problemFor(error: unknown, noting: Noting): ProblemDetails {
  const problem = problemOf(error, noting.settings.backPressure);
  if (problem) return problem;
  const { name, stack = "" } = error instanceof Error ? error : new Error();
  // A message may quote what it stumbled over; the frames below it do not.
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  noting.note({ error: name, frames });
  return new HttpProblem("internal-error", "The gateway failed; its log says where.").details;
}

function failed(error: unknown, noting: Noting): Response {
  return problemResponse(problemFor(error, noting), error instanceof HttpProblem ? error.headers : {});
}

function unstored(response: Response): Response {
  response.headers.set("cache-control", "no-store");
  return response;
}

/** Hono throws where the runtime gave no context of execution. */
function waitUntil(c: Context): CallParts["waitUntil"] {
  try {
    const { executionCtx } = c;
    return (work) => executionCtx.waitUntil(work);
  } catch {
    return undefined;
  }
}

/** Hono leaves what it cannot decode as it is, which would be another queue's name. */
function checkPath(url: string): void {
  if (!url.includes("%")) return;
  try {
    decodeURIComponent(new URL(url).pathname);
  } catch {
    throw new InvalidArgumentError("path", "has a percent-encoding that is not UTF-8");
  }
}
