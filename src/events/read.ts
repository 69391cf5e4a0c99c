/**
 * A body into the values of events, by what is in it rather than by its label: browsers label JSON as text to be spared a
 * preflight. Spec ingest §2.1, §3.1.
 * @module
 */
import { type Coding, readBytes } from "./bytes.ts";
import { fromBinaryMode, isBinaryMode, isCloudEvent } from "./cloudevents.ts";
import { checkStructure, decodeUtf8, isObject, type ParseJson, parseText } from "./json.ts";
import { join, readLines } from "./lines.ts";
import { BodyError, EventRejection } from "./rejection.ts";
import type { BodyKind, Stream } from "./stream.ts";

/** Names of newline-delimited JSON; none is registered. */
const NDJSON = /^application\/(?:x-)?(?:nd-?json|jsonl|jsonlines|json-lines)$/;

/** One event as it was read, or why it was not. */
export interface Candidate {
  /** Its place in the request, from 0. */
  readonly index: number;
  /** Its line, from 1, in a body of lines. */
  readonly line?: number;
  /** Bytes of its line. */
  readonly size?: number;
  readonly event: Record<string, unknown> | EventRejection;
}

/** What is to be read. */
export interface EventSource {
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  /** A coding that the query names, because a header would cost a preflight: PostHog's `gzip-js`. */
  readonly compression?: string | null;
  readonly parse: ParseJson;
  /** Takes the events out of a whole body's value; default {@link openEnvelope}. */
  readonly open?: (value: unknown) => Envelope;
}

/** Events that came in one object, with the key that came with them. */
export interface Envelope {
  readonly events: readonly unknown[];
  readonly writeKey?: unknown;
}

/** Called with a write key that stood in the body, before any event is given out. */
export type FoundKey = (writeKey: string) => void;

/**
 * Reads events.
 *
 * @returns Batches in order. A body of lines is read as they are asked for, one read of the network at a time.
 * @throws {BodyError} When the body cannot be read on; what was given out before is good.
 */
