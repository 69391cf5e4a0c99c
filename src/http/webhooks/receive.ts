/**
 * One request of a sender: verified, then answered as a handshake or queued.
 * @module
 */

import { InvalidArgumentError } from "../../errors.ts";
import {
  keyFetcher,
  type Received,
  type ResponseParts,
  receive,
  rejection,
  type Source,
  unavailable,
  type VerifyOptions,
} from "../../webhooks/index.ts";
import type { Call } from "../call.ts";
import type { ConfiguredSource } from "../config/sources.ts";
import { problemFor } from "../endpoint.ts";
import { HttpProblem } from "../problem.ts";
import { retryAfter } from "../problem_of.ts";
import { readBody } from "../request/body.ts";
import { followLater } from "./follow.ts";
import { isArmed, keepHandover } from "./handover.ts";
import { addressRefusal, sourceRefusal } from "./limits.ts";
import { codeOf, publishEvents } from "./publish.ts";
import { openSource } from "./source.ts";

/** Milliseconds of a sender's patience that are left for the way of the answer. */
const MARGIN_MS = 500;
/** Patience of a sender that does not say how much it has. */
const DEADLINE_SECONDS = 10;
/** The longest that a sender's keys may take to fetch. */
const KEYS_TIMEOUT_MS = 3_000;

/** The source that a path names. Throws `not-found`. */
export function sourceAt(call: Call): ConfiguredSource {
  const source = call.settings.sources.get(call.path.source!);
  if (source) {
    call.note({ source: source.name });
    return source;
  }
  throw new HttpProblem("not-found", "There is no source of this name.");
}

/**
 * Receives a request of a sender. Why one is refused stands in the log alone.
 *
 * @throws {HttpProblem} `not-found`, `content-too-large`, `incomplete-body`.
 */
export async function receiveWebhook(call: Call): Promise<Response> {
  const configured = sourceAt(call);
  const arrival = Date.now();
  const { request, settings, env } = call;
  const early = await addressRefusal(call, configured);
  if (early) return response(early);
  const body = await readBody(request, configured.maximumBodySize ?? settings.maximumBodySize);
  const source = await openSource(configured, env);
  const parts = { method: request.method, url: request.url, headers: request.headers, body };
  const received = await receive(source, parts, verifyOptions(configured, source, arrival));
  const answer = await answerTo(received, call, configured, source, body, arrival);
  return response(answer);
}

async function answerTo(
  received: Received,
  call: Call,
  configured: ConfiguredSource,
  source: Source,
  body: Uint8Array,
  arrival: number,
): Promise<ResponseParts> {
  switch (received.kind) {
    case "rejected":
      call.note({ reason: received.reason });
      return received.response;
    case "handshake":
      return await shakeHands(received, call, configured, source, arrival);
    case "events": {
      const refused = await sourceRefusal(call, configured);
      if (refused) return refused;
      const writer = { call, source: configured, body, isList: received.events.length > 1 };
      const timeout = patience(configured, source, arrival);
      const failures = await publishEvents(writer, source, received.events, timeout).catch((error) => [
        error,
      ]);
      return failures.length === 0 ? received.response : notStored(call, failures);
    }
  }
}

/**
 * The sender is to come again, unless that would not help. When all that is wrong is a full queue, or a database that is given a
 * pause, it is told so in the words of the configuration.
 */
function notStored(call: Call, failures: readonly unknown[]): ResponseParts {
  call.note({ code: [...new Set(failures.map(codeOf))].join(), failed: failures.length });
  // Of one that nobody foresaw it is noted where it came from.
  const problems = failures.map((error) => problemFor(error, call));
  const isTooLarge = failures.some(
    (error) => error instanceof InvalidArgumentError && error.field === "body",
  );
  if (isTooLarge) return { status: 413, headers: {}, body: "" };
  const [first] = problems;
  const isOne = problems.every(({ type, retry_after: known }) => type === first!.type && known !== undefined);
  if (!isOne) return unavailable();
  return { status: first!.status, headers: { "retry-after": retryAfter(first!)! }, body: "" };
}

async function shakeHands(
  { name: handshake, response: answer, keep, follow }: Received & { kind: "handshake" },
  call: Call,
  configured: ConfiguredSource,
  source: Source,
  arrival: number,
): Promise<ResponseParts> {
  call.note({ handshake });
  if (keep) {
    if (!isArmed(configured, call.env)) {
      call.note({ reason: "handover-not-armed" });
      return rejection("not-configured", source.preset);
    }
    try {
      const signal = AbortSignal.timeout(patience(configured, source, arrival));
      const isKept = await keepHandover(call, configured, keep, signal);
      call.note({ reason: isKept ? "handed-over" : "malformed" });
      return isKept ? answer : rejection("malformed", source.preset);
    } catch (error) {
      call.note({ code: codeOf(error), failed: 1 });
      problemFor(error, call);
      return unavailable();
    }
  }
  if (follow) followLater(call, follow);
  return answer;
}

/** Milliseconds for Redis until the sender's patience ends; never fewer than a first answer could take. */
function patience(configured: ConfiguredSource, source: Source, arrival: number): number {
  return Math.max(timeLeft(configured, source, arrival), MARGIN_MS / 2);
}

/** Milliseconds until an answer must be on its way. */
function timeLeft({ deadline }: ConfiguredSource, { preset }: Source, arrival: number): number {
  const seconds = deadline ?? preset.deadline ?? DEADLINE_SECONDS;
  return arrival + seconds * 1000 - MARGIN_MS - Date.now();
}

/** A sender's keys may take half of its patience to fetch: what they are for needs the other half. */
function verifyOptions(configured: ConfiguredSource, source: Source, arrival: number): VerifyOptions {
  const timeout = Math.min(
    KEYS_TIMEOUT_MS,
    Math.max(timeLeft(configured, source, arrival) / 2, MARGIN_MS / 2),
  );
  return { fetchKey: keyFetcher({ timeout }) };
}

function response({ status, headers, body }: ResponseParts): Response {
  return new Response(body === "" ? null : body, { status, headers });
}
