/**
 * A channel's options: Kombu's transport options (spec kombu-redis §9) and the limits of an HTTP publisher.
 * @module
 */

import type { BodyEncoding } from "../envelope/envelope.ts";
import { InvalidArgumentError } from "../errors.ts";
import { checkOptionNames, type KnownOptions } from "../option_names.ts";
import { checkQueueName, type KeyOptions, resolveKeyOptions } from "../routing/keys.ts";
import { type ResolvedSpool, resolveSpool, type SpoolOptions, type SpoolQueue } from "./spool_options.ts";

/** Options of a channel. All optional; those that name things in Redis must be the consumers' own. */
export interface ChannelOptions extends Partial<KeyOptions> {
  /**
   * `"base64"`, or `null` for payloads as they are: about a quarter smaller, for text read by every version; bytes and
   * compressed payloads then need Kombu ≥ 5.3. `"utf-8"` needs ≥ 5.4. Default `"base64"`.
   */
  bodyEncoding?: BodyEncoding;
  /** A queue for messages that nobody is bound for (Kombu: direct exchanges only). Default none. */
  deadletterQueue?: string;
  /**
   * What a copy says of its origin, and so where a redelivery goes. `"exchange"`: as in Kombu, to all queues bound then.
   * `"queue"`: to the copy's own queue alone; the application then sees the anonymous exchange. Default `"exchange"`.
   */
  deliveryInfo?: "exchange" | "queue";
  /** Milliseconds after which a binding table is refreshed on the way of the next publish. Default 30000 (30 seconds). */
  bindingMaximumAge?: number;
  /** Milliseconds within which a routing key that nobody is bound for is not looked up again. Default 1000. */
  missCooldown?: number;
  /** Milliseconds to wait for Redis to answer. Default 10000. */
  timeout?: number;
  /** Bytes of an encoded body beyond which it is refused before it is sent. Default 10000000, Upstash's limit. */
  maximumMessageSize?: number;
  /** Characters of messages in one HTTP request of a batch. Default 4000000. */
  maximumRequestSize?: number;
  /**
   * Where a publish waits when Redis cannot take it now: a producer binding of Cloudflare Queues (`env.SPOOL`), alone or with how
   * it is used. Its consumer must `drain` it (`kombu-edge/spool`). Every message is then guarded in Redis. Default none.
   */
  spool?: SpoolQueue | SpoolOptions | undefined;
}

/** A channel's options with every default filled in. */
export interface ResolvedChannelOptions {
  readonly keys: KeyOptions;
  readonly bodyEncoding: BodyEncoding;
  readonly deadletterQueue: string | undefined;
  readonly deliveryInfo: "exchange" | "queue";
  readonly bindingMaximumAge: number;
  readonly missCooldown: number;
  readonly timeout: number;
  readonly maximumMessageSize: number;
  readonly maximumRequestSize: number;
  readonly spool: ResolvedSpool | undefined;
  readonly guardAlways: boolean;
}

const KNOWN: KnownOptions<ChannelOptions> = {
  globalKeyprefix: true,
  sep: true,
  prioritySteps: true,
  fanoutPrefix: true,
  fanoutPatterns: true,
  db: true,
  bodyEncoding: true,
  deadletterQueue: true,
  deliveryInfo: true,
  bindingMaximumAge: true,
  missCooldown: true,
  timeout: true,
  maximumMessageSize: true,
  maximumRequestSize: true,
  spool: true,
};

/** Checks the options and fills in the defaults. Throws {@link InvalidArgumentError} naming the option at fault. */
export function resolveChannelOptions(options: ChannelOptions): ResolvedChannelOptions {
  checkOptionNames(options, KNOWN);
  const keys = resolveKeyOptions(options);
  const { bodyEncoding = "base64", deliveryInfo = "exchange", deadletterQueue } = options;
  if (bodyEncoding !== "base64" && bodyEncoding !== "utf-8" && bodyEncoding !== null) {
    throw new InvalidArgumentError("bodyEncoding", "must be base64, utf-8 or null");
  }
  if (deliveryInfo !== "exchange" && deliveryInfo !== "queue") {
    throw new InvalidArgumentError("deliveryInfo", "must be exchange or queue");
  }
  if (deadletterQueue !== undefined) checkQueueName(deadletterQueue, "deadletterQueue", keys);
  const spool = options.spool && resolveSpool(options.spool);
  return {
    keys,
    spool,
    guardAlways: spool?.guard === "always",
    bodyEncoding,
    deliveryInfo,
    deadletterQueue,
    bindingMaximumAge: amount(options.bindingMaximumAge, 30_000, "bindingMaximumAge"),
    missCooldown: amount(options.missCooldown, 1_000, "missCooldown"),
    timeout: amount(options.timeout, 10_000, "timeout"),
    maximumMessageSize: amount(options.maximumMessageSize, 10_000_000, "maximumMessageSize"),
    maximumRequestSize: amount(options.maximumRequestSize, 4_000_000, "maximumRequestSize"),
  };
}

function amount(value: number | undefined, fallback: number, name: string): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError(name, "must be a finite number that is not negative");
  }
  return value;
}
