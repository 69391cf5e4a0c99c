/**
 * The consumer of the spool's queue: what was accepted goes to Redis, in its order and once.
 * @module
 */

import { type Corpse, type DeadReason, keepDead, type SpoolChannel } from "./dead_letters.ts";
import { judged } from "./judge.ts";
import { inOrder, type Opened, openMessage } from "./message.ts";
import { isAway, publishRecords } from "./publish.ts";
import type { SpoolRecord } from "./record.ts";

/** What is used of a message of Cloudflare Queues. */
export interface QueuedMessage {
  readonly id: string;
  readonly body: unknown;
  readonly attempts: number;
  ack(): void;
  retry(options?: { delaySeconds?: number }): void;
}

/** What is used of a batch of Cloudflare Queues. */
export interface QueuedBatch {
  readonly queue: string;
  readonly messages: readonly QueuedMessage[];
}

/** What became of a batch's messages. */
export interface Drained {
  readonly landed: number;
  /** Left in the queue, since Redis does not take them now. */
  readonly retried: number;
  /** Kept as dead letters, by reason. */
  readonly dead: Readonly<Partial<Record<DeadReason, number>>>;
  /** Seconds until those left come again. */
  readonly delay: number | undefined;
}

const DELAYS = { hold: 300, minimumDelay: 5, maximumDelay: 600 };

/** Milliseconds after which Redis is first asked again for a batch that is held; twice as many each time after that. */
const SHORTEST_PAUSE = 500;
/** The longest pause between two such times, in milliseconds. */
export const LONGEST_PAUSE = 5_000;

/** The longest delay that a queue allows. */
const LONGEST_DELAY = 43_200;

/** A message that has been opened: its place in the order, and the way to its record. */
type Waiting = Opened & { readonly message: QueuedMessage };

/** The same with its record. */
interface Placed {
  readonly waiting: Waiting;
  readonly record: SpoolRecord;
}

/** What has become of messages so far. */
interface Ledger {
  landed: number;
  readonly corpses: (Corpse & { readonly message: QueuedMessage })[];
  /** Redis answered, but not with a place for these. */
  readonly again: QueuedMessage[];
}

/**
 * Drains a batch of the spool's queue. Nothing is thrown: each message is acknowledged, kept as a dead letter, or comes again.
 *
 * While Redis is away the batch is held: a queue with one consumer at a time hands out no other meanwhile, so that the order is
 * kept. What still waits in the end comes again, all of it at the same time. How long is for the channel's option `spool` to say.
 */
