/**
 * Back-pressure by depth: a publication for a queue that holds as many messages as it may is refused before it is sent.
 *
 * A push's reply tells the length of its own list; the lengths of the other priority steps ride along with a push, at most
 * once a second for each queue and isolate. A queue that was full is asked for again when that knowledge is a second old.
 * @module
 */
import { QueueFullError } from "../errors.ts";
import type { Command, Reply } from "../redis/client.ts";
import { priorityStep, queueKey } from "../routing/keys.ts";
import type { DeliveryContext, Publication } from "./publication.ts";
import type { Destination, Put } from "./put.ts";

/** Milliseconds for which the lengths of a queue's lists are taken as they were read. */
const READING_AGE_MS = 1_000;
const MAXIMUM_QUEUES = 1_000;

/** The lengths of a queue's lists by priority step, and when they were told. Times are milliseconds since the epoch. */
interface Depth {
  readonly lengths: Map<number, number>;
  /** When a length was last told. */
  at: number;
  /** When all of them were last asked for. */
  readAt: number;
}

/** By database and list; values only. */
const depths = new Map<string, Depth>();

/** A publication and where it goes. */
interface Placed {
  readonly publication: Publication;
  readonly destination: Destination;
}

/** What may be sent. */
export interface Admission {
  /** By place: why a publication must not be sent. */
  readonly refusals: readonly (QueueFullError | undefined)[];
  /** Commands for the end of the request. */
  readonly commands: readonly Command[];
  /** Takes note of the replies to them, and tells what is wrong with one. */
  learn(replies: readonly Reply[]): string | undefined;
}

/**
 * Decides which publications may be sent: all copies of one or none.
 *
 * @throws {RedisError} When a queue that was full could not be asked for.
 */
export async function admit(
  context: DeliveryContext,
  placed: readonly Placed[],
  signal: AbortSignal | undefined,
): Promise<Admission> {
  const limits = new Map<string, number>();
  for (const queue of placed.flatMap(({ destination }) => destination.queues)) {
    const limit = limitOf(context, queue);
    if (limit !== undefined) limits.set(queue, limit);
  }
  await readFull(context, limits, signal);
  const planned = new Map<string, number>();
  const refusals = placed.map(({ destination }) => {
    const queues = destination.queues.filter((queue) => limits.has(queue));
    const depth = (queue: string) => sizeOf(context, queue) + (planned.get(queue) ?? 0);
    const full = queues.find((queue) => depth(queue) >= limits.get(queue)!);
    if (full !== undefined) return new QueueFullError(full);
    for (const queue of queues) planned.set(queue, (planned.get(queue) ?? 0) + 1);
    return undefined;
  });
  const now = Date.now();
  const reads = [...planned.keys()].flatMap((queue) => {
    const depth = depthOf(context, queue);
    if (now - depth.readAt < READING_AGE_MS) return [];
    depth.readAt = now;
    return readsOf(context, queue);
  });
  return {
    refusals,
    commands: reads.map(({ command }) => command),
    learn: (replies) => learn(reads, replies),
  };
}

/** Takes note of what a publication's pushes were answered. */
export function noteLengths(context: DeliveryContext, { publication, destination }: Placed, put: Put): void {
  // A guard's record says nothing of lengths.
  if (put.kind !== "pushed" || put.earlier) return;
  const step = priorityStep(publication.priority, context.keys.prioritySteps);
  destination.queues.forEach((queue, index) => {
    if (limitOf(context, queue) !== undefined) note(depthOf(context, queue), step, put.replies[index]!);
  });
}

interface Read {
  readonly command: Command;
  readonly depth: Depth;
  readonly step: number;
}

/** Asks for the queues that were full more than a second ago, all in one request. */
async function readFull(
  context: DeliveryContext,
  limits: ReadonlyMap<string, number>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const now = Date.now();
  const reads = [...limits].flatMap(([queue, limit]) => {
    const depth = depthOf(context, queue);
    if (sizeOf(context, queue) < limit || now - depth.at < READING_AGE_MS) return [];
    // Others go by what is known meanwhile.
    depth.at = now;
    depth.readAt = now;
    return readsOf(context, queue);
  });
  if (reads.length === 0) return;
  const commands = reads.map(({ command }) => command);
  const replies = await context.connection.send(commands, { atomic: false, signal, until: context.until });
  for (const reply of replies) if ("error" in reply) throw reply.error;
  learn(reads, replies);
}

function learn(reads: readonly Read[], replies: readonly Reply[]): string | undefined {
  let warning: string | undefined;
  reads.forEach(({ depth, step }, index) => {
    const reply = replies[index];
    if (!reply) return;
    if ("result" in reply) note(depth, step, reply.result);
    // A limit that is not known to hold is not passed over in silence.
    else warning = `the depth of a queue could not be read: ${reply.error.message}`;
  });
  return warning;
}

function note(depth: Depth, step: number, length: unknown): void {
  if (!Number.isInteger(length)) return;
  depth.lengths.set(step, length as number);
  depth.at = Date.now();
}

function readsOf(context: DeliveryContext, queue: string): readonly Read[] {
  const depth = depthOf(context, queue);
  const { keys } = context;
  return keys.prioritySteps.map((step) => ({ command: ["LLEN", queueKey(queue, step, keys)], depth, step }));
}

function sizeOf(context: DeliveryContext, queue: string): number {
  let size = 0;
  for (const length of depthOf(context, queue).lengths.values()) size += length;
  return size;
}

function limitOf({ maximumDepth }: DeliveryContext, queue: string): number | undefined {
  if (!maximumDepth) return undefined;
  return Object.hasOwn(maximumDepth, queue) ? maximumDepth[queue] : maximumDepth["*"];
}

function depthOf({ connection, keys }: DeliveryContext, queue: string): Depth {
  const key = `${connection.database} ${queueKey(queue, keys.prioritySteps[0]!, keys)}`;
  let depth = depths.get(key);
  if (!depth) {
    depth = { lengths: new Map(), at: 0, readAt: 0 };
    depths.set(key, depth);
    if (depths.size > MAXIMUM_QUEUES) depths.delete(depths.keys().next().value!);
  }
  return depth;
}
