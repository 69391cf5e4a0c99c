/**
 * Rate limits of a source: by address before anything is read, by source once a request is verified.
 * @module
 */
import { NotConfiguredError } from "../../errors.ts";
import { type ResponseParts, unavailable } from "../../webhooks/index.ts";
import type { Call } from "../call.ts";
import type { ConfiguredSource } from "../config/sources.ts";
import { HttpProblem } from "../problem.ts";
import { limit, limitAddress, RETRY_AFTER } from "../rate_limit.ts";

/** The refusal of an address that asks too often; `undefined` while it does not. */
export function addressRefusal(
  call: Call,
  source: ConfiguredSource,
): Promise<ResponseParts | undefined> | undefined {
  const { address } = source.rateLimits;
  return address === undefined ? undefined : refusal(call, limitAddress(call, address, placeOf(source)));
}

/** The refusal of events that are too many for the source; `undefined` while they are not. */
export function sourceRefusal(
  call: Call,
  source: ConfiguredSource,
): Promise<ResponseParts | undefined> | undefined {
  const { source: binding } = source.rateLimits;
  return binding === undefined ? undefined : refusal(call, limit(call, binding, placeOf(source)));
}

/** No stream can be called so: a stream and a source of one name may share a binding. */
function placeOf({ name }: ConfiguredSource): string {
  return `webhooks/${name}`;
}

/** Refusals are empty, as all are that a sender gets; the reason is in the log. */
async function refusal(call: Call, asked: Promise<void>): Promise<ResponseParts | undefined> {
  let refused: { readonly reason: string; readonly response: ResponseParts };
  try {
    await asked;
    return undefined;
  } catch (error) {
    if (error instanceof NotConfiguredError) {
      refused = { reason: "rate-limit-not-bound", response: unavailable() };
    } else if (error instanceof HttpProblem) {
      const { status } = error.details;
      refused = { reason: "rate-limited", response: { status, headers: RETRY_AFTER, body: "" } };
    } else {
      throw error;
    }
  }
  const { reason, response } = refused;
  call.note({ reason });
  return response;
}
