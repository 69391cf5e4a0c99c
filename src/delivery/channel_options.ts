/**
 * A channel's options: Kombu's transport options (spec kombu-redis §9) and the limits of an HTTP publisher.
 * @module
 */

import type { BodyEncoding } from "../envelope/envelope.ts";
import { InvalidArgumentError } from "../errors.ts";
import { checkOptionNames, type KnownOptions } from "../option_names.ts";
import {
  type CircuitOptions,
  type ResolvedCircuit,
  resolveCircuit,
  type WaitUntil,
} from "../redis/circuit.ts";
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
  /**
   * Milliseconds that one publish (or batch) may wait for Redis in all: look-ups, pushes, retries and the waits between them.
   * Default no limit but those of each.
   */
  publishTimeout?: number;
  /**
   * The most messages that may wait in a queue, over all priorities, by its name; `"*"` for all others. A publish for a queue
   * that holds so many rejects with `QueueFullError` before it is sent. What is known of a queue's depth is up to a second
   * old, so that publishes at the same time can exceed it a little. Default no limits.
   */
  maximumDepth?: Readonly<Record<string, number>>;
  /** Gives the database a pause after repeated failures: see {@link CircuitOptions}. Default `false`: never. */
  circuit?: CircuitOptions | false;
  /** Keeps the runtime going for work after the answer, such as `context.waitUntil` of a Worker: the circuit's probes. */
  waitUntil?: WaitUntil;
  /** Told the name of an exchange that is published to and has no binding at all, each time. Default nothing. */
  onEmptyExchange?: (exchange: string) => void;
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
  readonly publishTimeout: number | undefined;
  readonly maximumDepth: Readonly<Record<string, number>> | undefined;
  readonly circuit: ResolvedCircuit | undefined;
  readonly waitUntil: WaitUntil | undefined;
  readonly onEmptyExchange: ((exchange: string) => void) | undefined;
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
  publishTimeout: true,
  maximumDepth: true,
  circuit: true,
  waitUntil: true,
  onEmptyExchange: true,
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
  const { publishTimeout, waitUntil, onEmptyExchange } = options;
  checkFunction(waitUntil, "waitUntil");
  checkFunction(onEmptyExchange, "onEmptyExchange");
  const timeout = amount(options.timeout, 10_000, "timeout");
  return {
    keys,
    spool,
    guardAlways: spool?.guard === "always",
    bodyEncoding,
    deliveryInfo,
    deadletterQueue,
    bindingMaximumAge: amount(options.bindingMaximumAge, 30_000, "bindingMaximumAge"),
    missCooldown: amount(options.missCooldown, 1_000, "missCooldown"),
    timeout,
    maximumMessageSize: amount(options.maximumMessageSize, 10_000_000, "maximumMessageSize"),
    maximumRequestSize: amount(options.maximumRequestSize, 4_000_000, "maximumRequestSize"),
    publishTimeout: publishTimeout === undefined ? undefined : amount(publishTimeout, 0, "publishTimeout"),
    maximumDepth: depthsOf(options.maximumDepth, keys),
    circuit: circuitOf(options.circuit, timeout),
    waitUntil,
    onEmptyExchange,
  };
}

function depthsOf(given: ChannelOptions["maximumDepth"], keys: KeyOptions): ChannelOptions["maximumDepth"] {
  if (given === undefined) return undefined;
  for (const queue of Object.keys(counts(given, "maximumDepth")))
    if (queue !== "*") checkQueueName(queue, `maximumDepth.${queue}`, keys);
  return given;
}

const CIRCUIT: KnownOptions<CircuitOptions> = {
  failures: true,
  pause: true,
  maximumPause: true,
  probeTimeout: true,
};

function circuitOf(given: ChannelOptions["circuit"], timeout: number): ResolvedCircuit | undefined {
  if (given === undefined || given === false) return undefined;
  const options = counts(given, "circuit");
  checkOptionNames(options, CIRCUIT, "circuit.");
  return resolveCircuit(options, timeout);
}

/** Checks an object of whole numbers. */
function counts<Counts extends object>(given: Counts, name: string): Counts {
  if (given === null || typeof given !== "object") throw new InvalidArgumentError(name, "must be an object");
  for (const [member, count] of Object.entries(given)) {
    if (count !== undefined && !(Number.isSafeInteger(count) && count > 0))
      throw new InvalidArgumentError(`${name}.${member}`, "must be a whole number above 0");
  }
  return given;
}

function checkFunction(value: unknown, name: string): void {
  if (value !== undefined && typeof value !== "function")
    throw new InvalidArgumentError(name, "must be a function");
}

/** A number that is not negative. Throws {@link InvalidArgumentError} for what is none. */
export function amount(value: number | undefined, fallback: number, name: string): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError(name, "must be a finite number that is not negative");
  }
  return value;
}
