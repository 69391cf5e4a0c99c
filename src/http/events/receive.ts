/**
 * One request with events: who sends it, what is in it, where it went. The steps are in the order in which they cost.
 * Spec ingest §6.2.
 * @module
 */
import { attributesOf } from "../../events/enrich.ts";
import { type Envelope, fromValues, readEvents } from "../../events/read.ts";
import { Rejection } from "../../events/rejection.ts";
import type { Stream } from "../../events/stream.ts";
import type { Call } from "../call.ts";
import { problemFor, problemResponse } from "../endpoint.ts";
import { type HttpErrorCode, HttpProblem, type ProblemDetails } from "../problem.ts";
import { headerKey } from "../publish/idempotency.ts";
import { limit, limitAddress } from "../rate_limit.ts";
import { parseJson } from "../request/json.ts";
import { corsHeaders } from "./cors.ts";
import { Publisher } from "./publish.ts";
import { senderOf, withKey } from "./sender.ts";
import { Tally, type TallyOutput } from "./tally.ts";

/** How events come, and how their sender is answered. */
export interface Manner {
  /** Takes the events out of a whole body's value. */
  readonly open?: (value: unknown) => Envelope;
  /** The event of a request that has its event in the query. */
  readonly value?: (query: URLSearchParams) => unknown | Promise<unknown>;
  /** The answer when events were taken. Default 202 with the counts. */
  readonly answer?: (output: TallyOutput) => Response;
}

/** Receives, publishes and answers; every failure has the headers without which a page could not see it. */
export async function receive(call: Call, stream: Stream, manner: Manner = {}): Promise<Response> {
  const { request } = call;
  let headers: Readonly<Record<string, string>> = { vary: "Origin" };
  try {
    headers = corsHeaders(request, stream);
    const response = await taken(call, stream, manner);
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return response;
  } catch (error) {
    const told = asProblem(error);
    return problemResponse(problemFor(told, call), {
      ...headers,
      ...(told instanceof HttpProblem && told.headers),
    });
  }
}

async function taken(call: Call, stream: Stream, manner: Manner): Promise<Response> {
  const { request } = call;
  const query = new URL(request.url).searchParams;
  const key = headerKey(request);
  const { name, rateLimits } = stream;
  await limitAddress(call, rateLimits.address, name);
  let sender = await senderOf(call, stream, query);
  const limitSender = async () => await limit(call, rateLimits.key, `${name}:${sender}`);
  // Who is known needs no reading for it; a key in the body is counted once it is found.
  const isKnown = sender !== undefined;
  if (isKnown) await limitSender();
  const now = Date.now();
  const attributes = await attributesOf(request, stream, call.env, now);
  const tally = new Tally(call);
  let publisher: Publisher | undefined;
  const read = async () =>
    manner.value
      ? fromValues([await manner.value(query)], stream, true)
      : await readEvents(
          {
            headers: request.headers,
            body: request.body as ReadableStream<Uint8Array> | null,
            compression: query.get("compression"),
            parse: parseJson,
            open: manner.open,
            foundKey: (writeKey) => {
              sender ??= withKey(stream, writeKey);
            },
          },
          stream,
        );
  let next = 0;
  let stopped: ProblemDetails | undefined;
  const begin = async () => {
    sender ??= withKey(stream, undefined);
    if (!isKnown) await limitSender();
    const idempotency = key === undefined ? undefined : [sender, key];
    // Whoever can read a page has its write key, and could name any trace.
    const trace = stream.traceparent || sender.startsWith("token:") ? call.trace : undefined;
    return new Publisher({ call, stream, attributes, now, idempotency, trace }, tally);
  };
  try {
    reading: for await (const batch of await read()) {
      publisher ??= await begin();
      for (const candidate of batch) {
        if (candidate.index >= stream.maximumBatch) throw tooMany(stream);
        await publisher.add(candidate);
        next = candidate.index + 1;
        // What comes after a portion that Redis did not take would overtake it.
        if (tally.failure) break reading;
      }
    }
    publisher ??= await begin();
  } catch (error) {
    if (!publisher) throw error;
    // What came before the fault is whole, and goes on its way.
    stopped = problemFor(asProblem(error), call);
  }
  const { waitUntil } = call;
  const isLater =
    stream.acknowledgement === "immediate" && waitUntil !== undefined && !stopped && !tally.failure;
  if (isLater) tally.accepted += publisher!.flushLater(waitUntil);
  else await publisher!.flush();
  return respond(call, tally.output(stream.sampling < 1), stopped ?? tally.failure, next, manner);
}

function respond(
  call: Call,
  output: TallyOutput,
  problem: ProblemDetails | undefined,
  next: number,
  { answer }: Manner,
): Response {
  const { accepted, duplicates, sampled_out: sampledOut = 0, rejected } = output;
  call.note({
    messages: accepted + duplicates + sampledOut + rejected.length,
    failed: rejected.length || undefined,
    duplicates: duplicates || undefined,
    code: rejected[0]?.code,
  });
  if (problem) return problemResponse({ ...problem, ...output, next_index: next });
  if (rejected.length > 0 && accepted + duplicates + sampledOut === 0) {
    const detail = "None of the events was taken; see rejected.";
    return problemResponse({ ...new HttpProblem("events-rejected", detail).details, ...output });
  }
  if (answer) return answer(output);
  // A beacon, or another request whose answer no script gets to see.
  if (call.request.headers.get("sec-fetch-mode") === "no-cors") return new Response(null, { status: 204 });
  return Response.json(output, { status: 202 });
}

/** What went wrong with a whole body. */
function asProblem(error: unknown): unknown {
  if (!(error instanceof Rejection)) return error;
  const { code, message } = error;
  return new HttpProblem(code === "invalid-utf8" ? "malformed-body" : (code as HttpErrorCode), message);
}

function tooMany({ maximumBatch }: Stream): HttpProblem {
  const detail = `Only the first ${maximumBatch} events were looked at; send the rest in another request.`;
  return new HttpProblem("content-too-large", detail, { maximum: maximumBatch });
}
