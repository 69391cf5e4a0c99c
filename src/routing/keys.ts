/**
 * Names in Redis: queue lists by priority, the binding set of an exchange and its members, fanout channels.
 * Spec kombu-redis §6.2, §7, §8, §9.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { topicPattern } from "./pattern.ts";

/** Kombu's transport options that change names in Redis; producer and consumers must agree on all of them. */
export interface KeyOptions {
  /** Put in front of every key and channel. Default `""`. */
  globalKeyprefix: string;
  /** Separates a queue from its priority step, and the fields of a binding. Default the two bytes 06 16. */
  sep: string;
  /** Ascending priority steps; a message goes to the last step that is not above its priority. Default `[0, 3, 6, 9]`. */
  prioritySteps: readonly number[];
  /** Whether fanout channels start with `/<db>.`, or another prefix with `{db}` for the number. Default `true`. */
  fanoutPrefix: boolean | string;
  /** Whether the routing key is part of a fanout channel's name. Default `true`. */
  fanoutPatterns: boolean;
  /** The database number that consumers use; part of fanout channels. Over HTTP it is always 0. Default `0`. */
  db: number;
}

const DEFAULTS: KeyOptions = {
  globalKeyprefix: "",
  sep: "\x06\x16",
  prioritySteps: [0, 3, 6, 9],
  fanoutPrefix: true,
  fanoutPatterns: true,
  db: 0,
};

/** Fills in Kombu's defaults. Throws {@link InvalidArgumentError} naming the option that consumers could not follow. */
export function resolveKeyOptions(
  given: { [Name in keyof KeyOptions]?: KeyOptions[Name] | undefined },
): KeyOptions {
  const options: KeyOptions = {
    globalKeyprefix: given.globalKeyprefix ?? DEFAULTS.globalKeyprefix,
    sep: given.sep ?? DEFAULTS.sep,
    prioritySteps: given.prioritySteps ?? DEFAULTS.prioritySteps,
    fanoutPrefix: given.fanoutPrefix ?? DEFAULTS.fanoutPrefix,
    fanoutPatterns: given.fanoutPatterns ?? DEFAULTS.fanoutPatterns,
    db: given.db ?? DEFAULTS.db,
  };
  const { globalKeyprefix, sep, prioritySteps, fanoutPrefix, db } = options;
  if (typeof globalKeyprefix !== "string")
    throw new InvalidArgumentError("globalKeyprefix", "must be a string");
  if (typeof sep !== "string" || sep === "")
    throw new InvalidArgumentError("sep", "must be a non-empty string");
  if (!Array.isArray(prioritySteps) || prioritySteps.length === 0 || !prioritySteps.every(Number.isFinite)) {
    throw new InvalidArgumentError("prioritySteps", "must be a non-empty list of finite numbers");
  }
  if (prioritySteps.some((step, index) => index > 0 && step <= prioritySteps[index - 1]!)) {
    throw new InvalidArgumentError("prioritySteps", "must be in ascending order");
  }
  if (
    typeof fanoutPrefix === "string" &&
    fanoutPrefix !== "" &&
    !/^\/[^./]*\.$/.test(fanoutPrefix.replaceAll("{db}", "0"))
  ) {
    throw new InvalidArgumentError(
      "fanoutPrefix",
      "must start with a slash and have its only dot at the end",
    );
  }
  if (!Number.isInteger(db) || db < 0) throw new InvalidArgumentError("db", "must be a database number");
  return options;
}

/** The step a priority falls into: truncated, clamped to 0…9, then the last step not above it; below the first step it wraps to the last, as in Kombu (§8). */
export function priorityStep(priority: number, steps: readonly number[]): number {
  const clamped = Math.max(0, Math.min(9, Math.trunc(priority)));
  return steps.findLast((step) => step <= clamped) ?? steps.at(-1)!;
}

/** The list that holds a queue's messages of one priority step. */
export function queueKey(queue: string, step: number, options: KeyOptions): string {
  return `${options.globalKeyprefix}${queue}${step === 0 ? "" : `${options.sep}${step}`}`;
}

/** The set that holds an exchange's bindings. */
export function bindingKey(exchange: string, options: KeyOptions): string {
  return `${options.globalKeyprefix}_kombu.binding.${exchange}`;
}

/** A binding as it is stored: `routing key, pattern, queue`. The pattern is empty unless the exchange is topic. */
export function bindingMember(
  routingKey: string,
  queue: string,
  topic: boolean,
  options: KeyOptions,
): string {
  return [routingKey, topic ? topicPattern(routingKey) : "", queue].join(options.sep);
}

/** The channel a fanout message is published on. */
export function fanoutChannel(exchange: string, routingKey: string, options: KeyOptions): string {
  const { fanoutPrefix } = options;
  const prefix =
    fanoutPrefix === true ? `/${options.db}.` : (fanoutPrefix || "").replaceAll("{db}", String(options.db));
  const suffix = routingKey !== "" && options.fanoutPatterns ? `/${routingKey}` : "";
  return `${options.globalKeyprefix}${prefix}${exchange}${suffix}`;
}

/**
 * Checks a queue's name: what Redis would take but no consumer would ever read is refused.
 *
 * @param field What to call it in the error.
 */
export function checkQueueName(queue: unknown, field: string, options: KeyOptions): asserts queue is string {
  if (typeof queue !== "string" || queue === "")
    throw new InvalidArgumentError(field, "must be the name of a queue");
  if (queue.includes(options.sep)) throw new InvalidArgumentError(field, "must not contain the separator");
  if (!queue.isWellFormed())
    throw new InvalidArgumentError(field, "has a lone surrogate, which UTF-8 cannot carry");
}

/** Checks a routing key that will be stored or sent. */
export function checkRoutingKey(routingKey: unknown, field: string): asserts routingKey is string {
  if (typeof routingKey !== "string") throw new InvalidArgumentError(field, "must be a string");
  if (!routingKey.isWellFormed()) {
    throw new InvalidArgumentError(field, "has a lone surrogate, which UTF-8 cannot carry");
  }
}
