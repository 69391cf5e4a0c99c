/**
 * From a publish's arguments to a publication: everything is checked and written here, before anything is sent.
 * Spec kombu-redis §2.2.
 * @module
 */
import { asExchange, type Exchange, Queue } from "../entity.ts";
import { serializeBody } from "../envelope/body.ts";
import { type Compression, findCompression } from "../envelope/compression.ts";
import { type BodyEncoding, buildEnvelope } from "../envelope/envelope.ts";
import type { SerializedBody } from "../envelope/serializers.ts";
import { InvalidArgumentError } from "../errors.ts";
import type { Guard } from "../redis/guard.ts";
import { resolveRetryPolicy } from "../redis/retry.ts";
import { checkQueueName, checkRoutingKey, type KeyOptions } from "../routing/keys.ts";
import { declaredBindings } from "./bindings.ts";
import type { DeclaredBinding, Publication } from "./publication.ts";
import { checkPublishOptions, PROPERTY_OPTIONS, type PublishOptions } from "./publish_options.ts";
import { newDeliveryTag } from "./tag.ts";

/** What a channel brings to a message. */
export interface MessageContext {
  readonly keys: KeyOptions;
  readonly bodyEncoding: BodyEncoding;
  /** Bytes of an encoded body beyond which it is refused. */
  readonly maximumMessageSize: number;
  /** Whether a message without a key of its caller's is guarded by its delivery tag, although it is not sent again. */
  readonly guardAlways: boolean;
}

/**
 * Checks the options and writes the message: at once, unless it is to be compressed.
 *
 * @param inheritedMode The producer's own exchange's delivery mode, which a publish to a named exchange inherits too.
 * @throws {InvalidArgumentError} Naming the option at fault.
 * @throws {EncodeError} When the body, a header or a property cannot be written.
 */
export function preparePublication(
  context: MessageContext,
  body: unknown,
  options: PublishOptions,
  inheritedMode?: Exchange["deliveryMode"],
): Publication | Promise<Publication> {
  checkPublishOptions(options);
  const exchange = asExchange(options.exchange ?? "");
  const routingKey = options.routingKey ?? "";
  checkRoutingKey(routingKey, "routingKey");
  if (exchange.name === "") checkQueueName(routingKey, "routingKey", context.keys);
  const guard = guardOf(options, context.keys);
  const deliveryTag = newDeliveryTag();
  const headers = options.headers ?? {};
  if (headers === null || typeof headers !== "object" || Array.isArray(headers)) {
    throw new InvalidArgumentError("headers", "must be an object");
  }
  const priority = options.priority ?? 0;
  if (typeof priority !== "number" || !Number.isFinite(priority)) {
    throw new InvalidArgumentError("priority", "must be a finite number");
  }
  const serialized = serializeBody(body, options);
  const message = { exchange, routingKey, guard, deliveryTag, headers, priority, inheritedMode };
  if (!options.compression) return publicationOf(context, options, message, serialized);
  return compressed(context, options, message, serialized, findCompression(options.compression));
}

/** A publish's arguments, checked. */
interface CheckedMessage {
  readonly exchange: Exchange;
  readonly routingKey: string;
  readonly guard: Guard | undefined;
  readonly deliveryTag: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly priority: number;
  readonly inheritedMode: Exchange["deliveryMode"];
}

async function compressed(
  context: MessageContext,
  options: PublishOptions,
  message: CheckedMessage,
  serialized: SerializedBody,
  compression: Compression,
): Promise<Publication> {
  const payload = await compression.compress(asBytes(serialized.payload));
  const headers = { ...message.headers, compression: compression.contentType };
  return publicationOf(context, options, { ...message, headers }, { ...serialized, payload });
}

