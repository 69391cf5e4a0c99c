/**
 * `task-sent` events, so that Flower and `celery events` see what is sent from here. Spec celery §7.
 * @module
 */
import type { Channel } from "../channel.ts";
import type { Publication } from "../delivery/publication.ts";
import { Exchange } from "../entity.ts";
import type { Settings } from "./celery_options.ts";
import type { TaskMessage } from "./message.ts";

/** The event of one message. `now` is milliseconds since the epoch. */
export async function eventMessage(
  channel: Channel,
  settings: Settings,
  { event }: TaskMessage,
  now: number,
): Promise<Publication> {
  const hostname = settings.origin;
  const body = {
    hostname,
    utcoffset: 0,
    pid: Number(/^gen(\d+)@/.exec(hostname)?.[1] ?? 0),
    clock: 1,
    ...event,
    timestamp: now / 1000,
    type: "task-sent",
  };
  return await channel.prepareMessage(body, {
    // Declared as topic, but on Redis Celery makes it fanout.
    exchange: new Exchange(settings.eventExchange, { type: "fanout" }),
    routingKey: "task.sent",
    serializer: "json",
    headers: { hostname },
    deliveryMode: 1,
  });
}
