/**
 * Messages out: a whole canvas, its chords' bookkeeping, its queues' bindings and its events in one HTTP request.
 * @module
 */
import type { Channel } from "../channel.ts";
import type { Outcome } from "../delivery/deliver_many.ts";
import type { Delivery, Publication } from "../delivery/publication.ts";
import type { PublishOptions } from "../delivery/publish_options.ts";
import { stringifyJson } from "../envelope/json.ts";
import { InvalidArgumentError, NotConfiguredError, RedisError } from "../errors.ts";
import type { Command } from "../redis/client.ts";
import { chordSizeKey } from "./backend.ts";
import type { Settings } from "./celery_options.ts";
import type { Compiled } from "./compile.ts";
import { eventMessage } from "./event.ts";
import { taskMessage } from "./message.ts";
import type { SendOptions } from "./task_options.ts";

/** What sending came to. */
export interface Sent {
  /** `duplicate`: it was sent before under the same `idempotencyKey`, and not again. */
  readonly status: Delivery["status"];
  /** Queues that hold a message. */
  readonly queues: readonly string[];
  /** What should be known about it although it was sent. */
  readonly warnings: readonly string[];
}

/** A channel with the settings it is used under. */
export interface Context {
  readonly channel: Channel;
  readonly settings: Settings;
}

/** The content type of a signed body. On a worker without `setup_security()` it comes back for ever. */
export const SIGNED_CONTENT_TYPE = "application/data";

/** Writes a message's body with a serialiser by name, `auth` among them. */
export async function prepare(
  { channel, settings }: Context,
  body: unknown,
  serializer: string,
  options: PublishOptions,
): Promise<Publication> {
  if (serializer !== "auth") return await channel.prepareMessage(body, { ...options, serializer });
  const { security } = settings;
  if (!security) throw new NotConfiguredError('the serialiser "auth" needs the app\'s setting security');
  const packed = await security.sign(stringifyJson(body, "body", "python"));
  return await channel.prepareMessage(packed, {
    ...options,
    contentType: SIGNED_CONTENT_TYPE,
    contentEncoding: "utf-8",
  });
}

/**
 * Sends what a canvas begins with.
 *
 * @throws {InvalidArgumentError} or another error of {@link prepare}, before anything is sent.
 * @throws {UnroutableError} When a named exchange has no queue for a task; the others may have been sent.
 * @throws {RedisError} When Redis did not take it, or may not have.
 */
export async function send(context: Context, compiled: Compiled, options: SendOptions): Promise<Sent> {
  const { tasks, events, warnings } = await messagesOf(context, compiled, options);
  const before = await chordCommands(context.settings, compiled);
  const batch = { before, atomic: isAtomic(context.settings, compiled, options) };
  const outcomes = await context.channel.basicPublishMany([...tasks, ...events], options.signal, batch);
  return told(outcomes.slice(0, tasks.length), warnings);
}

/** What a canvas begins with, ready to be published. */
export interface Messages {
  readonly tasks: readonly Publication[];
  readonly events: readonly Publication[];
  readonly warnings: readonly string[];
}

/** Writes the messages of what a canvas begins with. Throws as {@link prepare} does. */
export async function messagesOf(
  context: Context,
  compiled: Compiled,
  options: SendOptions,
): Promise<Messages> {
  const { channel, settings } = context;
  const now = Date.now();
  const messages = compiled.outgoing.map((outgoing) => taskMessage(settings, outgoing, now));
  const tasks = await Promise.all(
    messages.map(({ body, serializer, options: own }, index) =>
      prepare(context, body, serializer, { ...own, ...transport(settings, options, index) }),
    ),
  );
  const events = settings.taskSendSentEvent
    ? await Promise.all(messages.map((message) => eventMessage(channel, settings, message, now)))
    : [];
  return { tasks, events, warnings: messages.flatMap(({ warnings }) => warnings) };
}

