/** @module What one call sends: counted by the front, and by Redis itself. */
import type { Database } from "./front/start.ts";

/** The counts. */
export interface Sent {
  /** HTTP requests; none for those that speak TCP. */
  readonly requests?: number;
  /** Commands sent. */
  readonly commands: number;
  /** Commands that Redis ran, which with a script are more: what Upstash bills. */
  readonly ran: number;
  /** All bytes on their way to the front, heads and bodies, or to Redis; without TLS, and without what TCP itself adds. */
  readonly bytes: number;
}

/** Counts what a call sends through the front. */
export async function overHttp(database: Database, publish: () => Promise<unknown>): Promise<Sent> {
  await database.command("CONFIG", "RESETSTAT");
  await database.counts();
  await publish();
  const counts = await database.counts();
  return { ...counts, ran: ranBy(String(await database.command("INFO", "commandstats"))) };
}

/** Counts what a call sends straight to Redis, which is by Redis' own account. */
export async function overTcp(database: Database, publish: () => Promise<unknown>): Promise<Sent> {
  await database.command("CONFIG", "RESETSTAT");
  await publish();
  const statistics = String(await database.command("INFO", "stats"));
  const received = Number(/total_net_input_bytes:(\d+)/.exec(statistics)![1]);
  const ran = ranBy(String(await database.command("INFO", "commandstats")));
  return { commands: ran, ran, bytes: received - OWN_QUESTION };
}

/** Bytes of the command that asks for the bytes. */
const OWN_QUESTION = "*2\r\n$4\r\nINFO\r\n$5\r\nstats\r\n".length;

/** Calls of all commands but those that ask for these very figures. */
export function ranBy(commandStatistics: string): number {
  let sum = 0;
  for (const [, name, calls] of commandStatistics.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)) {
    if (!/^(info|config\|resetstat|multi|exec|client\|.*|ping|select)$/.test(name!)) sum += Number(calls);
  }
  return sum;
}
