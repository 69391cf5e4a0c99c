/**
 * The arguments of a publish: Kombu's under their own names in camelCase, and a few of ours. Spec kombu-redis §2.1.
 * @module
 */
import type { Exchange, Queue } from "../entity.ts";
import type { Compression } from "../envelope/compression.ts";
import type { Serializer } from "../envelope/serializers.ts";
import { InvalidArgumentError } from "../errors.ts";
import { checkOptionNames, type KnownOptions } from "../option_names.ts";
import type { RetryPolicy } from "../redis/retry.ts";

/** Options of one publish; all optional, none is ever changed. */
export interface PublishOptions {
  /** Default: the producer's, itself `""`. On the anonymous exchange it is the queue's name. */
  routingKey?: string | undefined;
  /** Default: the producer's. */
  exchange?: Exchange | string | undefined;
  /** 1 or `"transient"`, 2 or `"persistent"`. Default: the exchange's, else 2. Redis ignores it. */
  deliveryMode?: number | "transient" | "persistent" | undefined;
  /** Reject with `UnroutableError` when nobody is bound, instead of answering `unroutable`. Default `false`. */
  mandatory?: boolean | undefined;
  /** 0 (first to be consumed) to 9 (last): on Redis lower is more urgent, unlike RabbitMQ. Default 0. */
  priority?: number | undefined;
  /** The body is already text or bytes of this type and is not serialised. */
  contentType?: string | undefined;
  /** With `contentType` only. Default `utf-8` for text, `binary` for bytes. */
  contentEncoding?: string | undefined;
  /** A name, or a serialiser itself. Default: the producer's, else by the body's type. */
  serializer?: string | Serializer | undefined;
  headers?: Readonly<Record<string, unknown>> | undefined;
  /** A name or MIME type, or a compression itself; `""` turns the producer's off. */
  compression?: string | Compression | undefined;
  /** Exchanges and queues whose bindings are written in the same request, unless they are known to be there. */
  declare?: readonly (Exchange | Queue)[] | undefined;
  /** Seconds, written as whole milliseconds; neither Redis nor Kombu consumers act on it. */
  expiration?: number | undefined;
  /** Publish at most once under this key; see {@link PublishOptions.idempotencyTtl}. */
  idempotencyKey?: string | undefined;
  /** How many seconds the key is remembered. Default 86400 (a day); 3600 (an hour) for `retry` without a key. */
  idempotencyTtl?: number | undefined;
  /** Try again while the outcome is open, guarded so that the message lands once. Default `false`. */
  retry?: boolean | undefined;
  retryPolicy?: RetryPolicy | undefined;
  /** `"strict"` looks up and pushes in one script. Default `"cached"`. */
  consistency?: "cached" | "strict" | undefined;
  /** Stops waiting. What was sent stays sent: the error then says that the outcome is unknown. */
  signal?: AbortSignal | undefined;
  /** Further message properties, in snake case as AMQP spells them. */
  properties?: Readonly<Record<string, unknown>> | undefined;
  correlationId?: string | undefined;
  /** The queue for replies; a `Queue` is declared with the publish. */
  replyTo?: string | Queue | undefined;
  messageId?: string | undefined;
  timestamp?: number | Date | undefined;
  type?: string | undefined;
  userId?: string | undefined;
  appId?: string | undefined;
}

/** Every option, so that a new one that is not listed here does not compile, and a misspelt one is caught. */
const KNOWN: KnownOptions<PublishOptions> = {
  routingKey: true,
  exchange: true,
  deliveryMode: true,
  mandatory: true,
  priority: true,
  contentType: true,
  contentEncoding: true,
  serializer: true,
  headers: true,
  compression: true,
  declare: true,
  expiration: true,
  idempotencyKey: true,
  idempotencyTtl: true,
  retry: true,
  retryPolicy: true,
  consistency: true,
  signal: true,
  properties: true,
  correlationId: true,
  replyTo: true,
  messageId: true,
  timestamp: true,
  type: true,
  userId: true,
  appId: true,
};

/** Message properties that have an option of their own. */
export const PROPERTY_OPTIONS: readonly (readonly [option: keyof PublishOptions, property: string])[] = [
  ["correlationId", "correlation_id"],
  ["messageId", "message_id"],
  ["timestamp", "timestamp"],
  ["type", "type"],
  ["userId", "user_id"],
  ["appId", "app_id"],
];

/** Refuses unknown publish options. */
export function checkPublishOptions(options: PublishOptions): void {
  checkOptionNames(options, KNOWN);
  checkSignal(options.signal);
}

/** Refuses what is no signal, before anything is sent. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.throwIfAborted === "function") return;
  throw new InvalidArgumentError("signal", "must be an AbortSignal");
}
