/** @module What a gateway has to do besides the floor's push, duty by duty: how near to the floor it can come at all. */
import { bundle } from "../bundles.ts";
import type { Database } from "../front/start.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, compare } from "../rounds.ts";
import { type Candidate, candidatesFor, jobs } from "./jobs.ts";
import { inTurns, METRICS, startWorkers } from "./worker.ts";

/** The whole list, by the shortest code there is. */
export const BY_HAND = "and a line of log: all by hand";

/** The same without a client, which is a choice and not a duty. */
export const BY_HAND_FETCH = "all by hand, with bare fetch";

/** Each with those above it. The first is the floor with the client that users bring, and the Kombu envelope. */
const DUTIES = [
  "@upstash/redis, and an envelope with its tag",
  "and a time limit",
  "and the body checked: bytes, UTF-8, JSON",
  "and seven headers read",
  "and no-store, the tag in the answer",
  BY_HAND,
] as const;

/** A publish to a queue: the floor, a Worker written by hand with ever more duties, the library and the gateway. */
export async function dutiesSuite(database: Database, pace: Pace): Promise<readonly Comparison[]> {
  const job = jobs(database).find(({ name }) => name === "queue")!;
  const [gateway, library, floor] = await candidatesFor(database, job);
  const byHand = async (name: string, file: string, duties: number): Promise<Candidate> => ({
    name,
    bundle: await bundle(new URL(`../workers/${file}`, import.meta.url), { DUTIES: String(duties) }),
    request: { ...job.request, url: "/" },
    queue: job.queue,
  });
  const written = await Promise.all([
    ...DUTIES.map((name, index) => byHand(name, "by_hand_client.ts", index + 1)),
    byHand(BY_HAND_FETCH, "by_hand_fetch.ts", DUTIES.length),
  ]);
  const { contenders, skipped, close } = await startWorkers(database, [
    floor!,
    ...written,
    library!,
    gateway!,
  ]);
  try {
    const title = "a Worker: publish to a queue, duty by duty";
    return await compare({ id: "duties", title, metrics: METRICS, contenders, skipped }, inTurns(pace));
  } finally {
    await close();
  }
}
