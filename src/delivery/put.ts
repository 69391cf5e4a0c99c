/**
 * The last step: a publication's copies into their lists or onto their channel, in one request.
 * @module
 */
import { OutcomeUnknownError, type RedisError } from "../errors.ts";
import type { Command, Reply } from "../redis/client.ts";
import { type Guard, guardCommand, guardOutcomes, type Push } from "../redis/guard.ts";
import { withRetries } from "../redis/retry.ts";
import { fanoutChannel, priorityStep, queueKey } from "../routing/keys.ts";
import type { DeliveryContext, Publication } from "./publication.ts";

/** Where a publication goes: these queues, or a fanout exchange's channel. */
export interface Destination {
  readonly queues: readonly string[];
  readonly pushes: readonly Push[];
}

/** What a put came to: the pushes' replies in order, or the publication that was there before. */
export type Put =
  | {
      readonly kind: "pushed";
      readonly replies: readonly number[];
      /** By an earlier attempt, whose replies are not known. */
      readonly earlier?: true;
      /** What the caller must be warned of. */
      readonly warning?: string | undefined;
    }
  | { readonly kind: "duplicate"; readonly deliveryTag: string; readonly queues: readonly string[] };

/**
 * The copies for some queues, each with its own delivery tag: two copies with one tag share an entry among the
 * unacknowledged, and an ack of one loses the other (spec kombu-redis §5.3).
 *
 * @param first How many copies of this publication were made before.
 */
export function toQueues(
  context: DeliveryContext,
  publication: Publication,
  queues: readonly string[],
  first = 0,
): Destination {
  const { envelope, exchange, routingKey, priority, deliveryTag } = publication;
  const step = priorityStep(priority, context.keys.prioritySteps);
  const ownQueue = context.deliveryInfo === "queue";
  const pushes = queues.map((queue, index): Push => {
    const tag = copyTag(deliveryTag, first + index);
    const message = ownQueue ? envelope.copy(tag, "", queue) : envelope.copy(tag, exchange, routingKey);
    return { command: "LPUSH", target: queueKey(queue, step, context.keys), message };
  });
  return { queues, pushes };
}

/** The one message on a fanout exchange's channel. */
export function toChannel(context: DeliveryContext, publication: Publication): Destination {
  const { envelope, exchange, routingKey, deliveryTag } = publication;
  const message = envelope.copy(deliveryTag, exchange, routingKey);
  return {
    queues: [],
    pushes: [{ command: "PUBLISH", target: fanoutChannel(exchange, routingKey, context.keys), message }],
  };
}

/** What a put came to, and the replies to the further commands. */
export interface Answer {
  readonly put: Put;
  readonly before: readonly Reply[];
  readonly after: readonly Reply[];
}

const NONE: readonly Reply[] = [];

/**
 * Sends one publication, with further commands before and after it in the same request.
 *
 * Without a guard it is sent once, whatever happens. With one it is a single script that is sent again while its outcome
 * is open.
 *
 * The returned promise is passed on, not awaited: each await on the way of a publish costs a Worker as much as the
 * matching does.
 *
 * @throws {RedisError} With `delivered` naming the queues that got their copy all the same.
 */
export function put(
  context: DeliveryContext,
  publication: Publication,
  destination: Destination,
  before: readonly Command[],
  after: readonly Command[],
): Promise<Answer> {
  const { signal, guard, deliveryTag, retryPolicy } = publication;
  const { until } = context;
  const pushes = guard
    ? [
        guardCommand([
          { guard, record: guardRecord(deliveryTag, destination.queues), pushes: destination.pushes },
        ]),
      ]
    : destination.pushes.map(({ command, target, message }): Command => [command, target, message]);
  const alone = before.length + after.length === 0;
  const commands = alone ? pushes : [...before, ...pushes, ...after];
  const settle = (replies: readonly Reply[]): Answer => {
    const own = alone ? replies : replies.slice(before.length, before.length + pushes.length);
    return {
      put: guard ? guardedPut(own[0]!, deliveryTag, destination) : plainPut(own, destination),
      before: alone ? NONE : replies.slice(0, before.length),
      after: alone ? NONE : replies.slice(before.length + pushes.length),
    };
  };
  const attempt = () =>
    context.connection.send(commands, { atomic: pushes.length > 1, signal, until }).then(settle);
  return guard ? withRetries(attempt, retryPolicy, signal, until) : attempt();
}

/** The tag of a publication's n-th copy: the first bears the publication's own, the others differ in the last group. */
export function copyTag(deliveryTag: string, index: number): string {
  return index === 0
    ? deliveryTag
    : `${deliveryTag.slice(0, 24)}${(index + 1).toString(16).padStart(12, "0")}`;
}

/** Notes what is about to be put where; `delivered`: by an earlier put. */
export function note(
  { attempts }: DeliveryContext,
  publication: Publication,
  queues: readonly string[],
  settled: boolean,
  delivered: readonly string[] = [],
): void {
  attempts?.set(publication, { queues, settled, delivered });
}

/** The guard of the copies for queues that a refresh of the table newly showed: the others' says that they are there. */
export function lateGuard(guard: Guard): Guard {
  return { ...guard, key: `${guard.key}:late` };
}

/** What a guard remembers of a publication. */
export function guardRecord(deliveryTag: string, queues: readonly string[]): string {
  return JSON.stringify([deliveryTag, queues]);
}

/**
 * Reads a guard's record. A record with our own tag was written by an earlier attempt of this very publish whose answer
 * was lost: that is a delivery, not a duplicate.
 */
export function fromRecord(record: string, deliveryTag: string, count: number): Put {
  const [tag, queues] = parseRecord(record);
  if (tag === deliveryTag)
    return { kind: "pushed", replies: new Array<number>(count).fill(1), earlier: true };
  return { kind: "duplicate", deliveryTag: tag, queues };
}

function parseRecord(record: string): [string, readonly string[]] {
  try {
    const [tag, queues] = JSON.parse(record) as [unknown, unknown];
    // An empty Lua table is an object in JSON.
    if (typeof tag === "string")
      return [tag, Array.isArray(queues) ? queues.filter((queue) => typeof queue === "string") : []];
  } catch {
    // Falls through: the key holds something that is not ours.
  }
  throw new OutcomeUnknownError("the guard of this idempotency key holds something else");
}

function guardedPut(reply: Reply, deliveryTag: string, destination: Destination): Put {
  const outcome = guardOutcomes(reply, 1)[0]!;
  if ("error" in outcome) throw outcome.error;
  if ("record" in outcome) return fromRecord(outcome.record, deliveryTag, destination.pushes.length);
  return { kind: "pushed", replies: outcome.replies };
}

function plainPut(replies: readonly Reply[], { queues }: Destination): Put {
  const lengths = replies.map(toLength);
  const failure = lengths.find((length) => typeof length !== "number");
  if (failure === undefined) return { kind: "pushed", replies: lengths as number[] };
  failure.delivered = queues.filter((_queue, index) => typeof lengths[index] === "number");
  throw failure;
}

/** A push's reply as the number it must be; anything else leaves its outcome unknown. */
export function toLength(reply: Reply): number | RedisError {
  if ("error" in reply) return reply.error;
  const { result } = reply;
  return Number.isInteger(result)
    ? (result as number)
    : new OutcomeUnknownError("the push was answered without a number");
}
