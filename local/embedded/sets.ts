/** @module Set commands. */
import type { Database } from "./database.ts";
import type { ByteString, CommandTable, EmbeddedReply } from "./reply.ts";

export const SETS: CommandTable = {
  SADD: [-3, add],
  SREM: [-3, remove],
  SMEMBERS: [2, (database, [key]) => [...(database.read(key!, "set") ?? [])]],
  SCARD: [2, (database, [key]) => database.read(key!, "set")?.size ?? 0],
  SISMEMBER: [3, (database, [key, member]) => (database.read(key!, "set")?.has(member!) ? 1 : 0)],
  SMISMEMBER: [-3, areMembers],
};

function add(database: Database, [key, ...members]: readonly ByteString[]): EmbeddedReply {
  const set = database.open(key!, "set");
  const before = set.size;
  for (const member of members) set.add(member);
  return set.size - before;
}

function remove(database: Database, [key, ...members]: readonly ByteString[]): EmbeddedReply {
  const set = database.read(key!, "set");
  const removed = members.filter((member) => set?.delete(member)).length;
  database.dropIfEmpty(key!);
  return removed;
}

function areMembers(database: Database, [key, ...members]: readonly ByteString[]): EmbeddedReply {
  const set = database.read(key!, "set");
  return members.map((member) => (set?.has(member) ? 1 : 0));
}
