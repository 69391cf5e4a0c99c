/**
 * Every error this library throws: one base class, a subclass per cause, a stable `code`.
 *
 * A message names the field or the outcome. It never holds a message body, a Redis command or a token, because
 * errors end in logs (spec http-redis §0.5).
 * @module
 */

/** All values of {@link KombuEdgeError.code}. */
export type ErrorCode =
  | "invalid-argument"
  | "not-configured"
  | "encode-error"
  | "serializer-not-installed"
  | "compression-not-installed"
  | "unroutable"
  | "refused"
  | "unauthorised"
  | "back-pressure"
  | "unavailable"
  | "outcome-unknown"
  | "timed-out"
  | "task-failed"
  | "task-revoked"
  | "result-invalid"
  | "not-ready";

/** Options of every error: what led to it. */
export interface KombuEdgeErrorOptions {
  /** The error beneath this one, already stripped of payload and credentials. */
  cause?: unknown;
}

/** Base of all errors thrown by this library. */
export abstract class KombuEdgeError extends Error {
  /** Stable, machine-readable cause; also the last part of the problem `type` over HTTP. */
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: KombuEdgeErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An argument or option that cannot be used as given; nothing was sent. */
export class InvalidArgumentError extends KombuEdgeError {
  readonly code = "invalid-argument";
  /** The argument at fault, as a path such as `headers.retries` or `priority`. */
  readonly field: string;

  constructor(field: string, problem: string, options?: KombuEdgeErrorOptions) {
    super(`"${field}" ${problem}`, options);
    this.field = field;
  }
}

/** The database's address or token is missing or unusable; nothing was sent. */
export class NotConfiguredError extends KombuEdgeError {
  readonly code = "not-configured";
}

/** The serialiser cannot represent the value; nothing was sent. */
export class EncodeError extends KombuEdgeError {
  readonly code = "encode-error";
  /** Where in the value the trouble is, such as `body.items[3].price`. */
  readonly field: string;

  constructor(field: string, problem: string, options?: KombuEdgeErrorOptions) {
    super(`"${field}" ${problem}`, options);
    this.field = field;
  }
}

/** No serialiser of that name is registered; nothing was sent. */
export class SerializerNotInstalledError extends KombuEdgeError {
  readonly code = "serializer-not-installed";
  readonly field = "serializer";
}

/** No compression of that name is registered, or this runtime lacks it; nothing was sent. */
export class CompressionNotInstalledError extends KombuEdgeError {
  readonly code = "compression-not-installed";
  readonly field = "compression";
}

/** Nobody is bound to the exchange with a matching key, and the publish was `mandatory`. Nothing was queued. */
export class UnroutableError extends KombuEdgeError {
  readonly code = "unroutable";
  readonly exchange: string;
  readonly routingKey: string;

  constructor(exchange: string, routingKey: string, reason: string) {
    super(`no queue is bound to exchange "${exchange}" for this routing key: ${reason}`);
    this.exchange = exchange;
    this.routingKey = routingKey;
  }
}

/** What a failed exchange with Redis left behind. */
export interface DeliveryErrorOptions extends KombuEdgeErrorOptions {
  /** Queues that did get their copy although the publish as a whole failed. */
  delivered?: readonly string[];
  /** The delivery tag of the publish that failed. */
  deliveryTag?: string;
}

/** Base of the errors that come from talking to Redis. */
export abstract class RedisError extends KombuEdgeError {
  /** Queues that did get their copy although the publish as a whole failed. */
  delivered: readonly string[];
  /** The delivery tag of the publish that failed; none in a batch of several, where the messages of a request fail with one error. */
  deliveryTag: string | undefined;

  constructor(message: string, options: DeliveryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.delivered = options.delivered ?? [];
    this.deliveryTag = options.deliveryTag;
  }
}

/** Redis understood the command and answered with an error (such as `WRONGTYPE`); it was not applied. */
export class RefusedError extends RedisError {
  readonly code = "refused";
}

/** The token is wrong, or lacks the permission for a command or key; nothing was applied. */
export class UnauthorisedError extends RedisError {
  readonly code = "unauthorised";
}

/** Out of memory, over quota, or a record too large: Redis cannot take more now; nothing was applied. */
export class BackPressureError extends RedisError {
  readonly code = "back-pressure";
}

/** A queue holds as many messages as the channel's `maximumDepth` lets it; nothing was sent. */
export class QueueFullError extends BackPressureError {
  readonly queue: string;

  constructor(queue: string) {
    super(`queue "${queue}" holds as many messages as it may`);
    this.queue = queue;
  }
}

/** The database could not be reached, or refused work for now; nothing was applied. Safe to publish again. */
export class UnavailableError extends RedisError {
  readonly code: "unavailable" = "unavailable";
}

/** The database failed so often that it is not asked for a while; nothing was sent. */
export class CircuitOpenError extends UnavailableError {
  /** Whole seconds until it is asked again. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super("the database failed repeatedly and is given a pause");
    this.retryAfter = retryAfter;
  }
}

/**
 * The request was sent and no usable answer came: the message may or may not be in the queue. Publish again only
 * with the same `idempotencyKey`, or when a duplicate does no harm.
 */
export class OutcomeUnknownError extends RedisError {
  readonly code: "outcome-unknown" | "timed-out" = "outcome-unknown";
}

/** An {@link OutcomeUnknownError} because the answer did not come within `timeout`. */
export class TimedOutError extends OutcomeUnknownError {
  override readonly code = "timed-out";
}
