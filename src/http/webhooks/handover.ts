/**
 * Secrets that senders hand over in their first, unsigned request (Asana, Notion): kept for an hour, and shown to whoever
 * manages the gateway.
 *
 * Kept only while the configuration says so and the source has no secret yet. All that came are shown: anybody who knows
 * the address can send one, and more than one means that somebody else did.
 * @module
 */
import type { HandshakeResult } from "../../webhooks/index.ts";
import type { Call } from "../call.ts";
import type { ConfiguredSource } from "../config/sources.ts";
import { secretsOf } from "./source.ts";

/** Seconds for which they are kept. */
const KEPT_SECONDS = 3_600;
/** How many are kept. */
const KEPT_COUNT = 5;
/** Longest value that is kept. */
const MAXIMUM_LENGTH = 512;

/** One of them. */
export interface Handover {
  readonly name: string;
  readonly value: string;
  readonly received_at: string;
}

/** Whether the source takes one now. */
export function isArmed(source: ConfiguredSource, env: object): boolean {
  return source.handover && secretsOf(source, env).length === 0;
}

/**
 * Keeps one.
 *
 * @param signal Ends the waiting when the sender's patience does.
 * @returns Whether it is one that can be kept.
 * @throws {RedisError} When Redis did not take it, or may not have.
 */
export async function keepHandover(
  call: Call,
  source: ConfiguredSource,
  { name, value }: NonNullable<HandshakeResult["keep"]>,
  signal: AbortSignal,
): Promise<boolean> {
  if (value.length > MAXIMUM_LENGTH) return false;
  const handover: Handover = { name, value, received_at: new Date().toISOString() };
  const key = keyOf(call, source);
  const replies = await call.channel.send(
    [
      ["LPUSH", key, JSON.stringify(handover)],
      ["LTRIM", key, "0", String(KEPT_COUNT - 1)],
      ["EXPIRE", key, String(KEPT_SECONDS)],
    ],
    { atomic: true, signal },
  );
  for (const reply of replies) if ("error" in reply) throw reply.error;
  return true;
}

/** Those that are kept, the latest first. */
export async function handoversOf(call: Call, source: ConfiguredSource): Promise<readonly Handover[]> {
  const [reply] = await call.channel.send([["LRANGE", keyOf(call, source), "0", "-1"]]);
  if (reply && "error" in reply) throw reply.error;
  const texts: unknown = reply?.result;
  return Array.isArray(texts) ? texts.flatMap(readHandover) : [];
}

/** None for a text that this gateway did not write. */
function readHandover(text: unknown): readonly Handover[] {
  try {
    const { name, value, received_at } = JSON.parse(text as string) as Record<string, unknown>;
    const isWhole = [name, value, received_at].every((member) => typeof member === "string");
    return isWhole ? [{ name, value, received_at } as Handover] : [];
  } catch {
    return [];
  }
}

/** Forgets them. */
export async function forgetHandovers(call: Call, source: ConfiguredSource): Promise<void> {
  const [reply] = await call.channel.send([["DEL", keyOf(call, source)]]);
  if (reply && "error" in reply) throw reply.error;
}

function keyOf({ channel }: Call, { name }: ConfiguredSource): string {
  return `${channel.keys.globalKeyprefix}_kombu-edge.handover.${name}`;
}
