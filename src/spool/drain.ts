/**
 * The consumer of the spool's queue: what was accepted goes to Redis, in its order and once.
 * @module
 */

import type { Command } from "../redis/client.ts";
import { type Corpse, type DeadReason, keepDead, type SpoolChannel } from "./dead_letters.ts";
import { inOrder, openMessage } from "./message.ts";
import { isAway, publishRecords } from "./publish.ts";
import { GUARD_SECONDS, type SpooledItem, type SpoolRecord } from "./record.ts";

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

const DELAYS = { minimumDelay: 5, maximumDelay: 600 };

/** The longest delay that a queue allows. */
const LONGEST_DELAY = 43_200;

/** How many characters of messages are in memory at once. */
type Portion = { readonly message: QueuedMessage; readonly record: SpoolRecord }[];

/**
 * Drains a batch of the spool's queue. Nothing is thrown: each message is acknowledged, kept as a dead letter, or comes again.
 *
 * All that come again do so at the same time, so that their order is kept where it can be.
 * How long they wait is for the channel's option `spool` to say.
 */
export async function drain(guarded: SpoolChannel, batch: QueuedBatch): Promise<Drained> {
  const channel = asking(guarded);
  const { minimumDelay, maximumDelay } = channel.delivery.spool ?? DELAYS;
  const corpses: (Corpse & { readonly message: QueuedMessage })[] = [];
  const again: QueuedMessage[] = [];
  let landed = 0;
  let isStopped = false;
  const opened = batch.messages.flatMap((message) => {
    try {
      return [{ message, ...openMessage(message.body) }];
    } catch {
      corpses.push(unreadable(message));
      return [];
    }
  });
  const publish = async (portion: Portion) => {
    const { alive, expired, unknown } = await judged(channel, portion);
    again.push(...unknown.map(({ message }) => message));
    isStopped ||= unknown.length > 0;
    for (const { message, record } of expired) corpses.push(corpse(message, record, "guard-expired"));
    const results = await publishRecords(
      channel.delivery,
      alive.map(({ record }) => record),
    );
    for (const [index, { message, record }] of alive.entries()) {
      const own = results[index]!;
      isStopped ||= own.some(isAway);
      if (own.some(({ kind }) => kind === "later")) {
        again.push(message);
        continue;
      }
      const reason = own.find((result) => result.kind === "dead")?.reason;
      if (reason) {
        const items = record.items.filter((_item, place) => own[place]!.kind === "dead");
        corpses.push(corpse(message, { ...record, items }, reason));
      } else {
        message.ack();
        landed++;
      }
    }
  };
  let portion: Portion = [];
  let size = 0;
  for (const { message, read } of opened.toSorted(inOrder)) {
    // What comes after would overtake.
    if (isStopped) {
      again.push(message);
      continue;
    }
    try {
      const record = await read();
      portion.push({ message, record });
      size += record.items.reduce((sum, { parts }) => sum + parts[0].length, 0);
    } catch {
      corpses.push(unreadable(message));
    }
    if (size < channel.delivery.maximumRequestSize) continue;
    await publish(portion);
    portion = [];
    size = 0;
  }
  if (portion.length > 0) await publish(portion);
  const dead: Partial<Record<DeadReason, number>> = {};
  for (const { message, ...letter } of corpses) {
    try {
      await keepDead(channel, [letter]);
      message.ack();
      dead[letter.reason] = (dead[letter.reason] ?? 0) + 1;
    } catch {
      again.push(message);
    }
  }
  return { landed, dead, ...comeAgain(again, minimumDelay, maximumDelay) };
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

interface Judged {
  readonly alive: Portion;
  /** Its outcome was unknown, and what would tell is forgotten. */
  readonly expired: Portion;
  /** Redis does not tell now. */
  readonly unknown: Portion;
}

/** Milliseconds before a guard may be gone from which on it is looked up: longer than a request takes. */
const MARGIN = 60_000;
/** Milliseconds by which clocks may differ. */
const DRIFT = 2_000;

/**
 * Looks up the guards of what may have landed so long ago that its guard may be gone. One that is still there is kept for longer
 * by the same command, and so keeps its publication from landing twice. One that is not there although it cannot be gone yet was
 * never set: nothing has landed.
 */
async function judged({ delivery }: SpoolChannel, portion: Portion): Promise<Judged> {
  const goneIn = ({ begunAt }: SpoolRecord, { guard }: SpooledItem) =>
    begunAt + guard.seconds * 1000 - DRIFT - Date.now();
  const doubtful = portion.flatMap((one) =>
    one.record.items
      .filter((item) => !item.certain && goneIn(one.record, item) < MARGIN)
      .map((item) => ({ one, item })),
  );
  if (doubtful.length === 0) return { alive: portion, expired: [], unknown: [] };
  const commands = doubtful.map(({ item }): Command => ["EXPIRE", item.guard.key, String(GUARD_SECONDS)]);
  const forgotten = new Set<Portion[number]>();
  try {
    const replies = await delivery.connection.send(commands, { atomic: false });
    for (const [index, reply] of replies.entries()) {
      const { one, item } = doubtful[index]!;
      if ("error" in reply) throw reply.error;
      if (reply.result !== 1 && goneIn(one.record, item) <= 0) forgotten.add(one);
    }
  } catch {
    return { alive: [], expired: [], unknown: portion };
  }
  return {
    alive: portion.filter((one) => !forgotten.has(one)),
    expired: portion.filter((one) => forgotten.has(one)),
    unknown: [],
  };
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
