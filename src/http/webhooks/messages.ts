/**
 * Events as messages: a CloudEvents object, or the request's body as it came; as a task, for a queue or for an exchange.
 * @module
 */
import type { Publication } from "../../delivery/publication.ts";
import type { PublishOptions } from "../../delivery/publish_options.ts";
import { toBase64 } from "../../envelope/base64.ts";
import { EncodeError, KombuEdgeError } from "../../errors.ts";
import { type Target, toCloudEvent, type WebhookEvent } from "../../webhooks/index.ts";
import type { Call } from "../call.ts";
import type { ConfiguredSource } from "../config/sources.ts";
import { HttpProblem } from "../problem.ts";
import { isMandatory, targetOptions } from "../publish/target.ts";
import { checkDecodable, type MediaType, mediaTypeOf } from "../request/content_type.ts";
import { argumentOf, eventRepr } from "../tasks/event_task.ts";

/** One message to write: an event for one of its targets. */
export interface Draft {
  readonly event: WebhookEvent;
  readonly target: Target;
  readonly taskId: string;
  /** How it is guarded and sent. */
  readonly transport: Pick<PublishOptions, "idempotencyKey" | "idempotencyTtl" | "retry" | "retryPolicy">;
}

/** Makes writers of messages for one request. */
export interface Writer {
  readonly call: Call;
  readonly source: ConfiguredSource;
  readonly body: Uint8Array;
  /** Whether the body holds other events too. */
  readonly isList: boolean;
}

const PLAIN: MediaType = { contentType: "application/data", contentEncoding: "binary" };

/**
 * Writes a message. What no consumer could decode as it is (JSON nested too deeply, text that is not what it says) is
 * wrapped as bytes: a verified event is not refused for its form.
 *
 * @throws {InvalidArgumentError} When it is too large.
 */
export async function writeMessage(writer: Writer, draft: Draft): Promise<Publication> {
  try {
    return await write(writer, draft, false);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    return await write(writer, draft, true);
  }
}

async function write(writer: Writer, draft: Draft, asBytes: boolean): Promise<Publication> {
  const { source, body, call } = writer;
  const { event, target } = draft;
  if (source.raw) {
    if (target.task !== undefined)
      return await writeTask(call, draft, target, asBytes ? body : argumentOf(body));
    return await writePlain(writer, draft, body, asBytes ? PLAIN : passedThrough(call.request.headers, body));
  }
  const message = toCloudEvent(source.name, asBytes ? wrapped(event, bytesOf(writer, event)) : event);
  if (target.task !== undefined) return await writeTask(call, draft, target, message);
  return await writePlain(writer, draft, message, { serializer: "json" });
}

/** The body whole; in a list the element alone, or a thousand elements would be a thousand bodies. */
function bytesOf({ body, isList }: Writer, { data }: WebhookEvent): Uint8Array {
  if (!isList || data === undefined) return body;
  const { rawJSON = String } = JSON as { rawJSON?: (digits: string) => unknown };
  const exact = (_name: string, value: unknown) =>
    typeof value === "bigint" ? rawJSON(String(value)) : value;
  return new TextEncoder().encode(JSON.stringify(data, exact));
}

/** The event as bytes, and with nothing else in it that UTF-8 cannot carry. */
function wrapped({ data: _, ...attributes }: WebhookEvent, bytes: Uint8Array): WebhookEvent {
  const texts = Object.entries(attributes).map(([name, text]) => [name, text.toWellFormed()]);
  return { ...(Object.fromEntries(texts) as typeof attributes), dataBase64: toBase64(bytes) };
}

/** Kept once it is loaded: looking a module up again takes longer than to write a task. */
let celeryOf: typeof import("../tasks/app.ts").celeryOf | undefined;

/** By the deployment's settings of Celery, which is loaded when a task is first written. */
async function writeTask(
  call: Call,
  { event, taskId, transport }: Draft,
  { task, queue }: Target & { readonly task: string },
  argument: unknown,
): Promise<Publication> {
  celeryOf ??= (await import("../tasks/app.ts")).celeryOf;
  const argsrepr = eventRepr(event.type, event.id);
  const headers = call.trace;
  return await celeryOf(call).prepareTask(task, {
    args: [argument],
    taskId,
    queue,
    argsrepr,
    headers,
    ...transport,
  });
}

async function writePlain(
  { call }: Writer,
  { target, transport }: Draft,
  body: unknown,
  form: Pick<PublishOptions, "serializer" | "contentType" | "contentEncoding">,
): Promise<Publication> {
  const {
    exchange = "",
    queue,
    routingKey = "",
  } = target as { exchange?: string; queue?: string; routingKey?: string };
  const place = { exchange, routingKey: queue ?? routingKey };
  const where = targetOptions(call, place, undefined, { type: "type", queue: "queue" });
  return await call.channel.prepareMessage(body, {
    ...where,
    ...transport,
    ...form,
    headers: call.trace,
    mandatory: isMandatory(call, undefined),
  });
}

/** How bytes are labelled: as the sender labels them, where that is true. */
function passedThrough(headers: Headers, body: Uint8Array): MediaType {
  try {
    const mediaType = mediaTypeOf(headers);
    checkDecodable(body, mediaType);
    return mediaType;
  } catch (error) {
    if (error instanceof HttpProblem || error instanceof KombuEdgeError) return PLAIN;
    throw error;
  }
}
