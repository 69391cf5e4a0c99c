/**
 * The deployment's queues: the spool is drained, its dead-letter queue kept.
 * @module
 */
import { drain, drainDead, type QueuedBatch } from "../../spool/drain.ts";
import { channelOf } from "../call.ts";
import { type GatewayConfig, resolveConfig } from "../config/config.ts";

/** Takes a batch, also where the spool has been turned off since. What became of its messages is one line of the log. */
export async function consume(config: GatewayConfig, batch: QueuedBatch, env: object): Promise<void> {
  const settings = resolveConfig(config);
  const channel = channelOf(settings.env ?? env, settings, settings.channel);
  const drained = await (batch.queue.endsWith("-dead") ? drainDead : drain)(channel, batch);
  console.log(JSON.stringify({ event: "spool-drained", queue: batch.queue, ...drained }));
}
