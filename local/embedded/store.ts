/** @module A Redis in this process's memory: enough for kombu-edge itself, and out of reach for Python. */
import { type Command, discarded, RedisReplyError, type Reply, type Store } from "../store.ts";
import { Database } from "./database.ts";
import { HASHES } from "./hashes.ts";
import { KEYS } from "./keys.ts";
import { LISTS } from "./lists.ts";
import { type ByteString, type CommandTable, type EmbeddedReply, wrongNumberOfArguments } from "./reply.ts";
import { createScripting } from "./scripting.ts";
import { type EmbeddedScript, SCRIPTS } from "./scripts.ts";
import { SERVER } from "./server.ts";
import { SETS } from "./sets.ts";
import { SORTED_SETS } from "./sorted-sets.ts";
import { STRINGS } from "./strings.ts";

/** Redis shows this much of what it did not understand. */
const SHOWN_CHARACTERS = 128;

/**
 * Makes an empty store. Every command runs to its end before the next, so a transaction is atomic by itself.
 *
 * @param scripts Scripts that EVAL can run. Default is the project's own.
 * @param clock Epoch milliseconds. Default is `Date.now`.
 */
export function createEmbeddedStore(
  scripts: readonly EmbeddedScript[] = SCRIPTS,
  clock: () => number = Date.now,
): Store {
  const database = new Database(clock);
  const tables = [STRINGS, KEYS, LISTS, SETS, HASHES, SORTED_SETS, SERVER, createScripting(scripts, call)];
  const commands = new Map(tables.flatMap((table: CommandTable) => Object.entries(table)));

  function call(name: string, ...words: readonly (ByteString | number)[]): EmbeddedReply {
    return lookUp([name, ...words.map(String)])();
  }

  /** Checks a command as Redis does before it queues one, and returns what runs it. */
  function lookUp([name = "", ...words]: readonly ByteString[]): () => EmbeddedReply {
    const found = commands.get(name.toUpperCase());
    if (!found) throw unknownCommand(name, words);
    const [arity, run] = found;
    const count = words.length + 1;
    if (arity < 0 ? count < -arity : count !== arity) throw wrongNumberOfArguments(name);
    return () => run(database, words);
  }

  function runOne(command: Command): Reply {
    try {
      return toReply(lookUp(toWords(command))());
    } catch (error) {
      if (error instanceof RedisReplyError) return error;
      throw error;
    }
  }

  return {
    redisUrl: undefined,
    run: async (batch) =>
      batch.map((command) => {
        database.startCommand();
        return runOne(command);
      }),
    transaction: async (batch) => {
      try {
        for (const command of batch) lookUp(toWords(command));
      } catch (error) {
        if (error instanceof RedisReplyError) return discarded(error);
        throw error;
      }
      database.startCommand();
      return batch.map(runOne);
    },
    close: async () => database.clear(),
  };
}

function toWords(command: Command): ByteString[] {
  return command.map((word) => word.toString("latin1"));
}

function toReply(reply: EmbeddedReply): Reply {
  if (typeof reply === "string") return Buffer.from(reply, "latin1");
  return typeof reply === "object" && reply !== null ? reply.map(toReply) : reply;
}

function unknownCommand(name: ByteString, words: readonly ByteString[]): RedisReplyError {
  let shown = "";
  for (const word of words) {
    if (shown.length >= SHOWN_CHARACTERS) break;
    shown += `'${word.slice(0, SHOWN_CHARACTERS - shown.length)}' `;
  }
  return new RedisReplyError(
    `ERR unknown command '${name.slice(0, SHOWN_CHARACTERS)}', with args beginning with: ${shown}`,
  );
}
