/**
 * Events as tasks, by the deployment's settings of Celery.
 * @module
 */
import type { Publication } from "../../delivery/publication.ts";
import type { StreamEvent } from "../../events/event.ts";
import type { StreamTarget } from "../../events/stream.ts";
import type { Message } from "../../producer.ts";
import type { Call } from "../call.ts";
import { argumentOf, eventRepr } from "../tasks/event_task.ts";

/** Writes the task of an event from the message that would go to a queue; nothing is sent. */
export type TaskWriter = (event: StreamEvent, message: Message) => Promise<Publication>;

/** Kept once it is loaded: looking a module up again takes longer than to write a task. */
let celeryOf: typeof import("../tasks/app.ts").celeryOf | undefined;

/**
 * Loads Celery and makes a writer for one request.
 *
 * A task's id is derived from the key that guards its event, so that an event that comes again is the same task even when
 * the guard is no longer remembered; it is random where there is no key.
 *
 * @throws {NotConfiguredError} When the settings of Celery need a variable that is not set.
 */
export async function loadTaskWriter(
  call: Call,
  { task, queue }: StreamTarget & { readonly task: string },
): Promise<TaskWriter> {
  celeryOf ??= (await import("../tasks/app.ts")).celeryOf;
  const app = celeryOf(call);
  return async ({ cloudEvent: { type, id } }, message) => {
    const { body, headers, retry, retryPolicy, idempotencyKey, idempotencyTtl } = message;
    return await app.prepareTask(task, {
      args: [body instanceof Uint8Array ? argumentOf(body) : body],
      argsrepr: eventRepr(type, id),
      queue,
      headers,
      retry,
      retryPolicy,
      idempotencyKey,
      idempotencyTtl,
    });
  };
}
