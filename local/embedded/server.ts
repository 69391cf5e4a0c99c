/** @module Commands on the server itself. */
import type { Database } from "./database.ts";
import { type ByteString, type CommandTable, type EmbeddedReply, wrongNumberOfArguments } from "./reply.ts";

export const SERVER: CommandTable = {
  PING: [-1, ping],
  ECHO: [2, (_, [message]) => message!],
  TIME: [1, time],
  INFO: [-1, (database) => info(database)],
  // Nobody can subscribe over this front, so nobody ever receives.
  PUBLISH: [3, () => 0],
};

function ping(_: Database, words: readonly ByteString[]): EmbeddedReply {
  if (words.length > 1) throw wrongNumberOfArguments("ping");
  return words[0] ?? "PONG";
}

function time(database: Database): EmbeddedReply {
  return [String(Math.floor(database.now / 1000)), String((database.now % 1000) * 1000)];
}

function info(database: Database): EmbeddedReply {
  const lines = [
    "# Server",
    "redis_version:7.0.0",
    "redis_mode:standalone",
    "server_name:kombu-edge-embedded",
  ];
  const keys = database.keys();
  const expiring = keys.filter((key) => database.expiresAt(key) !== undefined).length;
  lines.push(`process_id:${process.pid}`, "", "# Keyspace");
  if (keys.length > 0) lines.push(`db0:keys=${keys.length},expires=${expiring},avg_ttl=0`);
  return lines.map((line) => `${line}\r\n`).join("");
}
