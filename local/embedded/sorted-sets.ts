/** @module Sorted-set commands. */
import { RedisReplyError } from "../store.ts";
import type { Database } from "./database.ts";
import { formatScore, parseInteger, parseScore, sliceEnds } from "./numbers.ts";
import { type ByteString, type CommandTable, type EmbeddedReply, syntaxError } from "./reply.ts";

export const SORTED_SETS: CommandTable = {
  ZADD: [-4, add],
  ZREM: [-3, remove],
  ZRANGE: [-4, (database, words) => range(database, words, false)],
  ZRANGEBYSCORE: [-4, (database, words) => range(database, words, true)],
  ZCARD: [2, (database, [key]) => database.read(key!, "zset")?.size ?? 0],
  ZSCORE: [3, score],
  ZCOUNT: [4, (database, [key, from, to]) => within(database, key!, from!, to!).length],
  ZREMRANGEBYSCORE: [4, removeByScore],
};

const ADD_OPTIONS: ReadonlySet<string> = new Set(["NX", "XX", "GT", "LT", "CH", "INCR"]);

function add(database: Database, [key, ...words]: readonly ByteString[]): EmbeddedReply {
  const options = new Set<string>();
  while (ADD_OPTIONS.has(words[0]?.toUpperCase() ?? "")) options.add(words.shift()!.toUpperCase());
  if (words.length === 0 || words.length % 2 !== 0) throw syntaxError();
  checkAddOptions(options, words.length / 2);
  const pairs: [score: number, member: ByteString][] = [];
  for (let index = 0; index < words.length; index += 2) {
    pairs.push([parseScore(words[index]!), words[index + 1]!]);
  }
  const set = database.open(key!, "zset");
  let added = 0;
  let changed = 0;
  let incremented: EmbeddedReply = null;
  for (const [given, member] of pairs) {
    const before = set.get(member);
    if (before === undefined ? options.has("XX") : options.has("NX")) continue;
    const after = options.has("INCR") ? (before ?? 0) + given : given;
    if (before !== undefined && options.has("GT") && after <= before) continue;
    if (before !== undefined && options.has("LT") && after >= before) continue;
    set.set(member, after);
    incremented = formatScore(after);
    if (before === undefined) added++;
    else if (before !== after) changed++;
  }
  database.dropIfEmpty(key!);
  if (options.has("INCR")) return incremented;
  return options.has("CH") ? added + changed : added;
}

function checkAddOptions(options: ReadonlySet<string>, pairs: number): void {
  if (options.has("NX") && options.has("XX")) {
    throw new RedisReplyError("ERR XX and NX options at the same time are not compatible");
  }
  if (["GT", "LT", "NX"].filter((option) => options.has(option)).length > 1) {
    throw new RedisReplyError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (options.has("INCR") && pairs > 1) {
    throw new RedisReplyError("ERR INCR option supports a single increment-element pair");
  }
}

function remove(database: Database, [key, ...members]: readonly ByteString[]): EmbeddedReply {
  const set = database.read(key!, "zset");
  const removed = members.filter((member) => set?.delete(member)).length;
  database.dropIfEmpty(key!);
  return removed;
}

function score(database: Database, [key, member]: readonly ByteString[]): EmbeddedReply {
  const found = database.read(key!, "zset")?.get(member!);
  return found === undefined ? null : formatScore(found);
}

function range(database: Database, words: readonly ByteString[], alwaysByScore: boolean): EmbeddedReply {
  const [key, start, stop, ...options] = words as [ByteString, ByteString, ByteString, ...ByteString[]];
  let byScore = alwaysByScore;
  let reverse = false;
  let withScores = false;
  let limit: [offset: number, count: number] | undefined;
  while (options.length > 0) {
    const option = options.shift()!.toUpperCase();
    if (option === "WITHSCORES") withScores = true;
    else if (option === "BYSCORE" && !alwaysByScore) byScore = true;
    else if (option === "REV" && !alwaysByScore) reverse = true;
    else if (option === "LIMIT" && options.length > 1) {
      limit = [parseInteger(options.shift()!), parseInteger(options.shift()!)];
    } else throw syntaxError();
  }
  if (limit && !byScore) {
    throw new RedisReplyError(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  }
  let found = byScore
    ? within(database, key, ...((reverse ? [stop, start] : [start, stop]) as [ByteString, ByteString]))
    : sorted(database.read(key, "zset"));
  if (reverse) found.reverse();
  if (!byScore) found = found.slice(...sliceEnds(found.length, parseInteger(start), parseInteger(stop)));
  if (limit) {
    const [offset, count] = limit;
    found = offset < 0 ? [] : found.slice(offset, count < 0 ? undefined : offset + count);
  }
  return found.flatMap(([member, value]) => (withScores ? [member, formatScore(value)] : [member]));
}

/** In order of score, then of bytes. */
function sorted(set: ReadonlyMap<ByteString, number> | undefined): [ByteString, number][] {
  return [...(set ?? [])].sort(([a, x], [b, y]) => (x === y ? (a < b ? -1 : 1) : x - y));
}

function within(
  database: Database,
  key: ByteString,
  from: ByteString,
  to: ByteString,
): [ByteString, number][] {
  const [least, leastOpen] = bound(from);
  const [most, mostOpen] = bound(to);
  return sorted(database.read(key, "zset")).filter(
    ([, value]) => (leastOpen ? value > least : value >= least) && (mostOpen ? value < most : value <= most),
  );
}

function bound(word: ByteString): [score: number, open: boolean] {
  const open = word.startsWith("(");
  return [parseScore(open ? word.slice(1) : word, "ERR min or max is not a float"), open];
}

function removeByScore(database: Database, [key, from, to]: readonly ByteString[]): EmbeddedReply {
  const found = within(database, key!, from!, to!);
  const set = database.read(key!, "zset");
  for (const [member] of found) set?.delete(member);
  database.dropIfEmpty(key!);
  return found.length;
}
