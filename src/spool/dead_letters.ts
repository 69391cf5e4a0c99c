/**
 * Dead letters: records that could not be delivered, kept in Redis until somebody replays or discards them.
 *
 * An index (a sorted set by time of death) and a hash for each letter: its listing reads no contents. Several commands go in one
 * request only where the client's pipeline takes them as they are.
 * @module
 */
import type { DeliveryContext } from "../delivery/publication.ts";
import { toBase64 } from "../envelope/base64.ts";
import type { Command, Reply } from "../redis/client.ts";
import type { KeyOptions } from "../routing/keys.ts";
import type { SpoolRecord } from "./record.ts";

/** What is used of a channel here. */
export interface SpoolChannel {
  readonly delivery: DeliveryContext;
}

/** Why a record is dead. */
export type DeadReason = "unroutable" | "refused" | "unreadable" | "guard-expired" | "exhausted";

/** What is told of a dead letter: never a body, a header or an idempotency key. Times are milliseconds of Unix time. */
export interface DeadLetter {
  readonly id: string;
  readonly reason: DeadReason;
  /** Of the first publication, when it holds several; `null` when it could not be read. */
  readonly exchange: string | null;
  readonly routingKey: string | null;
  readonly deliveryTag: string | null;
  /** Queues that were known when it was accepted. */
  readonly queues: readonly string[];
  readonly acceptedAt: number | null;
  readonly diedAt: number;
  /** How often the queue had handed it out; `null` when it came too often. */
  readonly attempts: number | null;
}

/** A record that is dead, or a message that is none. */
export interface Corpse {
  readonly id: string;
  readonly reason: DeadReason;
  readonly attempts: number | null;
  /** Without it the body is kept as it came. */
  readonly record: SpoolRecord | undefined;
  readonly body?: unknown;
}

/** A page of dead letters, the oldest first. */
export interface DeadLetterPage {
  readonly dead: readonly DeadLetter[];
  /** How many there are in all. */
  readonly count: number;
  /** For the next page; `undefined` after the last. */
  readonly next: string | undefined;
}

/** Keeps dead letters. One that is kept again stays one. Throws when Redis did not take them all. */
export async function keepDead({ delivery }: SpoolChannel, corpses: readonly Corpse[]): Promise<void> {
  const { connection, keys } = delivery;
  const diedAt = Date.now();
  for (const corpse of corpses) {
    const about = JSON.stringify(aboutOf(corpse, diedAt));
    const key = letterKey(keys, corpse.id);
    const letter: Command[] = [
      ["HSETNX", key, "about", about],
      ["HSETNX", key, "record", contentsOf(corpse)],
    ];
    results(await connection.send(letter, { atomic: true }));
    const index: Command = ["ZADD", indexKey(keys), "NX", String(diedAt), corpse.id];
    results(await connection.send([index], { atomic: false }));
  }
}

/**
 * Lists dead letters.
 *
 * @param limit How many at most.
 * @param from The `next` of the page before.
 */
export async function listDead(
  { delivery: { connection, keys } }: SpoolChannel,
  limit: number,
  from = "-inf+0",
): Promise<DeadLetterPage> {
  const [score, passed] = from.split("+") as [string, string];
  const command: Command = [
    "ZRANGEBYSCORE",
    indexKey(keys),
    score,
    "+inf",
    "WITHSCORES",
    "LIMIT",
    passed,
    String(limit + 1),
  ];
  const [range] = results(await connection.send([command], { atomic: false })) as [string[]];
  const entries = Array.from({ length: range.length / 2 }, (_, place) => ({
    id: String(range[place * 2]),
    score: String(range[place * 2 + 1]),
  }));
  const shown = entries.slice(0, limit);
  const last = shown.at(-1)?.score;
  const sameAsLast = shown.filter((entry) => entry.score === last).length;
  const next =
    entries.length > limit
      ? `${last}+${last === score ? Number(passed) + sameAsLast : sameAsLast}`
      : undefined;
  const [count, ...abouts] = results(
    await connection.send(
      [countCommand(keys), ...shown.map(({ id }): Command => ["HGET", letterKey(keys, id), "about"])],
      { atomic: false },
    ),
  ) as [number, ...(string | null)[]];
  return {
    dead: abouts.flatMap((about) => (about === null ? [] : [JSON.parse(about) as DeadLetter])),
    count,
    next,
  };
}

/** The command that counts dead letters, for a request that asks for more. */
export function countCommand(keys: KeyOptions): Command {
  return ["ZCARD", indexKey(keys)];
}

/** The ids of the dead letters that have been dead for longest. */
export async function oldestDead(
  { delivery: { connection, keys } }: SpoolChannel,
  limit: number,
): Promise<readonly string[]> {
  const command: Command = ["ZRANGE", indexKey(keys), "0", String(limit - 1)];
  const [found] = results(await connection.send([command], { atomic: false }));
  return (found as unknown[]).map(String);
}

/** The records of dead letters as they were kept; `null` for those that are not there. */
export async function contentsOfDead(
  { delivery: { connection, keys } }: SpoolChannel,
  wanted: readonly string[],
): Promise<readonly (string | null)[]> {
  if (wanted.length === 0) return [];
  const commands = wanted.map((id): Command => ["HGET", letterKey(keys, id), "record"]);
  return results(await connection.send(commands, { atomic: false })) as (string | null)[];
}

/** Removes dead letters for good; tells how many there were. */
export async function discardDead(
  { delivery: { connection, keys } }: SpoolChannel,
  wanted: readonly string[],
): Promise<number> {
  if (wanted.length === 0) return 0;
  const commands: Command[] = [
    ["ZREM", indexKey(keys), ...wanted],
    ["DEL", ...wanted.map((id) => letterKey(keys, id))],
  ];
  const [removed] = results(await connection.send(commands, { atomic: true }));
  return removed as number;
}

function indexKey(keys: KeyOptions): string {
  return `${keys.globalKeyprefix}_kombu-edge.spool.dead`;
}

function letterKey(keys: KeyOptions, id: string): string {
  return `${indexKey(keys)}.${id}`;
}

function results(replies: readonly Reply[]): unknown[] {
  return replies.map((reply) => {
    if ("error" in reply) throw reply.error;
    return reply.result;
  });
}

function aboutOf({ id, reason, attempts, record }: Corpse, diedAt: number): DeadLetter {
  const [item] = record?.items ?? [];
  return {
    id,
    reason,
    exchange: item?.exchange ?? null,
    routingKey: item?.routingKey ?? null,
    deliveryTag: item?.deliveryTag ?? null,
    queues: [...new Set((record?.items ?? []).flatMap(({ queues = [] }) => queues))],
    acceptedAt: record?.acceptedAt ?? null,
    diedAt,
    attempts,
  };
}

function contentsOf({ record, body }: Corpse): string {
  if (record) return JSON.stringify(record);
  const bytes = body instanceof ArrayBuffer ? new Uint8Array(body) : body;
  return JSON.stringify(
    bytes instanceof Uint8Array ? { unreadableBytes: toBase64(bytes) } : { unreadable: bytes ?? null },
  );
}
