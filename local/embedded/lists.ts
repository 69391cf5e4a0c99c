/** @module List commands. */
import { RedisReplyError } from "../store.ts";
import type { Database } from "./database.ts";
import { parseInteger, sliceEnds } from "./numbers.ts";
import {
  type ByteString,
  type CommandTable,
  type EmbeddedReply,
  OK,
  syntaxError,
  wrongNumberOfArguments,
} from "./reply.ts";

export const LISTS: CommandTable = {
  LPUSH: [-3, pushLeft],
  RPUSH: [-3, pushRight],
  LPOP: [-2, (database, words) => pop(database, "lpop", words, (list, count) => list.splice(0, count))],
  RPOP: [-2, (database, words) => pop(database, "rpop", words, takeRight)],
  LLEN: [2, (database, [key]) => database.read(key!, "list")?.length ?? 0],
  LINDEX: [3, (database, [key, index]) => database.read(key!, "list")?.at(parseInteger(index!)) ?? null],
  LRANGE: [4, (database, [key, start, stop]) => range(database.read(key!, "list") ?? [], start!, stop!)],
  LTRIM: [4, trim],
  LREM: [4, remove],
  LMOVE: [5, (database, [source, target, from, to]) => move(database, source!, target!, from!, to!)],
  RPOPLPUSH: [3, (database, [source, target]) => move(database, source!, target!, "RIGHT", "LEFT")],
};

// Not by spreading into `unshift` or `push`: a call takes some 100 000 arguments and no more.
function pushLeft(database: Database, [key, ...values]: readonly ByteString[]): EmbeddedReply {
  const list = database.open(key!, "list");
  if (values.length === 1) return list.unshift(values[0]!);
  database.replaceList(key!, values.toReversed().concat(list));
  return list.length + values.length;
}

function pushRight(database: Database, [key, ...values]: readonly ByteString[]): EmbeddedReply {
  const list = database.open(key!, "list");
  for (const value of values) list.push(value);
  return list.length;
}

function takeRight(list: ByteString[], count: number): ByteString[] {
  return list.splice(Math.max(0, list.length - count), count).reverse();
}

function pop(
  database: Database,
  command: string,
  [key, count, ...more]: readonly ByteString[],
  take: (list: ByteString[], count: number) => ByteString[],
): EmbeddedReply {
  if (more.length > 0) throw wrongNumberOfArguments(command);
  const wanted = count === undefined ? 1 : Number(/^\d{1,15}$/.test(count) ? count : -1);
  if (wanted < 0) throw new RedisReplyError("ERR value is out of range, must be positive");
  const list = database.read(key!, "list");
  if (!list) return null;
  const taken = take(list, wanted);
  database.dropIfEmpty(key!);
  return count === undefined ? taken[0]! : taken;
}

function range(list: readonly ByteString[], start: ByteString, stop: ByteString): ByteString[] {
  return list.slice(...sliceEnds(list.length, parseInteger(start), parseInteger(stop)));
}

function trim(database: Database, [key, start, stop]: readonly ByteString[]): EmbeddedReply {
  database.replaceList(key!, range(database.read(key!, "list") ?? [], start!, stop!));
  return OK;
}

function remove(database: Database, [key, countWord, value]: readonly ByteString[]): EmbeddedReply {
  const count = parseInteger(countWord!);
  const list = database.read(key!, "list") ?? [];
  let left = count === 0 ? Infinity : Math.abs(count);
  const keep = (item: ByteString) => item !== value || left-- <= 0;
  const kept = count < 0 ? list.toReversed().filter(keep).reverse() : list.filter(keep);
  database.replaceList(key!, kept);
  return list.length - kept.length;
}

function move(
  database: Database,
  source: ByteString,
  target: ByteString,
  from: string,
  to: string,
): EmbeddedReply {
  const sides = [from, to].map((side) => side.toUpperCase());
  if (sides.some((side) => side !== "LEFT" && side !== "RIGHT")) throw syntaxError();
  const list = database.read(source, "list");
  if (!list) return null;
  database.read(target, "list");
  const value = (sides[0] === "LEFT" ? list.shift() : list.pop())!;
  const destination = database.open(target, "list");
  if (sides[1] === "LEFT") destination.unshift(value);
  else destination.push(value);
  database.dropIfEmpty(source);
  return value;
}
