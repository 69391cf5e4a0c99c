/**
 * What a browser needs to be told so that a page of another origin may send. Spec ingest §2.1.
 * @module
 */
import { allowance } from "../../events/origins.ts";
import type { Stream } from "../../events/stream.ts";
import { HttpProblem } from "../problem.ts";

/** Seconds for which a browser need not ask again; Chromium keeps to two hours of them. */
const PREFLIGHT_AGE_SECONDS = 86_400;

const HEADERS =
  "authorization, ce-dataschema, ce-id, ce-source, ce-specversion, ce-subject, ce-time, ce-type, content-encoding, " +
  "content-type, idempotency-key";

/**
 * Headers of every answer to a page.
 *
 * Credentials are allowed to a named origin, though none is looked at: a beacon of JSON is sent with them, and its
 * preflight fails without. For `*` they are not.
 *
 * @throws {HttpProblem} `origin-not-allowed`.
 */
export function corsHeaders(request: Request, { origins }: Stream): Readonly<Record<string, string>> {
  const vary = { vary: "Origin" };
  const origin = request.headers.get("origin");
  if (origin === null || origin === new URL(request.url).origin) return vary;
  const allowed = allowance(origin, origins);
  if (!allowed)
    throw new HttpProblem("origin-not-allowed", "The stream does not name this origin.", {}, vary);
  return {
    ...vary,
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "retry-after",
    ...(allowed === "named" && { "access-control-allow-credentials": "true" }),
  };
}

/** Answers a preflight, or a CloudEvents sender that asks for leave to deliver (HTTP webhooks 1.0 §4). */
export function answerOptions(request: Request, stream: Stream): Response {
  const { headers } = request;
  const allow = `${stream.accepts.includes("pixel") ? "GET, " : ""}POST, OPTIONS`;
  const sender = headers.get("webhook-request-origin");
  if (sender !== null) {
    const { origins = [], requestsPerMinute } = stream.handshake ?? {};
    if (!origins.includes(sender) && !origins.includes("*")) {
      throw new HttpProblem("origin-not-allowed", "The stream does not grant deliveries to this sender.");
    }
    const rate = requestsPerMinute === undefined ? "*" : String(requestsPerMinute);
    return new Response(null, {
      status: 204,
      headers: { allow, "webhook-allowed-origin": sender, "webhook-allowed-rate": rate },
    });
  }
  return new Response(null, {
    status: 204,
    headers: {
      allow,
      ...corsHeaders(request, stream),
      "access-control-allow-methods": allow,
      "access-control-allow-headers": stream.traceparent ? `${HEADERS}, traceparent, tracestate` : HEADERS,
      "access-control-max-age": String(PREFLIGHT_AGE_SECONDS),
    },
  });
}