export async function drain(guarded: SpoolChannel, batch: QueuedBatch): Promise<Drained> {
  const channel = asking(guarded);
  const { hold, minimumDelay, maximumDelay } = channel.delivery.spool ?? DELAYS;
  const heldUntil = Date.now() + hold * 1000;
  const ledger: Ledger = { landed: 0, corpses: [], again: [] };
  const opened = batch.messages.flatMap((message): Waiting[] => {
    try {
      return [{ message, ...openMessage(message.body) }];
    } catch {
      ledger.corpses.push(unreadable(message));
      return [];
    }
  });
  let waiting: readonly Waiting[] = opened.toSorted(inOrder);
  for (let pause = SHORTEST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    waiting = await publishWaiting(channel, waiting, ledger);
    if (waiting.length === 0 || Date.now() + pause > heldUntil) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  const again = [...waiting.map(({ message }) => message), ...ledger.again];
  const dead: Partial<Record<DeadReason, number>> = {};
  for (const { message, ...letter } of ledger.corpses) {
    try {
      await keepDead(channel, [letter]);
      message.ack();
      dead[letter.reason] = (dead[letter.reason] ?? 0) + 1;
    } catch {
      again.push(message);
    }
  }
  return { landed: ledger.landed, dead, ...comeAgain(again, minimumDelay, maximumDelay) };
}

/** Publishes what waits, in order, until Redis does not answer; returns what that leaves, in order. */
async function publishWaiting(
  channel: SpoolChannel,
  waiting: readonly Waiting[],
  ledger: Ledger,
): Promise<readonly Waiting[]> {
  const left: Waiting[] = [];
  let portion: Placed[] = [];
  let size = 0;
  for (const one of waiting) {
    // What comes after would overtake.
    if (left.length > 0) {
      left.push(one);
      continue;
    }
    try {
      const record = await one.read();
      portion.push({ waiting: one, record });
      size += record.items.reduce((sum, { parts }) => sum + parts[0].length, 0);
    } catch {
      ledger.corpses.push(unreadable(one.message));
    }
    if (size < channel.delivery.maximumRequestSize) continue;
    left.push(...(await publishPortion(channel, portion, ledger)));
    portion = [];
    size = 0;
  }
  if (portion.length > 0) left.push(...(await publishPortion(channel, portion, ledger)));
  return left;
}

/** Publishes records together; returns those to which Redis did not answer, in order. */
async function publishPortion(
  channel: SpoolChannel,
  portion: readonly Placed[],
  ledger: Ledger,
): Promise<readonly Waiting[]> {
  const { alive, expired, unknown } = await judged(channel, portion);
  for (const { waiting, record } of expired)
    ledger.corpses.push(corpse(waiting.message, record, "guard-expired"));
  const left = unknown.map(({ waiting }) => waiting);
  const results = await publishRecords(
    channel.delivery,
    alive.map(({ record }) => record),
  );
  for (const [index, { waiting, record }] of alive.entries()) {
    const { message } = waiting;
    const own = results[index]!;
    if (own.some(isAway)) {
      left.push(waiting);
      continue;
    }
    if (own.some(({ kind }) => kind === "later")) {
      ledger.again.push(message);
      continue;
    }
    const reason = own.find((result) => result.kind === "dead")?.reason;
    if (reason) {
      const items = record.items.filter((_item, place) => own[place]!.kind === "dead");
      ledger.corpses.push(corpse(message, { ...record, items }, reason));
    } else {
      message.ack();
      ledger.landed++;
    }
  }
  return left;
}

/**
 * Drains a batch of the dead-letter queue, where messages are that came too often: each is kept as a dead letter in Redis, or
 * comes again after a long delay.
 */
export async function drainDead(guarded: SpoolChannel, batch: QueuedBatch): Promise<Drained> {
  const channel = asking(guarded);
  const again: QueuedMessage[] = [];
  const kept = { exhausted: 0, unreadable: 0 };
  for (const message of batch.messages) {
    const corpse = await exhausted(message);
    try {
      // Where one write failed the next would wait as long.
      if (again.length === 0) await keepDead(channel, [corpse]);
    } catch {
      again.push(message);
      continue;
    }
    if (again.length > 0) {
      again.push(message);
      continue;
    }
    message.ack();
    kept[corpse.reason]++;
  }
  return { landed: 0, dead: kept, ...comeAgain(again, 600, LONGEST_DELAY) };
}

/** The channel that asks Redis also while its circuit is open: the queue's delays are pause enough, and a good answer closes it. */
function asking({ delivery }: SpoolChannel): SpoolChannel {
  const { database, send } = delivery.connection;
  const probe: typeof send = (commands, options) =>
    send.call(delivery.connection, commands, { ...options, probe: true });
  return { delivery: { ...delivery, connection: { database, send: probe } } };
}

/** All with the delay that the one has earned which came most often. */
function comeAgain(
  messages: readonly QueuedMessage[],
  minimum: number,
  maximum: number,
): Pick<Drained, "retried" | "delay"> {
  if (messages.length === 0) return { retried: 0, delay: undefined };
  const attempts = Math.max(...messages.map((message) => message.attempts));
  const delay = Math.ceil(Math.min(minimum * 2 ** (attempts - 1), maximum));
  for (const message of messages) message.retry({ delaySeconds: delay });
  return { retried: messages.length, delay };
}

function corpse(message: QueuedMessage, record: SpoolRecord, reason: DeadReason) {
  return { message, id: record.id, reason, attempts: message.attempts, record };
}

function unreadable(message: QueuedMessage) {
  const { id, body, attempts } = message;
  return { message, id, reason: "unreadable" as const, attempts, record: undefined, body };
}

async function exhausted({
  id,
  body,
}: QueuedMessage): Promise<Corpse & { reason: "exhausted" | "unreadable" }> {
  // How often the spool's own queue had handed it out, its dead-letter queue does not tell.
  try {
    const record = await openMessage(body).read();
    return { id: record.id, reason: "exhausted", attempts: null, record };
  } catch {
    return { id, reason: "unreadable", attempts: null, record: undefined, body };
  }
}
