/**
 * Finds the presented signatures and the timestamp in a request (spec webhooks §1, "where" and "how it is parsed").
 * @module
 */
import { decode, digest, encode } from "./encoding.ts";
import { type Incoming, read, readAll } from "./request.ts";
import type { BodyDigest, Extract, Timestamp } from "./scheme.ts";
import type { Reason } from "./verdict.ts";

/** Signatures tried of one request. */
const MAX_PRESENTED = 16;

/** Seconds into the future that are always the most: the sender's clock, not a retry. */
const MAX_AHEAD_SECONDS = 300;

/** Seconds that a timestamp may be off when nothing else is said. */
export const TOLERANCE_SECONDS = 300;

/**
 * All texts that the extract finds. Every value of a repeated key is kept: a sender that is rotating keys signs with
 * both. A value that should be there once and is there twice is refused.
 */
export function presented(extract: Extract, incoming: Incoming): string[] | Reason {
  const { separator, prefix = "" } = extract;
  const places = [extract.in].flat();
  const texts = places.flatMap((place) => readAll(incoming, place));
  if (texts.length === 0) return "missing";
  if (!separator && texts.length > 1 && places.length === 1 && !places[0]!.includes("*")) return "malformed";
  const items = (separator ? texts.flatMap((text) => text.split(separator)) : texts)
    .map((item) => item.trim())
    .filter((item) => item.length > prefix.length && item.startsWith(prefix))
    .map((item) => item.slice(prefix.length));
  if (items.length === 0) return "malformed";
  return items.length > MAX_PRESENTED ? "too-many" : items;
}

/** A timestamp as sent and in milliseconds of Unix time. */
export interface Stamp {
  text: string;
  at: number;
}

/** Why a time is out of tolerance, if it is. */
export function freshness(at: number, now: number, tolerance: number): "stale" | "future" | undefined {
  const age = (now - at) / 1000;
  if (age > tolerance) return "stale";
  return age < -Math.min(tolerance, MAX_AHEAD_SECONDS) ? "future" : undefined;
}

/** The request's timestamp, if it is within tolerance. */
export function readTimestamp(
  timestamp: Timestamp,
  incoming: Incoming,
  now: number,
  tolerance: number = timestamp.tolerance ?? TOLERANCE_SECONDS,
): Stamp | Reason {
  const found = presented(timestamp, incoming);
  if (typeof found === "string") return found;
  const [text] = found as [string];
  // Two timestamps that differ: which of them was signed is the attacker's choice.
  if (found.some((other) => other !== text)) return "malformed";
  const { unit } = timestamp;
  const number = /^\d{1,14}$/.test(text) ? Number(text) : Number.NaN;
  // 10¹¹ seconds are the year 5138; 10¹¹ milliseconds are 1973.
  const seconds = unit === "s" || (unit === "unix" && number < 1e11);
  const at = unit === "date" ? Date.parse(text) : seconds ? number * 1000 : number;
  if (Number.isNaN(at)) return "malformed";
  return freshness(at, now, tolerance) ?? { text, at };
}

/** Why the signed digest is not the body's, if it is not. */
export async function checkBodyDigest(wanted: BodyDigest, incoming: Incoming): Promise<Reason | undefined> {
  const text = read(incoming, wanted.in);
  if (text === undefined) return "missing";
  const bytes = decode(text, wanted.encoding);
  if (!bytes) return "malformed";
  // Not secret: anyone can compute the digest of a body.
  return encode(bytes, "hex") === encode(await digest("SHA-256", incoming.body), "hex")
    ? undefined
    : "mismatch";
}
