/**
 * Where a message is to go, as the library needs it: the exchange with the type that the configuration or the caller
 * states, and the bindings that the configuration knows.
 * @module
 */
import type { PublishOptions } from "../../delivery/publish_options.ts";
import { Exchange } from "../../entity.ts";
import { InvalidArgumentError } from "../../errors.ts";
import type { ExchangeType } from "../../routing/table.ts";
import type { Call } from "../call.ts";
import type { Settings } from "../config/config.ts";
import { checkQueue } from "../request/queue_name.ts";

/** A message's exchange and routing key as the caller gave them. */
export interface Target {
  /** Empty: the routing key is a queue's name. */
  readonly exchange: string;
  readonly routingKey: string;
}

/** The right that a publish needs. */
export function rightFor({ exchange, routingKey }: Target): string {
  return exchange === "" ? `queue:${routingKey}` : `publish:${exchange}`;
}

/**
 * The options of a publish that say where to.
 *
 * @param type The type that the caller states.
 * @param fields What the caller knows the type and the routing key as.
 * @throws {InvalidArgumentError} For a type that contradicts the configuration, or a queue that cannot be.
 */
export function targetOptions(
  { channel, settings }: Call,
  { exchange: name, routingKey }: Target,
  type: ExchangeType | undefined,
  fields: { readonly type: string; readonly queue: string },
): PublishOptions {
  if (name === "") {
    if (type !== undefined)
      throw new InvalidArgumentError(fields.type, "must not be given without an exchange");
    checkQueue(routingKey, fields.queue, settings.keys);
    return { exchange: new Exchange(""), routingKey };
  }
  const configured = settings.exchanges.get(name);
  const exchange = exchangeFor(settings, name, type, fields.type);
  if (configured && configured.bindings.length > 0 && !channel.cachedBindings(exchange)) {
    channel.seedBindings(exchange, configured.bindings);
  }
  return { exchange, routingKey, ...(configured && { declare: configured.declare }) };
}

/**
 * An exchange of the type that is configured, else stated.
 *
 * @param field What the caller knows the type as.
 * @throws {InvalidArgumentError} When the two contradict each other.
 */
export function exchangeFor(
  { exchanges }: Settings,
  name: string,
  type: ExchangeType | undefined,
  field: string,
): Exchange {
  const exchange = exchanges.get(name)?.exchange ?? new Exchange(name, type && { type });
  if (type === undefined || type === exchange.type) return exchange;
  throw new InvalidArgumentError(
    field,
    `must be ${exchange.type}, as the exchange is configured, or left out`,
  );
}

/** Whether a message that nobody is bound for is an error: unless it is asked not to be, or has somewhere else to go. */
export function isMandatory({ settings }: Call, mandatory: boolean | undefined): boolean {
  return mandatory ?? settings.channel.deadletterQueue === undefined;
}