function publicationOf(
  context: MessageContext,
  options: PublishOptions,
  { exchange, routingKey, guard, deliveryTag, headers, priority, inheritedMode }: CheckedMessage,
  written: SerializedBody,
): Publication {
  // Base64 makes four of three.
  if (written.payload.length * (context.bodyEncoding === "base64" ? 4 / 3 : 1) > context.maximumMessageSize) {
    throw new InvalidArgumentError(
      "body",
      `must not be longer than ${context.maximumMessageSize} bytes when encoded`,
    );
  }
  return {
    exchange: exchange.name,
    type: exchange.type,
    routingKey,
    envelope: buildEnvelope({
      body: written,
      headers,
      properties: propertiesOf(options, context.keys),
      deliveryMode: deliveryModeOf(options, exchange, inheritedMode),
      expiration: expirationOf(options.expiration),
      priority,
      bodyEncoding: context.bodyEncoding,
    }),
    deliveryTag,
    priority,
    declare: declarationsOf(options, context.keys),
    guard:
      guard ??
      (options.retry || context.guardAlways
        ? tagGuard(deliveryTag, context.keys, options.idempotencyTtl)
        : undefined),
    retryPolicy: options.retry ? resolveRetryPolicy(options.retryPolicy) : NO_RETRIES,
    mandatory: options.mandatory ?? false,
    consistency: consistencyOf(options.consistency),
    signal: options.signal,
  };
}

const NO_RETRIES: Publication["retryPolicy"] = { ...resolveRetryPolicy(), maxRetries: 0 };

function declarationsOf(
  { declare = [], replyTo }: PublishOptions,
  keys: KeyOptions,
): readonly DeclaredBinding[] {
  return declaredBindings(replyTo instanceof Queue ? [replyTo, ...declare] : declare, keys);
}

function guardOf({ idempotencyKey, idempotencyTtl }: PublishOptions, keys: KeyOptions): Guard | undefined {
  if (idempotencyTtl !== undefined && !(Number.isInteger(idempotencyTtl) && idempotencyTtl > 0)) {
    throw new InvalidArgumentError("idempotencyTtl", "must be a whole number of seconds above 0");
  }
  if (idempotencyKey === undefined) return undefined;
  if (typeof idempotencyKey !== "string" || idempotencyKey === "" || !idempotencyKey.isWellFormed()) {
    throw new InvalidArgumentError("idempotencyKey", "must be a non-empty string");
  }
  if (idempotencyKey.length > 1_024)
    throw new InvalidArgumentError("idempotencyKey", "must not be longer than 1024");
  return { key: guardKey(idempotencyKey, keys), seconds: idempotencyTtl ?? 86_400 };
}

/** The guard of a publication that its caller gave no key, by its delivery tag. */
export function tagGuard(deliveryTag: string, keys: KeyOptions, seconds = 3_600): Guard {
  return { key: guardKey(deliveryTag, keys), seconds };
}

function guardKey(name: string, keys: KeyOptions): string {
  return `${keys.globalKeyprefix}_kombu-edge.guard.${name}`;
}

function deliveryModeOf(
  options: PublishOptions,
  exchange: Exchange,
  inherited: Exchange["deliveryMode"],
): number {
  const own = typeof options.exchange === "object" ? exchange.deliveryMode : inherited;
  const mode = options.deliveryMode || own || 2;
  if (mode === "transient") return 1;
  if (mode === "persistent") return 2;
  if (mode === 1 || mode === 2) return mode;
  throw new InvalidArgumentError("deliveryMode", "must be 1, 2, transient or persistent");
}

function expirationOf(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  if (typeof seconds !== "number" || !Number.isFinite(seconds * 1000) || seconds < 0) {
    throw new InvalidArgumentError("expiration", "must be a finite number of seconds that is not negative");
  }
  // A number's own text has an exponent from 1e21 on.
  return String(BigInt(Math.trunc(seconds * 1000)));
}

function propertiesOf(options: PublishOptions, keys: KeyOptions): Record<string, unknown> {
  const properties: Record<string, unknown> = { ...options.properties };
  for (const [option, property] of PROPERTY_OPTIONS) {
    if (options[option] !== undefined) properties[property] = options[option];
  }
  const { replyTo } = options;
  if (replyTo !== undefined) {
    const name = replyTo instanceof Queue ? replyTo.name : replyTo;
    checkQueueName(name, "replyTo", keys);
    properties.reply_to = name;
  }
  return properties;
}

function consistencyOf(consistency: PublishOptions["consistency"]): "cached" | "strict" {
  if (consistency === undefined || consistency === "cached") return "cached";
  if (consistency === "strict") return "strict";
  throw new InvalidArgumentError("consistency", "must be cached or strict");
}

const encoder = new TextEncoder();

function asBytes(payload: string | Uint8Array): Uint8Array {
  return typeof payload === "string" ? encoder.encode(payload) : payload;
}
