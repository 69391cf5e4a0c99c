/**
 * All events of a request to all their targets: one request to Redis, each message guarded for itself.
 * @module
 */
import type { Outcome } from "../../delivery/deliver_many.ts";
import type { Publication } from "../../delivery/publication.ts";
import { toBase64 } from "../../envelope/base64.ts";
import { KombuEdgeError, UnroutableError } from "../../errors.ts";
import {
  routingKeyOf,
  type Source,
  type Target,
  targetsOf,
  taskId,
  type WebhookEvent,
} from "../../webhooks/index.ts";
import { sha256 } from "../access/tokens.ts";
import { commonStatus } from "../observe/notes.ts";
import { type Draft, type Writer, writeMessage } from "./messages.ts";

/**
 * Publishes events.
 *
 * Each message has a guard of its own, so that those that did land are not sent again when the sender comes back for those
 * that did not. A first attempt whose answer is lost is asked for once more.
 *
 * @param timeout Milliseconds that are left of the sender's patience.
 * @returns What kept messages from landing; none when all are queued, now or earlier, or wanted by no route.
 * @throws {InvalidArgumentError} When a message is too large.
 */
export async function publishEvents(
  writer: Writer,
  source: Source,
  events: readonly WebhookEvent[],
  timeout: number,
): Promise<readonly unknown[]> {
  const drafts = (await Promise.all(events.map((event) => draftsOf(writer, source, event)))).flat();
  if (drafts.length === 0) return [];
  const messages = await Promise.all(drafts.map((draft) => writeMessage(writer, draft)));
  const outcomes = await writer.call.channel.basicPublishMany(messages, undefined, { timeout });
  writer.call.note({ messages: messages.length, delivery: commonStatus(outcomes) });
  return outcomes.flatMap((outcome, index) => failureOf(outcome, messages[index]!) ?? []);
}

/** The code of an error, for the log. */
export function codeOf(error: unknown): string {
  return error instanceof KombuEdgeError ? error.code : "internal-error";
}

/** In a dead-letter queue it is somewhere; on a fanout exchange without subscribers it is nowhere. */
function failureOf(outcome: Outcome, { exchange, routingKey }: Publication): unknown {
  if (outcome.status === "failed") return outcome.error;
  if (outcome.status !== "unroutable" || outcome.queues.length > 0) return undefined;
  return new UnroutableError(exchange, routingKey, "nobody receives it");
}

async function draftsOf(
  { source: { routes } }: Writer,
  { name, dedupeSeconds }: Source,
  event: WebhookEvent,
): Promise<readonly Draft[]> {
  const targets = targetsOf(routes, name, event);
  const firstTask = targets.find(({ task }) => task !== undefined);
  return await Promise.all(
    targets.map(async (target) => {
      const place = placeOf(target, name, event);
      return {
        event,
        target,
        // The ids of two tasks must differ: they are what their results are found by.
        taskId: target === firstTask ? event.taskId : await taskId(name, `${event.dedupeKey} ${place}`),
        transport: {
          idempotencyKey: `webhook.${toBase64(await sha256(JSON.stringify([name, place, event.dedupeKey])))}`,
          idempotencyTtl: dedupeSeconds,
          retry: true,
          retryPolicy: { maxRetries: 1 },
        },
      };
    }),
  );
}

/**
 * What a target is called in a guard. A routing key that was made from the event is left out: the event's name may be in a
 * header that nobody signed, and must not make a second event of a replay.
 */
function placeOf(target: Target, source: string, event: WebhookEvent): string {
  const { task, queue, exchange, routingKey } = target;
  const derived = routingKey === routingKeyOf(source, event.type);
  return JSON.stringify([
    task ?? null,
    queue ?? null,
    exchange ?? null,
    derived ? null : (routingKey ?? null),
  ]);
}
