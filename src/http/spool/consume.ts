/**
 * The deployment's queues: the spool is drained, its dead-letter queue kept.
 * @module
 */
import { drain, drainDead, type QueuedBatch } from "../../spool/drain.ts";
import { channelOf } from "../call.ts";
import type { Settings } from "../config/config.ts";

/** Takes a batch. What became of its messages is one line of the log. */
export async function consume(settings: Settings, batch: QueuedBatch, env: object): Promise<void> {
  // Whatever is in the queue was accepted: it is drained even where the spool has been turned off since.
  const { spool } = settings;
  const delays = spool ? { minimumDelay: spool.minimumDelay, maximumDelay: spool.maximumDelay } : {};
  const channel = channelOf(settings.env ?? env, settings);
  const drained = batch.queue.endsWith("-dead")
    ? await drainDead(channel, batch)
    : await drain(channel, batch, delays);
  console.log(JSON.stringify({ event: "spool-drained", queue: batch.queue, ...drained }));
}
