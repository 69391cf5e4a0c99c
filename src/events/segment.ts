/**
 * Segment's HTTP tracking API, as far as its clients go: the calls, and where their messages have what.
 * @module
 */
import { isObject } from "./json.ts";
import type { Envelope } from "./read.ts";
import { Rejection } from "./rejection.ts";
import type { Stream } from "./stream.ts";

/** Calls that bring one message. */
export const SEGMENT_CALLS = ["track", "identify", "page", "screen", "group", "alias"] as const;

/** A call: the kind of its one message, or a batch of any. */
export type SegmentCall = (typeof SEGMENT_CALLS)[number] | "batch";

/** The stream as Segment's clients send to it. */
export function segmentStream(stream: Stream): Stream {
  return {
    ...stream,
    accepts: ["json", "form"],
    paths: { id: "$.messageId", type: "$.type", time: "$.timestamp" },
  };
}

/** Takes the messages out of a call's body. The key does not belong to any of them. */
export function openSegment(call: SegmentCall, value: unknown): Envelope {
  if (!isObject(value)) throw new Rejection("malformed-body", "The body is not a JSON object.");
  const { writeKey, ...message } = value;
  if (call !== "batch") return { events: [{ type: call, ...message }], writeKey };
  if (!Array.isArray(message.batch))
    throw new Rejection("malformed-body", '"batch" must be a list of messages.');
  return { events: message.batch, writeKey };
}
