/** @module Hash commands. */
import { RedisReplyError } from "../store.ts";
import type { Database } from "./database.ts";
import { addIntegers, integerReply, parseBigInteger } from "./numbers.ts";
import { type ByteString, type CommandTable, type EmbeddedReply, wrongNumberOfArguments } from "./reply.ts";

export const HASHES: CommandTable = {
  HSET: [-4, set],
  HSETNX: [4, setIfAbsent],
  HGET: [3, (database, [key, field]) => database.read(key!, "hash")?.get(field!) ?? null],
  HMGET: [-3, getMany],
  HGETALL: [2, (database, [key]) => [...(database.read(key!, "hash") ?? [])].flat()],
  HDEL: [-3, remove],
  HLEN: [2, (database, [key]) => database.read(key!, "hash")?.size ?? 0],
  HEXISTS: [3, (database, [key, field]) => (database.read(key!, "hash")?.has(field!) ? 1 : 0)],
  HKEYS: [2, (database, [key]) => [...(database.read(key!, "hash")?.keys() ?? [])]],
  HVALS: [2, (database, [key]) => [...(database.read(key!, "hash")?.values() ?? [])]],
  HINCRBY: [4, increment],
};

function set(database: Database, [key, ...pairs]: readonly ByteString[]): EmbeddedReply {
  if (pairs.length % 2 !== 0) throw wrongNumberOfArguments("hset");
  const hash = database.open(key!, "hash");
  const before = hash.size;
  for (let index = 0; index < pairs.length; index += 2) hash.set(pairs[index]!, pairs[index + 1]!);
  return hash.size - before;
}

function setIfAbsent(database: Database, [key, field, value]: readonly ByteString[]): EmbeddedReply {
  const hash = database.open(key!, "hash");
  if (hash.has(field!)) return 0;
  hash.set(field!, value!);
  return 1;
}

function getMany(database: Database, [key, ...fields]: readonly ByteString[]): EmbeddedReply {
  const hash = database.read(key!, "hash");
  return fields.map((field) => hash?.get(field) ?? null);
}

function remove(database: Database, [key, ...fields]: readonly ByteString[]): EmbeddedReply {
  const hash = database.read(key!, "hash");
  const removed = fields.filter((field) => hash?.delete(field)).length;
  database.dropIfEmpty(key!);
  return removed;
}

function increment(database: Database, [key, field, by]: readonly ByteString[]): EmbeddedReply {
  const amount = parseBigInteger(by!);
  const before = parseBigInteger(
    database.read(key!, "hash")?.get(field!) ?? "0",
    () => new RedisReplyError("ERR hash value is not an integer"),
  );
  const sum = addIntegers(before, amount);
  database.open(key!, "hash").set(field!, String(sum));
  return integerReply(sum);
}
