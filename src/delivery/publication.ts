/**
 * What is passed along the path of a publish once the message is prepared, and what comes back.
 * @module
 */
import type { Envelope } from "../envelope/envelope.ts";
import type { Connection } from "../redis/client.ts";
import type { Guard } from "../redis/guard.ts";
import type { RetryPolicy } from "../redis/retry.ts";
import type { KeyOptions } from "../routing/keys.ts";
import type { ExchangeType } from "../routing/table.ts";
import type { ResolvedSpool } from "./spool_options.ts";

/** What a publish came to. */
export interface Delivery {
  /**
   * `delivered`: in every queue of `queues`. `unroutable`: nobody is bound (or no subscriber listens); `queues` then names the
   * dead-letter queue, if one is configured. `duplicate`: it was published before under the same `idempotencyKey`, and not again.
   * `spooled`: Redis could not take it now; the channel's spool holds it and brings it to its queues, once, when Redis is back.
   */
  readonly status: "delivered" | "unroutable" | "duplicate" | "spooled";
  /** The tag of the first copy; of the first publish when this one is a duplicate. */
  readonly deliveryTag: string;
  /** Queues that hold a copy; of a spooled message those that are known to get one, so none when Redis must be asked. */
  readonly queues: readonly string[];
  /** For a fanout exchange: how many subscribers received it. */
  readonly receivers?: number;
  /** What was skipped or could not be refreshed on the way; it did not keep the message from its queues. */
  readonly warnings?: readonly string[];
}

/** A binding to write with the publish. */
export interface DeclaredBinding {
  readonly exchange: string;
  readonly member: string;
}

/** A message with all that decides where it goes. */
export interface Publication {
  readonly exchange: string;
  readonly type: ExchangeType | undefined;
  readonly routingKey: string;
  readonly envelope: Envelope;
  readonly deliveryTag: string;
  readonly priority: number;
  readonly declare: readonly DeclaredBinding[];
  readonly guard: Guard | undefined;
  readonly retryPolicy: Required<RetryPolicy>;
  readonly mandatory: boolean;
  readonly consistency: "cached" | "strict";
  readonly signal: AbortSignal | undefined;
}

/** What a channel knows and every step may need. */
export interface DeliveryContext {
  readonly connection: Connection;
  readonly keys: KeyOptions;
  readonly deadletterQueue: string | undefined;
  /** Whose name a copy's `delivery_info` bears: the exchange's, or that of the copy's own queue. */
  readonly deliveryInfo: "exchange" | "queue";
  /** Milliseconds after which a cached table is refreshed by the next publish that uses it. */
  readonly bindingMaximumAge: number;
  /** Milliseconds within which a routing key that a fresh table could not place is not looked up again. */
  readonly missCooldown: number;
  /** The most UTF-16 units of messages in one HTTP request of a batch. */
  readonly maximumRequestSize: number;
  /** When this publish must have come to an end, in milliseconds since the epoch. */
  readonly until?: number | undefined;
  /** When a batch must, although {@link until} begins anew for each of its requests. */
  readonly latest?: number;
  /** Where it leaves what Redis does not take, and how. */
  readonly spool: ResolvedSpool | undefined;
  /** When a publish that may be spooled began, in milliseconds since the epoch; and what takes its notes. */
  readonly begunAt?: number;
  readonly attempts?: Map<Publication, Attempt>;
  /** The most messages that may wait in a queue, by name, `"*"` for all others. */
  readonly maximumDepth: Readonly<Record<string, number>> | undefined;
  /** Told the name of an exchange that is published to and has no binding at all. */
  readonly onEmptyExchange: ((exchange: string) => void) | undefined;
}

/**
 * What a publish is about to put where, noted on its way for the case that it fails: the spool then does exactly that later.
 * Without queues Redis must be asked for them.
 */
export interface Attempt {
  /** Of this put; none of a fanout exchange. */
  readonly queues: readonly string[];
  /** Whether these were all: the table that they come from was within its age, or is not needed. */
  readonly settled: boolean;
  /** Queues that got their copy by an earlier put: this one is for queues that a refresh newly showed. */
  readonly delivered: readonly string[];
}
