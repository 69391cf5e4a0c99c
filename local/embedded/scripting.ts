/** @module EVAL, EVALSHA and SCRIPT, for the scripts that have a twin. */
import { createHash } from "node:crypto";
import { RedisReplyError } from "../store.ts";
import type { Database } from "./database.ts";
import { parseInteger } from "./numbers.ts";
import {
  type ByteString,
  bytesOf,
  type CommandTable,
  type EmbeddedReply,
  OK,
  wrongNumberOfArguments,
} from "./reply.ts";
import type { EmbeddedScript, ScriptCall } from "./scripts.ts";

/**
 * Makes the scripting commands.
 *
 * @param scripts The scripts that can run.
 * @param call Runs a command of the same store.
 */
export function createScripting(scripts: readonly EmbeddedScript[], call: ScriptCall): CommandTable {
  const known = new Map(scripts.map((script) => [sha1(bytesOf(script.source)), script]));
  /** What Redis has in its script cache: EVALSHA of anything else is NOSCRIPT, so that clients send the text. */
  const loaded = new Set<string>();

  function load(source: ByteString): string {
    const digest = sha1(source);
    if (!known.has(digest)) {
      throw new RedisReplyError(
        "ERR This embedded store runs only kombu-edge's own scripts. For any other, put redis-server or " +
          "valkey-server on PATH, or set REDIS_URL",
      );
    }
    loaded.add(digest);
    return digest;
  }

  function run(digest: string, [count, ...words]: readonly ByteString[]): EmbeddedReply {
    const keys = parseInteger(count!);
    if (keys < 0) throw new RedisReplyError("ERR Number of keys can't be negative");
    if (keys > words.length) {
      throw new RedisReplyError("ERR Number of keys can't be greater than number of args");
    }
    try {
      return known.get(digest)!.run(call, words.slice(0, keys), words.slice(keys));
    } catch (error) {
      if (error instanceof RedisReplyError) throw error;
      throw new RedisReplyError(`ERR Error running script: ${(error as Error).message}`, { cause: error });
    }
  }

  function evalSha(_: Database, [digest, ...words]: readonly ByteString[]): EmbeddedReply {
    const wanted = digest!.toLowerCase();
    if (!loaded.has(wanted)) throw new RedisReplyError("NOSCRIPT No matching script. Please use EVAL.");
    return run(wanted, words);
  }

  function script(_: Database, [subcommand, ...words]: readonly ByteString[]): EmbeddedReply {
    switch (subcommand!.toUpperCase()) {
      case "LOAD":
        if (words.length !== 1) throw wrongNumberOfArguments("script|load");
        return load(words[0]!);
      case "EXISTS":
        if (words.length === 0) throw wrongNumberOfArguments("script|exists");
        return words.map((digest) => (loaded.has(digest.toLowerCase()) ? 1 : 0));
      case "FLUSH":
        loaded.clear();
        return OK;
      default:
        throw new RedisReplyError(`ERR unknown subcommand '${subcommand}'. Try SCRIPT HELP.`);
    }
  }

  return {
    EVAL: [-3, (_, [source, ...words]) => run(load(source!), words)],
    EVALSHA: [-3, evalSha],
    SCRIPT: [-2, script],
  };
}

function sha1(bytes: ByteString): string {
  return createHash("sha1").update(bytes, "latin1").digest("hex");
}
