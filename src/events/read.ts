/**
 * A body into the values of events, by what is in it rather than by its label: browsers label JSON as text to be spared a
 * preflight. Spec ingest §2.1, §3.1.
 * @module
 */
import { type Coding, readBytes } from "./bytes.ts";
import { fromBinaryMode, isBinaryMode, isCloudEvent } from "./cloudevents.ts";
import { checkStructure, decodeUtf8, isObject, type ParseJson, parseText } from "./json.ts";
import { join, readLines } from "./lines.ts";
import { Rejection } from "./rejection.ts";
import type { BodyKind, Stream } from "./stream.ts";

/** One event as it was read, or why it was not. */
export interface Candidate {
  /** Its place in the request, from 0. */
  readonly index: number;
  /** Its line, from 1, in a body of lines. */
  readonly line?: number;
  /** Bytes of its line. */
  readonly size?: number;
  readonly event: Record<string, unknown> | Rejection;
}

type Candidates = AsyncIterable<readonly Candidate[]>;

/** What is to be read. */
export interface EventSource {
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  /** A coding that the query names, because a header would cost a preflight: PostHog's `gzip-js`. */
  readonly compression: string | null;
  readonly parse: ParseJson;
  /** Takes the events out of a whole body's value; default {@link openEnvelope}. */
  readonly open?: ((value: unknown) => Envelope) | undefined;
  /** Called with a write key that stood in the body, before any event is given out. */
  readonly foundKey: (writeKey: string) => void;
}

/** Events that came in one object, with the key that came with them. */
export interface Envelope {
  readonly events: readonly unknown[];
  readonly writeKey?: unknown;
}

/**
 * Reads events.
 *
 * @returns Batches in order. A body that is labelled as lines is read as they are asked for, one read of the network at a time.
 * @throws {Rejection} When the body cannot be read on; what was given out before is good.
 */
export async function readEvents(source: EventSource, stream: Stream): Promise<Candidates> {
  const { headers, parse, open = openEnvelope, foundKey } = source;
  const type = essenceOf(headers.get("content-type"));
  const demand = (kind: BodyKind) => {
    if (!stream.accepts.includes(kind)) throw unsupported(`The stream takes no ${kind}.`);
  };
  const isLabelled = /^application\/(?:x-)?(?:nd-?json|jsonl|jsonlines|json-lines)$/.test(type);
  const limit = isLabelled ? stream.maximumStreamSize : stream.maximumBodySize;
  const coding = codingOf(headers.get("content-encoding") ?? source.compression);
  const bytes = source.body ? readBytes(source.body, coding, limit) : [];
  if (isLabelled) {
    demand("ndjson");
    return fromLines(bytes, stream, parse);
  }
  const structured = /^application\/cloudevents(-batch)?(\+.*)?$/.exec(type);
  const isCloud = structured !== null || isBinaryMode(headers);
  if (isCloud) demand("cloudevents");
  if (type.startsWith("multipart/") || (structured?.[2] ?? "+json") !== "+json") {
    throw unsupported("The body must be JSON, lines of JSON, or a form's data.");
  }
  const body = await readWhole(bytes);
  const isLarge = body.byteLength > stream.maximumEventSize;
  if (isCloud && !structured) {
    return fromValues([await attempt(() => fromBinaryMode(headers, body, parse))], stream, isLarge);
  }
  let text = decodeUtf8(body);
  if (structured) {
    const value = await parseText(text, parse);
    if (structured[1] === undefined) return fromValues([value], stream, isLarge, true);
    if (!Array.isArray(value)) throw new Rejection("malformed-body", "A batch must be a JSON array.");
    return fromValues(value, stream, isLarge, true);
  }
  if (!/^\s*[[{]/.test(text) && (type === "application/x-www-form-urlencoded" || text.startsWith("data="))) {
    demand("form");
    const form = new URLSearchParams(text);
    const key = form.get("write_key");
    if (key !== null) foundKey(key);
    text = form.get("data") ?? "";
  } else if (await isLines(text, parse)) {
    demand("ndjson");
    return fromLines([body], stream, parse);
  } else {
    demand("json");
  }
  const { events, writeKey } = open(await parseText(text, parse));
  if (typeof writeKey === "string") foundKey(writeKey);
  return fromValues(events, stream, isLarge);
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
 * @param isLarge Whether one of them may be too large.
 */
export async function* fromValues(
  values: readonly unknown[],
  stream: Stream,
  isLarge: boolean,
  onlyCloudEvents = false,
): AsyncGenerator<readonly Candidate[], void, undefined> {
  for (const [index, value] of values.entries()) {
    const event = await attempt(() => {
      const checked = check(value, stream);
      if (isLarge && sizeOf(checked) > stream.maximumEventSize) throw tooLarge(stream);
      if (onlyCloudEvents && !isCloudEvent(checked)) {
        throw new Rejection("invalid-cloudevent", 'The attribute "specversion" is missing.');
      }
      return checked;
    });
    yield [{ index, event }];
  }
}

async function* fromLines(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  stream: Stream,
  parse: ParseJson,
): AsyncGenerator<readonly Candidate[], void, undefined> {
  let index = 0;
  for await (const lines of readLines(chunks, stream.maximumEventSize)) {
    const batch: Candidate[] = [];
    for (const { number, bytes } of lines) {
      const event = await attempt(async () => {
        if (!bytes) throw tooLarge(stream);
        return check(await parseText(decodeUtf8(bytes), parse), stream);
      });
      batch.push({ index: index++, line: number, size: bytes?.byteLength ?? 0, event });
    }
    yield batch;
  }
}

/** Whether a text is one of lines: its first is an event by itself, and there are more. */
async function isLines(text: string, parse: ParseJson): Promise<boolean> {
  const trimmed = text.trim();
  const end = trimmed.indexOf("\n");
  try {
    return end > 0 && isObject(await parse(trimmed.slice(0, end)));
  } catch {
    return false;
  }
}

function check(value: unknown, { maximumDepth }: Stream): Record<string, unknown> {
  if (value instanceof Rejection) throw value;
  if (!isObject(value)) throw new Rejection("not-an-object", "The event is not a JSON object.");
  checkStructure(value, maximumDepth);
  return value;
}

type Read = Record<string, unknown>;

async function attempt(read: () => Read | Promise<Read>): Promise<Candidate["event"]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Rejection) return error;
    throw error;
  }
}

function tooLarge({ maximumEventSize }: Stream): Rejection {
  return new Rejection("event-too-large", `The event is larger than ${maximumEventSize} bytes.`);
}

function unsupported(detail: string): Rejection {
  return new Rejection("unsupported-media-type", detail);
}

function sizeOf(value: unknown): number {
  const text = JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? `${member}` : member));
  return new TextEncoder().encode(text).byteLength;
}

/** A media type in lower case, without its parameters. */
export function essenceOf(type: string | null): string {
  return (type ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

function codingOf(name: string | null): Coding | undefined {
  const coding = (name ?? "")
    .trim()
    .toLowerCase()
    .replace(/^x-|-js$/g, "");
  if (coding === "gzip" || coding === "deflate") return coding;
  if (coding === "" || coding === "identity") return undefined;
  throw unsupported("The content coding must be gzip or deflate.");
}

async function readWhole(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    size += chunk.byteLength;
  }
  return join(parts, size);
}
