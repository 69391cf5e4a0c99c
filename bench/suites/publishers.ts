/** @module Processes that publish, near the database and far from it, as contenders. */
import { CLIENTS, prepareClient } from "../clients.ts";
import type { Database } from "../front/start.ts";
import { type Publisher, startPublisher } from "../publisher.ts";
import { PYTHON } from "../python.ts";
import { type Contender, type Skipped, skip } from "../rounds.ts";
import { checkArrived } from "./turn.ts";

/** The library's publisher; those of the other clients have the clients' names, and Python's is `python`. */
export const OWN = "kombu_edge";
/** Of a publisher that warms up, whole ones, however many messages they have. */
const LEAST_TURNS = 2;

/** Where the database is. */
export interface Place {
  readonly url: string;
  readonly redisUrl: string;
  /** For ids and titles. */
  readonly id: string;
  readonly where: string;
  /** Until a publisher is warm: so many messages, or the time of so many rounds at most. */
  readonly warmUp: { readonly messages: number; readonly rounds: number };
}

/** A job of a publisher as a contender. */
export interface Entry {
  readonly name: string;
  readonly publisher: string;
  readonly job: string;
  /** Where its messages land, as the publisher names it. */
  readonly queue: string;
  /** The least number of messages it can be asked for. */
  readonly least?: number;
}

/** Starts all publishers, each by its name; one that cannot be had is a reason. */
export async function startPublishers(
  { url, redisUrl }: Place,
  python: boolean,
): Promise<ReadonlyMap<string, Publisher | Skipped>> {
  const starts: Record<string, () => Promise<Publisher>> = {
    [OWN]: () => startPublisher(process.execPath, "kombu_edge.ts", url),
    python: async () => {
      if (!python) throw new Error("its packages are not installed");
      return await startPublisher(PYTHON, "python.py", redisUrl);
    },
  };
  for (const name of Object.keys(CLIENTS)) {
    starts[name] = async () => {
      const folder = prepareClient(name);
      if (folder === undefined) throw new Error("it cannot be installed");
      return await startPublisher(process.execPath, "clients.ts", redisUrl, { more: [name, folder] });
    };
  }
  const publishers = new Map<string, Publisher | Skipped>();
  for (const [name, start] of Object.entries(starts)) {
    publishers.set(name, await start().catch((error) => skip(name, error)));
  }
  return publishers;
}

/** A publisher's job in turns: as many messages as it is likely to send in the time of one. Its first turn finds that out. */
export function contender(
  database: Database,
  publisher: Publisher,
  { warmUp }: Place,
  { name, job, queue, least = 10 }: Entry,
): Contender {
  let perSecond = 0;
  const publish = async (seconds: number) => {
    await database.command("FLUSHDB");
    const count = Math.max(least, Math.round((perSecond * seconds) / least) * least);
    perSecond = count / (await publisher.run(job, count));
    await checkArrived(database, { name, queue }, count);
    return count;
  };
  return {
    name,
    run: async (seconds) => {
      await publish(seconds);
      return [perSecond];
    },
    warm: async (atMost) => {
      const end = performance.now() + atMost * 1000;
      const seconds = atMost / warmUp.rounds;
      await publish(0);
      let sent = 0;
      for (let turn = 0; turn < LEAST_TURNS || (sent < warmUp.messages && performance.now() < end); turn++) {
        sent += await publish(seconds);
      }
    },
    // The comparisons after this one find it ended, and say so.
    stop: publisher.close,
  };
}
