/** @module Replies of Redis to JSON text, with or without base64 (http-redis §1.4). */
import { RedisReplyError, type Reply } from "../store.ts";

const OK = Buffer.from("OK");

/**
 * Writes the `{"result": …}` or `{"error": …}` of one command.
 *
 * @param base64 Encode every string except a literal `OK`; errors, numbers and null are never encoded. Without
 *   it, bytes that are not UTF-8 become U+FFFD.
 */
export function resultJson(reply: Reply, base64: boolean): string {
  return reply instanceof RedisReplyError
    ? errorJson(reply.message)
    : `{"result":${replyJson(reply, base64)}}`;
}

/** Writes `{"error": …}`. */
export function errorJson(message: string): string {
  return JSON.stringify({ error: message });
}

function replyJson(reply: Reply, base64: boolean): string {
  if (reply === null) return "null";
  // Digits as they are: JSON.stringify refuses a bigint.
  if (typeof reply === "number" || typeof reply === "bigint") return String(reply);
  if (reply instanceof Uint8Array) {
    if (!base64 || reply.equals(OK)) return JSON.stringify(reply.toString());
    return `"${reply.toString("base64")}"`;
  }
  if (reply instanceof RedisReplyError) return JSON.stringify(reply.message);
  return `[${reply.map((item) => replyJson(item, base64)).join(",")}]`;
}

/** A reply as plain values, for a person to look at: strings decoded as UTF-8, errors as they are. */
export function readableReply(reply: Reply): unknown {
  if (reply instanceof Uint8Array) return reply.toString();
  return Array.isArray(reply) ? reply.map(readableReply) : reply;
}
