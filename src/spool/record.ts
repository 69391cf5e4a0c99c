/**
 * The record of a spooled publication: what a queue message holds until Redis has it. One publication, or several that must
 * land together with commands before them.
 * @module
 */
import type { DeclaredBinding, Publication } from "../delivery/publication.ts";
import { type Envelope, reviveEnvelope } from "../envelope/envelope.ts";
import type { Command } from "../redis/client.ts";
import type { Guard } from "../redis/guard.ts";
import type { ExchangeType } from "../routing/table.ts";

/** The version that is written; another is not read. */
const VERSION = 1;

/** One publication, and how far it had come. */
export interface SpooledItem {
  readonly exchange: string;
  readonly type?: ExchangeType | undefined;
  readonly routingKey: string;
  readonly parts: Envelope["parts"];
  readonly deliveryInfoRest: string;
  readonly deliveryTag: string;
  readonly priority: number;
  readonly declare: readonly DeclaredBinding[];
  readonly guard: Guard;
  readonly mandatory: boolean;
  readonly strict: boolean;
  /** Queues of the put that failed. Without them Redis must be asked. */
  readonly queues?: readonly string[] | undefined;
  /** Whether these are all. If not, the others get their copy after them. */
  readonly settled: boolean;
  /** How many copies an earlier put made: this one is for queues that a refresh of the table newly showed. */
  readonly first: number;
  /** Whether the put that failed has certainly put nothing. */
  readonly certain: boolean;
}

/** What one queue message holds. */
export interface SpoolRecord {
  readonly version: typeof VERSION;
  readonly id: string;
  /** When its publish began, and so at the earliest was applied, in milliseconds since the epoch. */
  readonly begunAt: number;
  /** When it was accepted: milliseconds since the epoch, then the order within them and within the isolate. */
  readonly acceptedAt: number;
  readonly sequence: number;
  readonly items: readonly SpooledItem[];
  /** Whether the items must land in one transaction, with the commands before them. */
  readonly atomic: boolean;
  /** Commands that are harmless to repeat. */
  readonly before: readonly Command[];
}

let sequence = 0;

/** Makes a record that is accepted now. */
export function newRecord(parts: Pick<SpoolRecord, "begunAt" | "items" | "atomic" | "before">): SpoolRecord {
  return {
    version: VERSION,
    id: crypto.randomUUID(),
    acceptedAt: Date.now(),
    sequence: ++sequence,
    ...parts,
  };
}

/** The order in which records were accepted. */
export function byAcceptance(
  one: Pick<SpoolRecord, "acceptedAt" | "sequence">,
  other: Pick<SpoolRecord, "acceptedAt" | "sequence">,
): number {
  return one.acceptedAt - other.acceptedAt || one.sequence - other.sequence;
}

/** Reads a record's JSON. Throws a `TypeError` for anything else. */
export function parseRecord(text: string): SpoolRecord {
  const record = JSON.parse(text) as Partial<SpoolRecord> | null;
  if (record?.version !== VERSION || !Array.isArray(record.items) || !Array.isArray(record.before)) {
    throw new TypeError("not a record of this version");
  }
  if (!record.items.every(isItem)) throw new TypeError("an item is not whole");
  return record as SpoolRecord;
}

function isItem(item: Partial<SpooledItem> | null): boolean {
  return (
    typeof item?.exchange === "string" &&
    typeof item.routingKey === "string" &&
    typeof item.deliveryTag === "string" &&
    typeof item.guard?.key === "string" &&
    Array.isArray(item.parts) &&
    Array.isArray(item.declare)
  );
}

/**
 * How long a guard is kept by the spool's side, in seconds: a queue may hand out a message again as long as it keeps it (4 days
 * unless set otherwise).
 */
export const GUARD_SECONDS = 432_000;

/** The queue sees to that. */
const NO_RETRIES = { maxRetries: 0, intervalStart: 0, intervalStep: 0, intervalMax: 0 };

/** The publication of an item, ready to be put. */
export function revived(item: SpooledItem): Publication {
  const { exchange, type, routingKey, deliveryTag, priority, declare, guard, mandatory } = item;
  return {
    exchange,
    type,
    routingKey,
    envelope: reviveEnvelope(item.parts, item.deliveryInfoRest),
    deliveryTag,
    priority,
    declare,
    guard: { key: guard.key, seconds: Math.max(guard.seconds, GUARD_SECONDS) },
    retryPolicy: NO_RETRIES,
    mandatory,
    consistency: item.strict ? "strict" : "cached",
    signal: undefined,
  };
}