export async function* readEvents(
  source: EventSource,
  stream: Stream,
  found: FoundKey,
): AsyncGenerator<readonly Candidate[], void, undefined> {
  const { headers, parse, open = openEnvelope } = source;
  const type = (headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
  const coding = codingOf(headers.get("content-encoding"), source.compression);
  const bytes = (maximum: number) => (source.body ? readBytes(source.body, coding, maximum) : none());
  const demand = (kind: BodyKind) => {
    if (!stream.accepts.includes(kind))
      throw new BodyError("unsupported-media-type", `The stream takes no ${kind}.`);
  };
  const batched = type.startsWith("application/cloudevents-batch");
  if (batched || type.startsWith("application/cloudevents")) {
    demand("cloudevents");
    if (!/^application\/cloudevents(?:-batch)?(?:\+json)?$/.test(type)) {
      throw new BodyError("unsupported-media-type", "CloudEvents are read as JSON only.");
    }
    const body = await readWhole(bytes(stream.maximumBodySize));
    const value = parseWhole(body, parse);
    if (batched && !Array.isArray(value))
      throw new BodyError("malformed-body", "A batch must be a JSON array.");
    const isLarge = body.byteLength > stream.maximumEventSize;
    yield* candidates(batched ? (value as unknown[]) : [value], stream, isLarge, true);
  } else if (isBinaryMode(headers)) {
    demand("cloudevents");
    const body = await readWhole(bytes(stream.maximumBodySize));
    // The data is an event's size but for its attributes, which the runtime limits.
    const oversized = body.byteLength > stream.maximumEventSize;
    yield [
      {
        index: 0,
        event: attempt(() => (oversized ? tooLarge(stream) : inBinaryMode(headers, body, parse, stream))),
      },
    ];
  } else if (NDJSON.test(type)) {
    demand("ndjson");
    yield* lineCandidates(bytes(stream.maximumStreamSize), stream, parse);
  } else if (type.startsWith("multipart/")) {
    throw new BodyError("unsupported-media-type", "The body must be JSON, lines of JSON, or a form's data.");
  } else {
    const { head, rest } = await sniff(bytes(stream.maximumStreamSize), stream.maximumEventSize);
    if (isFirstLine(head, parse, open)) {
      demand("ndjson");
      yield* lineCandidates(rest, stream, parse);
      return;
    }
    let text = decodeWhole(await readWhole(rest, stream.maximumBodySize));
    const isForm = /^\s*[[{]/.test(text)
      ? false
      : type === "application/x-www-form-urlencoded" || /^data=/.test(text);
    demand(isForm ? "form" : "json");
    if (isForm) {
      const form = new URLSearchParams(text);
      const key = form.get("write_key");
      if (key !== null) found(key);
      text = form.get("data") ?? "";
    }
    const { events, writeKey } = open(parseWhole(text, parse));
    if (typeof writeKey === "string") found(writeKey);
    yield* candidates(events, stream, text.length * 3 > stream.maximumEventSize);
  }
}

/** An array's items; the `events` of an object that has besides at most a `write_key`; else the one value itself. */
export function openEnvelope(value: unknown): Envelope {
  if (Array.isArray(value)) return { events: value };
  if (!isObject(value) || !Object.hasOwn(value, "write_key")) return { events: [value] };
  const { write_key: writeKey, ...event } = value;
  const isList = Array.isArray(event.events) && Object.keys(event).length === 1;
  return { events: isList ? (event.events as unknown[]) : [event], writeKey };
}

/**
 * Checks what came as values: each event on its own.
 *
 * @param measure Whether one of them may be too large.
 */
export function* candidates(
  values: readonly unknown[],
  stream: Stream,
  measure: boolean,
  onlyCloudEvents = false,
): Generator<readonly Candidate[], void, undefined> {
  // In portions, so that what is made of the events need not be held for all of them at once.
  for (let from = 0; from < values.length; from += 500) {
    yield values.slice(from, from + 500).map((value, place) => ({
      index: from + place,
      event: attempt(() => {
        const event = checked(value, stream);
        if (measure && sizeOf(event) > stream.maximumEventSize) return tooLarge(stream);
        if (onlyCloudEvents && !isCloudEvent(event)) {
          throw new EventRejection("invalid-cloudevent", 'The attribute "specversion" is missing.');
        }
        return event;
      }),
    }));
  }
}

async function* lineCandidates(
  chunks: AsyncIterable<Uint8Array>,
  stream: Stream,
  parse: ParseJson,
): AsyncGenerator<readonly Candidate[], void, undefined> {
  let index = 0;
  for await (const lines of readLines(chunks, stream.maximumEventSize)) {
    const batch: Candidate[] = [];
    for (const { number, bytes } of lines) {
      const event = attempt(() =>
        bytes ? checked(parseText(decodeUtf8(bytes), parse), stream) : tooLarge(stream),
      );
      batch.push({ index: index++, line: number, size: bytes?.byteLength ?? 0, event });
    }
    yield batch;
  }
}

function inBinaryMode(
  headers: Headers,
  body: Uint8Array,
  parse: ParseJson,
  stream: Stream,
): Record<string, unknown> {
  return checked(fromBinaryMode(headers, body, parse), stream);
}

function checked(value: unknown, { maximumDepth }: Stream): Record<string, unknown> {
  if (!isObject(value)) throw new EventRejection("not-an-object", "The event is not a JSON object.");
  checkStructure(value, maximumDepth);
  return value;
}

function attempt(read: () => Record<string, unknown>): Candidate["event"] {
  try {
    return read();
  } catch (error) {
    if (error instanceof EventRejection) return error;
    throw error;
  }
}

function tooLarge({ maximumEventSize }: Stream): never {
  throw new EventRejection("event-too-large", `The event is larger than ${maximumEventSize} bytes.`);
}

const encoder = new TextEncoder();

function sizeOf(value: unknown): number {
  return encoder.encode(
    JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? `${member}` : member)),
  ).byteLength;
}

function codingOf(header: string | null, query: string | null | undefined): Coding | undefined {
  const name = (header ?? query ?? "")
    .trim()
    .toLowerCase()
    .replace(/^x-|-js$/g, "");
  if (name === "gzip" || name === "deflate") return name;
  if (name === "" || name === "identity") return undefined;
  throw new BodyError("unsupported-media-type", "The content coding must be gzip or deflate.");
}

async function* none(): AsyncGenerator<Uint8Array, void, undefined> {}

/** Reads up to the end of the first line that is not blank, or as much as an event may have. */
async function sniff(
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
  maximum: number,
): Promise<{ head: Uint8Array; rest: AsyncGenerator<Uint8Array, void, undefined> }> {
  const parts: Uint8Array[] = [];
  let size = 0;
  while (size <= maximum) {
    const { done, value } = await chunks.next();
    if (done) break;
    parts.push(value);
    size += value.byteLength;
    if (!isBlank(value) && value.includes(10)) break;
  }
  const head = join(parts, size);
  return { head, rest: prepend(head, chunks) };
}

async function* prepend(
  head: Uint8Array,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.byteLength > 0) yield head;
  yield* chunks;
}

/** Whether the first line is an event by itself, and so the body one of lines. */
function isFirstLine(head: Uint8Array, parse: ParseJson, open: (value: unknown) => Envelope): boolean {
  const from = head.findIndex((byte) => byte > 32);
  const to = head.indexOf(10, from);
  if (from < 0 || to < 0 || head[from] !== 0x7b) return false;
  try {
    const { events, writeKey } = open(parseText(decodeUtf8(head.subarray(from, to)), parse));
    return events.length === 1 && writeKey === undefined;
  } catch {
    return false;
  }
}

async function readWhole(
  chunks: AsyncIterable<Uint8Array>,
  maximum = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > maximum) {
      throw new BodyError(
        "content-too-large",
        `A body that is not lines of JSON must not be larger than ${maximum} bytes.`,
      );
    }
    parts.push(chunk);
  }
  return join(parts, size);
}

function decodeWhole(body: Uint8Array): string {
  try {
    return decodeUtf8(body);
  } catch {
    throw new BodyError("malformed-body", "The body is not UTF-8.");
  }
}

function parseWhole(body: Uint8Array | string, parse: ParseJson): unknown {
  try {
    return parseText(typeof body === "string" ? body : decodeWhole(body), parse);
  } catch (error) {
    throw error instanceof EventRejection ? new BodyError("malformed-body", error.message) : error;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte <= 32);
}
