/** @module The Lua scripts that the embedded store can run, each with its twin in TypeScript. */
import type { ByteString, EmbeddedReply } from "./reply.ts";

/**
 * Runs a command of the store, as `redis.call` does in Lua.
 *
 * @throws RedisReplyError when the command fails.
 */
export type ScriptCall = (name: string, ...words: readonly (ByteString | number)[]) => EmbeddedReply;

/** A script that the embedded store knows. */
export interface EmbeddedScript {
  /** The Lua text, exactly as it is sent to Redis. */
  readonly source: string;
  /**
   * Does what the Lua text does. Keys and arguments are byte strings: text beyond ASCII comes as its UTF-8 bytes,
   * one character each, and must be given back so.
   */
  run(call: ScriptCall, keys: readonly ByteString[], argv: readonly ByteString[]): EmbeddedReply;
}

/** Every script of this project. A script that is missing here cannot run without a real Redis. */
export const SCRIPTS: readonly EmbeddedScript[] = [];
