/**
 * Whether the Worker runs, and whether it can publish.
 * @module
 */
import * as v from "valibot";
import { OutcomeUnknownError, UnavailableError } from "../../errors.ts";
import { knownTokens } from "../access/tokens.ts";
import type { Call } from "../call.ts";
import { problemFor, problemResponse } from "../endpoint.ts";
import type { Area } from "../route.ts";

/** Milliseconds that Redis has to answer. */
const PING_TIMEOUT_MS = 2_000;
/** Milliseconds for which a finding is told again: anybody may ask, and every question to Redis is billed. */
const FINDING_AGE_MS = 1_000;

interface Finding {
  readonly at: number;
  readonly error: unknown;
}

/** By the bindings of an isolate; values only. */
const findings = new WeakMap<object, Finding>();

/** The area of `/healthz` and `/readyz`. */
export const health: Area = {
  schemas: { Health: v.strictObject({ status: v.picklist(["ok"]) }) },
  routes: [
    {
      method: "GET",
      path: "/healthz",
      summary: "The Worker runs; Redis is not asked",
      access: "open",
      answers: { 200: "Health" },
      handle: () => Response.json({ status: "ok" }),
    },
    {
      method: "GET",
      path: "/readyz",
      summary: "The Worker is configured and Redis answers",
      access: "open",
      answers: { 200: "Health" },
      async handle(call) {
        const error = await findOut(call);
        if (error === undefined) return Response.json({ status: "ok" });
        const problem = problemFor(error, call);
        return problemResponse({ ...problem, status: 503 });
      },
    },
  ],
};

async function findOut(call: Call): Promise<unknown> {
  const known = findings.get(call.env);
  if (known && Date.now() - known.at < FINDING_AGE_MS) return known.error;
  const error = await ping(call);
  findings.set(call.env, { at: Date.now(), error });
  return error;
}

async function ping(call: Call): Promise<unknown> {
  try {
    await knownTokens(call.env);
    // Whoever asks is told how it is now, not how it was when the circuit opened.
    const [reply] = await call.channel.send([["PING"]], {
      signal: AbortSignal.timeout(PING_TIMEOUT_MS),
      probe: true,
    });
    if (reply && "error" in reply) return reply.error;
    return reply?.result === "PONG" ? undefined : new UnavailableError("the database did not answer a ping");
  } catch (error) {
    // Nothing was published, whatever became of the ping.
    return error instanceof OutcomeUnknownError ? new UnavailableError(error.message) : error;
  }
}
