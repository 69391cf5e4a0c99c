/**
 * Records into the queue, within the limits of its batches. Spec http-redis §5.5.
 * @module
 */
import type { SpoolMessage, SpoolQueue } from "../delivery/spool_options.ts";
import { type MeasuredMessage, toMessage } from "./message.ts";
import type { SpoolRecord } from "./record.ts";

const MAXIMUM_BATCH = 100;
/** Bytes: 256 KB, less what the queue itself adds to each message. */
const MAXIMUM_BATCH_SIZE = 245_000;
/** Milliseconds that the queue may take to accept a batch. */
const PATIENCE = 5_000;

/** The queue did not say that it has taken a message: it may have. */
export class NotAnswered extends Error {
  override readonly name = "NotAnswered";
}

/**
 * Writes records in order. Once the queue fails, what comes after it is not sent, so that nothing overtakes.
 *
 * @returns For each record what kept it out, or `undefined`.
 */
export async function writeRecords(
  queue: SpoolQueue,
  records: readonly SpoolRecord[],
): Promise<readonly unknown[]> {
  const failures = new Array<unknown>(records.length);
  const batch: { message: MeasuredMessage; place: number }[] = [];
  let size = 0;
  let stopped: unknown;
  const flush = async () => {
    if (batch.length === 0) return;
    if (stopped === undefined) {
      const messages = batch.map(({ message: { body, contentType } }) => ({ body, contentType }));
      const failure = await send(queue, messages);
      for (const { place } of batch) failures[place] = failure;
      if (failure !== undefined) stopped = new Error("an earlier message was not taken", { cause: failure });
    } else for (const { place } of batch) failures[place] = stopped;
    batch.length = 0;
    size = 0;
  };
  for (const [place, record] of records.entries()) {
    try {
      const message = await toMessage(record);
      if (batch.length >= MAXIMUM_BATCH || size + message.size > MAXIMUM_BATCH_SIZE) await flush();
      batch.push({ message, place });
      size += message.size;
    } catch (error) {
      failures[place] = error;
    }
  }
  await flush();
  return failures;
}

/** A second time after a failure: a message that comes twice lands once. */
async function send(queue: SpoolQueue, messages: SpoolMessage[]): Promise<unknown> {
  const [only] = messages;
  const once = () =>
    inTime(
      messages.length === 1
        ? queue.send(only!.body, { contentType: only!.contentType })
        : queue.sendBatch(messages),
    );
  try {
    await once().catch(once);
    return undefined;
  } catch (error) {
    // The queue's own words may quote what it was given.
    const { name } = error instanceof Error ? error : new Error();
    return new NotAnswered(`the spool's queue failed (${name})`);
  }
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException("no answer of the queue", "TimeoutError")), PATIENCE);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