/** Whether the messages of a canvas must land together, so that no other's may be in the same request. */
export function isAtomic(
  settings: Settings,
  { outgoing, chords }: Compiled,
  { retry }: SendOptions,
): boolean {
  // A chord whose header is sent without its size, or the other way round, would never end.
  return chords.size > 0 || (outgoing.length > 1 && !retry && !settings.taskPublishRetry);
}

/**
 * Writes the one task that a compiled call comes to, without sending it: to be published together with others.
 *
 * @throws {InvalidArgumentError} or another error of {@link prepare}; for a canvas too.
 */
export async function prepareOne(
  context: Context,
  { outgoing, chords }: Compiled,
  options: SendOptions,
): Promise<Publication> {
  const [only, ...others] = outgoing;
  if (!only || others.length > 0 || chords.size > 0) {
    throw new InvalidArgumentError("signature", "must be of one task");
  }
  const { body, serializer, options: own } = taskMessage(context.settings, only, Date.now());
  return await prepare(context, body, serializer, { ...own, ...transport(context.settings, options, 0) });
}

function transport(settings: Settings, options: SendOptions, index: number): PublishOptions {
  const { retry, retryPolicy, idempotencyKey, idempotencyTtl } = options;
  return {
    retry: retry ?? (settings.taskPublishRetry || undefined),
    retryPolicy: retryPolicy ?? settings.taskPublishRetryPolicy,
    idempotencyKey: idempotencyKey === undefined ? undefined : `${idempotencyKey}${index ? `:${index}` : ""}`,
    idempotencyTtl,
  };
}

/** The commands that tell the result backend how large the chords are. In another database they are sent at once. */
async function chordCommands(settings: Settings, { chords }: Compiled): Promise<readonly Command[]> {
  if (chords.size === 0) return [];
  const { resultBackend, chordExpires } = settings;
  if (resultBackend === false) {
    throw new NotConfiguredError(
      "a chord, and a group that is followed by a task, needs the result backend to be in Redis",
    );
  }
  const commands = [...chords].map(
    ([id, size]): Command => ["SETEX", chordSizeKey(settings, id), String(chordExpires), String(size)],
  );
  if (!resultBackend) return commands;
  const replies = await resultBackend.send(commands);
  for (const reply of replies) if ("error" in reply) throw reply.error;
  return [];
}

/** What the outcomes of a canvas' messages come to. Throws what one of them failed with. */
export function told(outcomes: readonly Outcome[], warnings: readonly string[]): Sent {
  const deliveries = outcomes.filter((outcome): outcome is Delivery => outcome.status !== "failed");
  const queues = [...new Set(deliveries.flatMap((delivery) => delivery.queues))];
  const failed = outcomes.find((outcome) => outcome.status === "failed");
  if (failed?.status === "failed") {
    if (failed.error instanceof RedisError) failed.error.delivered = queues;
    throw failed.error;
  }
  const status = deliveries.find((delivery) => delivery.status !== "delivered")?.status ?? "delivered";
  return {
    status,
    queues,
    warnings: [...new Set([...warnings, ...deliveries.flatMap((delivery) => delivery.warnings ?? [])])],
  };
}

/** Throws {@link InvalidArgumentError} for a key that is not a non-empty string. */
export function checkIdempotencyKey(key: string | undefined): void {
  if (key !== undefined && (typeof key !== "string" || key === "")) {
    throw new InvalidArgumentError("idempotencyKey", "must be a non-empty string");
  }
}

/** Where new ids come from: random, or derived from an idempotency key so that asking again names the same tasks. */
export async function idSource(idempotencyKey: string | undefined): Promise<() => string> {
  if (idempotencyKey === undefined) return () => crypto.randomUUID();
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(idempotencyKey)),
  );
  const hex = Array.from(digest.subarray(0, 10), (byte) => byte.toString(16).padStart(2, "0")).join("");
  // Version 8: a UUID made by a rule of one's own (RFC 9562 §5.8).
  const start = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-`;
  let count = 0;
  return () => `${start}${(++count).toString(16).padStart(12, "0")}`;
}
