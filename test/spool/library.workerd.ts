/** @module A Worker of a user's own with a spool: as `docs/spool.md` has it, with tables that are always past their age. */
import { Channel, Exchange, Producer } from "../../src/index.ts";
import { drain, drainDead, type QueuedBatch, type SpoolQueue } from "../../src/spool/index.ts";

interface Environment {
  readonly SPOOL: SpoolQueue;
  readonly PREFIX: string;
}

const channelOf = (env: Environment) =>
  Channel.fromEnv(env, {
    globalKeyprefix: env.PREFIX,
    bindingMaximumAge: 0,
    spool: { queue: env.SPOOL, after: 1_000, minimumDelay: 1 },
  });

export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    const exchange = new Exchange("library", { type: "topic" });
    const producer = new Producer(channelOf(env), { exchange, routingKey: "k" });
    const { bodies, consistency } = (await request.json()) as {
      bodies: unknown[];
      consistency?: "strict";
    };
    const deliveries =
      bodies.length === 1
        ? [await producer.publish(bodies[0], { consistency })]
        : await producer.publishMany(bodies.map((body) => ({ body })));
    return Response.json(deliveries);
  },
  async queue(batch: QueuedBatch, env: Environment): Promise<void> {
    await (batch.queue.endsWith("-dead") ? drainDead : drain)(channelOf(env), batch);
  },
};
