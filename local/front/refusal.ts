/** @module Commands that make no sense, or do harm, on a connection that many requests share. */
import { type Command, RedisReplyError } from "../store.ts";

const REFUSED: ReadonlySet<string> = new Set([
  // They wait, and everyone behind them on the connection would too.
  ...["BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP"],
  // They change what the connection is.
  ...["MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "SELECT", "AUTH", "HELLO", "RESET", "QUIT", "CLIENT"],
  ...["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE", "MONITOR"],
  ...["ASKING", "READONLY", "READWRITE"],
  // They are for whoever runs the server.
  ...["SHUTDOWN", "CONFIG", "DEBUG", "MODULE", "ACL", "CLUSTER", "SAVE", "BGSAVE", "BGREWRITEAOF", "MIGRATE"],
  ...["SYNC", "PSYNC", "REPLCONF", "REPLICAOF", "SLAVEOF", "FAILOVER"],
]);

/**
 * Tells why the front does not pass a command on.
 *
 * @returns the error to answer, or `undefined` for a command that may go to Redis.
 */
export function refusal(command: Command): RedisReplyError | undefined {
  const name = upper(command[0]);
  const refused =
    REFUSED.has(name) ||
    ((name === "XREAD" || name === "XREADGROUP") &&
      command.some((argument) => upper(argument) === "BLOCK")) ||
    // 0 ms means for ever (http-redis §1.8 uses WAIT with a limit, and that is let through).
    ((name === "WAIT" || name === "WAITAOF") && command.at(-1)?.toString() === "0") ||
    (name === "SCRIPT" && upper(command[1]) === "DEBUG");
  return refused ? new RedisReplyError(`ERR Command is not available: '${name}'`) : undefined;
}

function upper(argument: Buffer | undefined): string {
  return argument === undefined || argument.length > 32 ? "" : argument.toString("latin1").toUpperCase();
}
