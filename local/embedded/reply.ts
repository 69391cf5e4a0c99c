/** @module What commands of the embedded store take and give, and the errors in Redis' own words. */
import { RedisReplyError } from "../store.ts";
import type { Database } from "./database.ts";

/**
 * Bytes as a string with one character per byte (Latin-1), as Lua sees them: `length` counts bytes, comparison is
 * by byte, and text beyond ASCII is its UTF-8 bytes. A string can be a key of a `Map`, a `Buffer` cannot.
 */
export type ByteString = string;

/** A reply inside the embedded store. Errors are thrown. */
export type EmbeddedReply = ByteString | number | bigint | null | readonly EmbeddedReply[];

/** A command: how many words it takes, its own name included (negative: at least), and what it does. */
export type CommandTable = Readonly<
  Record<
    string,
    readonly [arity: number, run: (database: Database, words: readonly ByteString[]) => EmbeddedReply]
  >
>;

export const OK = "OK";

/** Text to the store's form. */
export function bytesOf(text: string): ByteString {
  return Buffer.from(text).toString("latin1");
}

export function syntaxError(): RedisReplyError {
  return new RedisReplyError("ERR syntax error");
}

export function wrongType(): RedisReplyError {
  return new RedisReplyError("WRONGTYPE Operation against a key holding the wrong kind of value");
}

export function wrongNumberOfArguments(command: string): RedisReplyError {
  return new RedisReplyError(`ERR wrong number of arguments for '${command.toLowerCase()}' command`);
}

export function notAnInteger(): RedisReplyError {
  return new RedisReplyError("ERR value is not an integer or out of range");
}
