/**
 * From an event to what the producer publishes: where to, as what, and under which key.
 * @module
 */
import { toBase64 } from "../envelope/base64.ts";
import type { Message } from "../producer.ts";
import { routingKeyOf } from "../routing/event_key.ts";
import { select } from "../routing/json_path.ts";
import type { StreamEvent } from "./event.ts";
import { Rejection } from "./rejection.ts";
import type { Stream, StreamTarget } from "./stream.ts";

/** Where an event goes: an empty exchange means that the routing key is a queue's name. */
export interface EventTarget {
  readonly exchange: string;
  readonly routingKey: string;
}

/** A target that is no task: for a task it is Celery's routes that say where. */
export type PlainTarget = Exclude<StreamTarget, { readonly task: string }>;

/** The target of an event. Throws {@link Rejection} `no-routing-key` when its path leads to nothing. */
export function targetOf({ cloudEvent }: StreamEvent, to: PlainTarget): EventTarget {
  if (to.queue !== undefined) return { exchange: "", routingKey: to.queue };
  const { exchange, routingKey } = to;
  if (routingKey === undefined) return { exchange, routingKey: routingKeyOf("", cloudEvent.type) };
  if (!routingKey.startsWith("$")) return { exchange, routingKey };
  const [found] = select(cloudEvent, routingKey);
  const isName = typeof found === "string" || typeof found === "number" || typeof found === "bigint";
  const key = isName ? routingKeyOf("", String(found)) : "";
  if (key === "") throw new Rejection("no-routing-key", `"${routingKey}" has no text for a routing key.`);
  return { exchange, routingKey: key };
}

/** Seconds for which a publish without a name of its own is remembered: as long as it may be tried again. */
const RETRY_SECONDS = 60;

/** Longest identity that is a key as it is; others are hashed. */
const MAXIMUM_KEY = 512;

/**
 * The message of an event: guarded by its identity, so that neither a retry here nor the sender's can double it.
 *
 * @param fallback What else an event without an id is known by: the request's `Idempotency-Key` and its place.
 */
export async function messageOf(
  { cloudEvent, isIdentified }: StreamEvent,
  { name, format, dedupe }: Stream,
  fallback: readonly (string | number)[] | undefined,
): Promise<Message> {
  const identity =
    isIdentified && dedupe !== false
      ? [name, cloudEvent.source, cloudEvent.id]
      : !isIdentified && fallback
        ? [name, null, ...fallback]
        : undefined;
  return {
    ...bodyOf(cloudEvent, format),
    retry: true,
    retryPolicy: { maxRetries: 1 },
    idempotencyTtl: identity === undefined ? RETRY_SECONDS : dedupe || 86_400,
    ...(identity && { idempotencyKey: `events.${await keyOf(JSON.stringify(identity))}` }),
  };
}

function bodyOf(cloudEvent: StreamEvent["cloudEvent"], format: Stream["format"]): Message {
  if (format === "cloudevents") return { body: cloudEvent };
  const { data = null, data_base64: base64, datacontenttype } = cloudEvent;
  if (base64 === undefined) return { body: data, serializer: "json" };
  return { body: Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0)), contentType: datacontenttype };
}

async function keyOf(identity: string): Promise<string> {
  if (identity.length <= MAXIMUM_KEY) return identity.toWellFormed();
  return toBase64(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(identity))));
}
