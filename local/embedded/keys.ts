/** @module Commands on keys of any type, and on the whole database. */
import { RedisReplyError } from "../store.ts";
import type { Database } from "./database.ts";
import { globExpression } from "./glob.ts";
import { parseInteger } from "./numbers.ts";
import { type ByteString, type CommandTable, type EmbeddedReply, OK, syntaxError } from "./reply.ts";

export const KEYS: CommandTable = {
  DEL: [-2, deleteKeys],
  UNLINK: [-2, deleteKeys],
  EXISTS: [-2, (database, keys) => keys.filter((key) => database.type(key) !== undefined).length],
  TYPE: [2, (database, [key]) => database.type(key!) ?? "none"],
  KEYS: [2, (database, [pattern]) => matching(database, pattern!)],
  SCAN: [-2, scan],
  DBSIZE: [1, (database) => database.keys().length],
  FLUSHDB: [-1, clear],
  FLUSHALL: [-1, clear],
  EXPIRE: [-3, (database, words) => expire(database, "expire", 1000, words)],
  PEXPIRE: [-3, (database, words) => expire(database, "pexpire", 1, words)],
  PERSIST: [2, persist],
  TTL: [2, (database, [key]) => timeLeft(database, key!, 1000)],
  PTTL: [2, (database, [key]) => timeLeft(database, key!, 1)],
};

function deleteKeys(database: Database, keys: readonly ByteString[]): EmbeddedReply {
  return keys.filter((key) => database.delete(key)).length;
}

function matching(database: Database, pattern: ByteString): ByteString[] {
  const expression = globExpression(pattern);
  return database.keys().filter((key) => expression.test(key));
}

/** Everything in one page: a cursor that goes round is all that SCAN promises. */
function scan(database: Database, words: readonly ByteString[]): EmbeddedReply {
  const [cursor, ...options] = words as [ByteString, ...ByteString[]];
  if (!/^\d+$/.test(cursor)) throw new RedisReplyError("ERR invalid cursor");
  let keys = database.keys();
  while (options.length > 0) {
    const option = options.shift()!.toUpperCase();
    const value = options.shift();
    if (value === undefined) throw syntaxError();
    if (option === "MATCH") {
      const expression = globExpression(value);
      keys = keys.filter((key) => expression.test(key));
    } else if (option === "TYPE") keys = keys.filter((key) => database.type(key) === value.toLowerCase());
    else if (option !== "COUNT") throw syntaxError();
    else if (parseInteger(value) < 1) throw syntaxError();
  }
  return ["0", keys];
}

function clear(database: Database, words: readonly ByteString[]): EmbeddedReply {
  if (words.length > 1 || !/^(?:(?:a?sync)?)$/i.test(words[0] ?? "")) throw syntaxError();
  database.clear();
  return OK;
}

function expire(
  database: Database,
  command: string,
  unit: number,
  words: readonly ByteString[],
): EmbeddedReply {
  const [key, word, ...options] = words as [ByteString, ByteString, ...ByteString[]];
  const at = database.now + parseInteger(word) * unit;
  const conditions = new Set(options.map((option) => option.toUpperCase()));
  for (const condition of conditions) {
    if (!["NX", "XX", "GT", "LT"].includes(condition)) {
      throw new RedisReplyError(`ERR Unsupported option ${condition}`);
    }
  }
  if (conditions.has("NX") && conditions.size > 1) {
    throw new RedisReplyError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (conditions.has("GT") && conditions.has("LT")) {
    throw new RedisReplyError("ERR GT and LT options at the same time are not compatible");
  }
  if (Math.abs(at) > Number.MAX_SAFE_INTEGER) {
    throw new RedisReplyError(`ERR invalid expire time in '${command}' command`);
  }
  if (database.type(key) === undefined) return 0;
  const before = database.expiresAt(key);
  if (conditions.has("NX") && before !== undefined) return 0;
  if (conditions.has("XX") && before === undefined) return 0;
  // A key without expiry counts as one that lives for ever.
  if (conditions.has("GT") && at <= (before ?? Infinity)) return 0;
  if (conditions.has("LT") && at >= (before ?? Infinity)) return 0;
  database.expire(key, at);
  return 1;
}

function persist(database: Database, [key]: readonly ByteString[]): EmbeddedReply {
  if (database.expiresAt(key!) === undefined) return 0;
  database.expire(key!, undefined);
  return 1;
}

function timeLeft(database: Database, key: ByteString, unit: number): EmbeddedReply {
  if (database.type(key) === undefined) return -2;
  const at = database.expiresAt(key);
  // Redis rounds seconds to the nearest.
  return at === undefined ? -1 : Math.floor((at - database.now + unit / 2) / unit);
}
