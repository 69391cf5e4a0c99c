/** @module String commands. */
import { RedisReplyError } from "../store.ts";
import type { Database } from "./database.ts";
import { addIntegers, integerReply, parseBigInteger, parseInteger } from "./numbers.ts";
import {
  type ByteString,
  type CommandTable,
  type EmbeddedReply,
  OK,
  syntaxError,
  wrongNumberOfArguments,
} from "./reply.ts";

export const STRINGS: CommandTable = {
  GET: [2, (database, [key]) => database.read(key!, "string") ?? null],
  SET: [-3, set],
  SETNX: [3, (database, [key, value]) => (set(database, [key!, value!, "NX"]) === null ? 0 : 1)],
  SETEX: [
    4,
    (database, [key, time, value]) => setFor(database, key!, value!, expiry(database, "setex", "EX", time!)),
  ],
  PSETEX: [
    4,
    (database, [key, time, value]) => setFor(database, key!, value!, expiry(database, "psetex", "PX", time!)),
  ],
  GETDEL: [2, getDelete],
  MGET: [
    -2,
    (database, keys) =>
      keys.map((key) => (database.type(key) === "string" ? database.read(key, "string")! : null)),
  ],
  MSET: [-3, mset],
  STRLEN: [2, (database, [key]) => database.read(key!, "string")?.length ?? 0],
  INCR: [2, (database, [key]) => increment(database, key!, 1n)],
  DECR: [2, (database, [key]) => increment(database, key!, -1n)],
  INCRBY: [3, (database, [key, by]) => increment(database, key!, parseBigInteger(by!))],
  DECRBY: [3, (database, [key, by]) => increment(database, key!, -parseBigInteger(by!))],
};

type TimeOption = "EX" | "PX" | "EXAT" | "PXAT";

function set(database: Database, words: readonly ByteString[]): EmbeddedReply {
  const [key, value, ...options] = words as [ByteString, ByteString, ...ByteString[]];
  let condition: "NX" | "XX" | undefined;
  let expiresAt: number | undefined;
  let keepTime = false;
  let get = false;
  while (options.length > 0) {
    const option = options.shift()!.toUpperCase();
    if (option === "GET") get = true;
    else if ((option === "NX" || option === "XX") && condition === undefined) condition = option;
    else if (option === "KEEPTTL" && expiresAt === undefined) keepTime = true;
    else if (isTimeOption(option) && options.length > 0 && expiresAt === undefined && !keepTime) {
      expiresAt = expiry(database, "set", option, options.shift()!);
    } else throw syntaxError();
  }
  const before = get ? (database.read(key, "string") ?? null) : null;
  const exists = database.type(key) !== undefined;
  if (condition !== undefined && exists !== (condition === "XX")) return before;
  database.writeString(key, value, keepTime ? database.expiresAt(key) : expiresAt);
  return get ? before : OK;
}

function isTimeOption(option: string): option is TimeOption {
  return option === "EX" || option === "PX" || option === "EXAT" || option === "PXAT";
}

function expiry(database: Database, command: string, option: TimeOption, word: ByteString): number {
  const time = parseInteger(word);
  const at = (option.startsWith("EX") ? time * 1000 : time) + (option.endsWith("AT") ? 0 : database.now);
  if (time <= 0 || at > Number.MAX_SAFE_INTEGER) {
    throw new RedisReplyError(`ERR invalid expire time in '${command}' command`);
  }
  return at;
}

function setFor(database: Database, key: ByteString, value: ByteString, at: number): EmbeddedReply {
  database.writeString(key, value, at);
  return OK;
}

function getDelete(database: Database, [key]: readonly ByteString[]): EmbeddedReply {
  const value = database.read(key!, "string") ?? null;
  database.delete(key!);
  return value;
}

function mset(database: Database, words: readonly ByteString[]): EmbeddedReply {
  if (words.length % 2 !== 0) throw wrongNumberOfArguments("mset");
  for (let index = 0; index < words.length; index += 2)
    database.writeString(words[index]!, words[index + 1]!);
  return OK;
}

function increment(database: Database, key: ByteString, by: bigint): EmbeddedReply {
  const sum = addIntegers(parseBigInteger(database.read(key, "string") ?? "0"), by);
  database.writeString(key, String(sum), database.expiresAt(key));
  return integerReply(sum);
}
