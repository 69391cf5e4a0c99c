/**
 * Queues that may be named over HTTP.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import { checkQueueName, type KeyOptions } from "../../routing/keys.ts";

/**
 * Kombu's own keys: a list or a purge under the name of an exchange's binding set would cut the exchange off for all
 * (spec kombu-redis §6.2), and a token for some queues must not be enough for that.
 */
const RESERVED = /^(_kombu|unacked(_index|_mutex)?$)/;

/**
 * Checks a queue's name.
 *
 * @param field What the caller knows it as.
 * @throws {InvalidArgumentError} For a name that no queue can have, or that Kombu keeps to itself.
 */
export function checkQueue(queue: string, field: string, keys: KeyOptions): void {
  checkQueueName(queue, field, keys);
  if (RESERVED.test(queue)) throw new InvalidArgumentError(field, "is a name that Kombu keeps to itself");
}
