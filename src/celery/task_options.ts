/**
 * The options of a call: Celery's `apply_async` keywords under their own names in camelCase. Spec celery §2.3, §6.1.
 * @module
 */
import type { Exchange, Queue } from "../entity.ts";
import type { DateTime } from "../envelope/typed.ts";
import type { RetryPolicy } from "../redis/retry.ts";
import type { AnySignature } from "./signature.ts";

/** Options that become part of a task's message or signature; all optional. */
export interface TaskOptions {
  /** Default: a new UUID. Also the name under which the result is found. For a group: the group's id. */
  taskId?: string | undefined;
  /** Seconds from now until the task may run. Wins over `eta`; 0 is as good as none. */
  countdown?: number | undefined;
  /** When the task may run. Text must be ISO 8601; without an offset it is UTC. */
  eta?: Date | DateTime | string | undefined;
  /** Seconds from now, or the moment, after which a worker discards the task. */
  expires?: number | Date | DateTime | string | undefined;
  /** A queue's name, or a `Queue`. Default: by the routes, else the app's default queue. */
  queue?: string | Queue | undefined;
  /** With `routingKey`: publish to this exchange by its bindings. */
  exchange?: string | Exchange | undefined;
  routingKey?: string | undefined;
  /** 0 (run first) to 9 (run last): on Redis lower is more urgent. */
  priority?: number | undefined;
  /** A registered serialiser's name, or `auth`. Default: the app's. */
  serializer?: string | undefined;
  /** A registered compression's name. Default: the app's. */
  compression?: string | undefined;
  /** 1 transient, 2 persistent. Redis ignores it. */
  deliveryMode?: number | undefined;
  /** Custom headers, seen by the task as `self.request.headers`. */
  headers?: Readonly<Record<string, unknown>> | undefined;
  /** What logs and monitors call the task instead of its name. */
  shadow?: string | undefined;
  /** Seconds after which the worker kills the task. Prefork pools only. */
  timeLimit?: number | undefined;
  /** Seconds after which the task gets `SoftTimeLimitExceeded`; not above `timeLimit`. */
  softTimeLimit?: number | undefined;
  /** `true`: a success is not stored. Default: as the task is declared in Python. */
  ignoreResult?: boolean | undefined;
  /** Called with the result when the task succeeds. */
  link?: AnySignature | readonly AnySignature[] | undefined;
  /** Called when the task fails. */
  linkError?: AnySignature | readonly AnySignature[] | undefined;
  /** The queue for replies of an `rpc://` result backend. Default: the app's. */
  replyTo?: string | undefined;
  /** Default: the task's id. */
  correlationId?: string | undefined;
  /** How often the task was retried so far. Default 0. */
  retries?: number | undefined;
  rootId?: string | undefined;
  parentId?: string | undefined;
  groupId?: string | undefined;
  groupIndex?: number | undefined;
  /** The body that the last task of group `groupId` calls. `chord()` keeps the books for it. */
  chord?: AnySignature | undefined;
  /** Stamps by name; workers ≥ 5.3 can revoke by them. */
  stamps?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** What logs and monitors show for the arguments. Default: the arguments as Celery prints them. */
  argsrepr?: string | undefined;
  kwargsrepr?: string | undefined;
  /** Who sent it. Default: the app's. */
  origin?: string | undefined;
  messageId?: string | undefined;
  appId?: string | undefined;
  userId?: string | undefined;
  type?: string | undefined;
  /** Further message properties, in snake case. */
  properties?: Readonly<Record<string, unknown>> | undefined;
}

/** Options that only concern the way to Redis. */
export interface SendOptions {
  /** Stops waiting; what was sent stays sent. */
  signal?: AbortSignal | undefined;
  /** Try again while the outcome is open, guarded so that it lands once. Default: the app's `taskPublishRetry`. */
  retry?: boolean | undefined;
  retryPolicy?: RetryPolicy | undefined;
  /** Send at most once under this key; ids that are not given are derived from it, so both answers name the same task. */
  idempotencyKey?: string | undefined;
  /** How many seconds the key is remembered. Default 86400 (a day). */
  idempotencyTtl?: number | undefined;
}

/** Everything that one call can be given. */
export interface ApplyOptions extends TaskOptions, SendOptions {
  /** Positional arguments; for a signature: put in front of its own. */
  args?: readonly unknown[] | undefined;
  /** Keyword arguments; for a signature: added to its own. */
  kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** Options as they stand in a signature: checked, under Celery's names. */
export type WireOptions = Record<string, unknown>;
