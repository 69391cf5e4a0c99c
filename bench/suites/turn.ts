/** @module One turn of a server under load, and whether all that it said it took is there. */
import { type LoadRequest, load } from "../load.ts";
import { usage } from "../processes.ts";
import { resetDatabase } from "./jobs.ts";

/** Requests under way at a time. */
export const CONCURRENCY = 16;

/**
 * A contender is warm after so many requests, or when it has taken as long as so many rounds: until then the engine compiles what is hot, which
 * takes it the longer the more code there is, and is over once for each isolate.
 */
export const WARM_UP = { requests: 10_000, rounds: 5 };
/** Of a part of it. */
const WARM_UP_SECONDS = 0.5;

/** A server that puts one message into a queue for each request. */
export interface Server {
  readonly name: string;
  readonly pid: number;
  /** Its URL is a whole one. */
  readonly request: LoadRequest;
  /** Where its messages land. */
  readonly queue: string;
}

/** What a turn came to. */
export interface Turn {
  readonly count: number;
  readonly perSecond: number;
  /** Of the server's process with its children, per request. */
  readonly cpuMicroseconds: number;
  /** When the turn was over. */
  readonly residentBytes: number;
}

type Store = Parameters<typeof resetDatabase>[0];

/** Has a server answer for a while, from an empty database. Throws when an answer is not a 2xx, or its message is not there. */
export async function turn(database: Store, server: Server, seconds: number): Promise<Turn> {
  const { pid, request } = server;
  await resetDatabase(database);
  const before = usage(pid).cpuSeconds;
  const { perSecond, count } = await load(request, CONCURRENCY, seconds);
  const { cpuSeconds, residentBytes } = usage(pid);
  await checkArrived(database, server, count);
  return { count, perSecond, cpuMicroseconds: ((cpuSeconds - before) / count) * 1e6, residentBytes };
}

/** Has a server answer until it is warm, for about so many seconds at most. Throws as {@link turn} does. */
export async function warm(database: Store, server: Server, atMost: number): Promise<void> {
  const end = performance.now() + atMost * 1000;
  let answered = 0;
  while (answered < WARM_UP.requests && performance.now() < end) {
    answered += (await turn(database, server, WARM_UP_SECONDS)).count;
  }
}

/** Throws when a queue does not hold as many messages as were said to be sent to it. */
export async function checkArrived(
  database: Pick<Store, "command">,
  { name, queue }: Pick<Server, "name" | "queue">,
  sent: number,
): Promise<void> {
  const found = await database.command("LLEN", queue);
  if (found !== sent) throw new Error(`${name} sent ${sent} messages, and ${queue} holds ${found}`);
}
