/**
 * Routes that take in events.
 * @module
 */
import * as v from "valibot";
import { parseText } from "../../events/json.ts";
import { openSegment, SEGMENT_CALLS, type SegmentCall, segmentStream } from "../../events/segment.ts";
import type { Stream } from "../../events/stream.ts";
import type { Call } from "../call.ts";
import { HttpProblem } from "../problem.ts";
import { parseJson } from "../request/json.ts";
import type { Area, Route } from "../route.ts";
import { answerOptions } from "./cors.ts";
import { receive } from "./receive.ts";
import type { TallyOutput } from "./tally.ts";

const PATH = "/v1/events/{stream}";

const EVENTS = v.strictObject({
  accepted: v.number(),
  duplicates: v.number(),
  sampled_out: v.optional(v.number()),
  rejected: v.array(
    v.strictObject({ index: v.number(), line: v.optional(v.number()), code: v.string(), detail: v.string() }),
  ),
});

/** A transparent pixel, 43 bytes. */
const PIXEL = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==";

/** The area of `/v1/events`, and of Segment's calls. Access is the handlers' affair. */
export const events: Area = {
  schemas: { Events: EVENTS },
  routes: [
    {
      method: "POST",
      path: PATH,
      summary: "Send events: JSON, an array, lines of JSON, CloudEvents, a form's data",
      access: "open",
      body: { "*/*": "" },
      idempotent: true,
      answers: { 202: "Events", 204: "" },
      handle: (call) => receive(call, streamOf(call)),
    },
    {
      method: "OPTIONS",
      path: PATH,
      summary: "Whether a page, or a CloudEvents sender, may send",
      access: "open",
      answers: { 204: "" },
      handle: (call) => answerOptions(call.request, streamOf(call)),
    },
    {
      method: "GET",
      path: PATH,
      summary: "Send one event in the query, answered with a pixel",
      access: "open",
      answers: { 200: "" },
      handle: receivePixel,
    },
    ...[...SEGMENT_CALLS, "batch" as const].flatMap(segmentRoutes),
  ],
};

function receivePixel(call: Call): Promise<Response> {
  const stream = streamOf(call);
  // HEAD comes here as well, and must have no effect.
  if (!stream.accepts.includes("pixel") || call.request.method !== "GET") {
    throw new HttpProblem("method-not-allowed", "The stream takes no pixel.", {}, { allow: "POST, OPTIONS" });
  }
  return receive(call, stream, {
    value: queryEvent,
    answer: () =>
      new Response(
        Uint8Array.from(atob(PIXEL), (unit) => unit.charCodeAt(0)),
        {
          headers: { "content-type": "image/gif", "cross-origin-resource-policy": "cross-origin" },
        },
      ),
  });
}

/** The JSON of `data`, or all parameters as texts. */
function queryEvent(query: URLSearchParams): unknown {
  const { write_key: _key, access_token: _token, data, ...fields } = Object.fromEntries(query);
  return data === undefined ? fields : parseText(data, parseJson);
}

function segmentRoutes(kind: SegmentCall): Route[] {
  const route = { path: `/v1/${kind}`, access: "open" };
  return [
    {
      ...route,
      method: "POST",
      summary: "Segment's call of this name",
      body: { "application/json": "" },
      answers: { 200: "" },
      handle: (call) =>
        receive(call, segmentOf(call), {
          open: (value) => openSegment(kind, value),
          answer: (output: TallyOutput) => Response.json({ success: true, ...output }),
        }),
    },
    {
      ...route,
      method: "OPTIONS",
      summary: "Whether a page may send",
      answers: { 204: "" },
      handle: (call) => answerOptions(call.request, segmentOf(call)),
    },
  ];
}

function segmentOf(call: Call): Stream {
  const stream = [...call.settings.streams.values()].find(({ segment }) => segment);
  if (!stream) throw new HttpProblem("not-found", "No stream takes Segment's calls.");
  call.note({ stream: stream.name });
  return segmentStream(stream);
}

function streamOf(call: Call): Stream {
  const stream = call.settings.streams.get(call.path.stream!);
  if (!stream) throw new HttpProblem("not-found", "There is no such stream.");
  call.note({ stream: stream.name });
  return stream;
}
