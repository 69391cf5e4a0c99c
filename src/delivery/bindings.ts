/**
 * Bindings as they are stored, checked before anything is written. Spec kombu-redis §6.2, §6.4.
 * @module
 */
import { Exchange, Queue } from "../entity.ts";
import { InvalidArgumentError } from "../errors.ts";
import { bindingMember, checkQueueName, checkRoutingKey, type KeyOptions } from "../routing/keys.ts";
import { PoisonPattern, parsePattern, topicPattern } from "../routing/pattern.ts";
import type { DeclaredBinding } from "./publication.ts";

/** The bindings of entities, as members of their exchanges' sets. */
export function declaredBindings(
  entities: readonly (Exchange | Queue)[],
  keys: KeyOptions,
): DeclaredBinding[] {
  if (!Array.isArray(entities))
    throw new InvalidArgumentError("declare", "must be a list of exchanges and queues");
  return entities.flatMap((entity) => {
    if (entity instanceof Exchange) return [];
    if (!(entity instanceof Queue))
      throw new InvalidArgumentError("declare", "must hold exchanges and queues only");
    return entity.bindings.map(({ exchange, routingKey }) =>
      binding(entity.name, exchange, routingKey, keys),
    );
  });
}

/**
 * One binding as it is stored. Refuses a topic key whose pattern Python cannot compile: stored, it would fail every publish
 * that Kombu makes to the exchange (spec §6.4).
 */
export function binding(
  queue: string,
  exchange: Exchange,
  routingKey: string,
  keys: KeyOptions,
): DeclaredBinding {
  checkQueueName(queue, "queue", keys);
  checkRoutingKey(routingKey, "routingKey");
  if (exchange.name === "")
    throw new InvalidArgumentError("exchange", "must be a named exchange: the anonymous one has no bindings");
  const topic = exchange.type === "topic";
  const member = bindingMember(routingKey, queue, topic, keys);
  const [readKey, , readQueue, ...more] = member.split(keys.sep);
  if (readKey !== routingKey || readQueue !== queue || more.length > 0) {
    throw new InvalidArgumentError("routingKey", "must not contain the separator");
  }
  if (topic) {
    try {
      parsePattern(topicPattern(routingKey));
    } catch (error) {
      if (!(error instanceof PoisonPattern)) throw error;
      throw new InvalidArgumentError(
        "routingKey",
        `has a misplaced asterisk (${error.message}): it would break the exchange for all`,
      );
    }
  }
  return { exchange: exchange.name, member };
}
