/**
 * Routes that look at queues, and empty them.
 * @module
 */
import * as v from "valibot";
import type { Call } from "../call.ts";
import { knownQueues } from "../observe/known_queues.ts";
import { OBJECT } from "../publish/schemas.ts";
import { checkQueue } from "../request/queue_name.ts";
import { type Area, route } from "../route.ts";

const depth = v.strictObject({
  queue: v.string(),
  messages: v.pipe(v.number(), v.description("Waiting, over all priorities.")),
  by_priority: OBJECT,
});

/** The area of `/v1/queues`. */
export const queues: Area = {
  schemas: {
    Queue: depth,
    Queues: v.strictObject({ queues: v.array(depth) }),
    Purged: v.strictObject({ purged: v.number() }),
  },
  routes: [
    route({
      method: "GET",
      path: "/v1/queues",
      summary: "Queues that are configured, or bound to a configured exchange, with their depths",
      access: "read",
      query: {},
      answers: { 200: "Queues" },
      async handle(call) {
        const { channel, settings } = call;
        const tables = await channel.bindingsOf([...settings.exchanges.keys()]);
        const sizes = await channel.sizesOf(knownQueues(settings, tables.values()));
        return Response.json({ queues: [...sizes].map(([queue, steps]) => depthOf(queue, steps)) });
      },
    }),
    route({
      method: "GET",
      path: "/v1/queues/{queue}",
      summary: "A queue's depth; one that nobody has published to is empty",
      access: "read",
      query: {},
      answers: { 200: "Queue" },
      async handle(call) {
        const queue = queueOf(call);
        return Response.json(depthOf(queue, await call.channel.queueSizes(queue)));
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/queues/{queue}/messages",
      summary: "Remove all messages that wait in a queue",
      access: "manage",
      query: {},
      answers: { 200: "Purged" },
      async handle(call) {
        return Response.json({ purged: await call.channel.purgeQueue(queueOf(call)) });
      },
    }),
  ],
};

function queueOf({ path, settings }: Call): string {
  checkQueue(path.queue!, "queue", settings.keys);
  return path.queue!;
}

function depthOf(queue: string, steps: ReadonlyMap<number, number>): v.InferOutput<typeof depth> {
  const messages = [...steps.values()].reduce((sum, length) => sum + length, 0);
  return { queue, messages, by_priority: Object.fromEntries(steps) };
}
