/** @module Profiles: of Workers by `perf`, side by side for each job; of the library in Node by V8's own. Heaps of Workers under load. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../local/server/port.ts";
import { temporaryFolder } from "../children.ts";
import { type CpuProfile, selfTimes } from "../cpu_profile.ts";
import type { Database } from "../front/start.ts";
import { heapBytes } from "../inspector.ts";
import { load } from "../load.ts";
import type { Pace } from "../pace.ts";
import { perfMissing } from "../perf.ts";
import { usage } from "../processes.ts";
import { type Heap, type Profile, profileOf, type SkippedProfile } from "../profile.ts";
import { startPublisher } from "../publisher.ts";
import { spread } from "../ratio.ts";
import { skip } from "../rounds.ts";
import { serve } from "../workerd.ts";
import { type Candidate, candidatesFor, environment, jobs, resetDatabase, UPSTASH } from "./jobs.ts";
import { CONCURRENCY } from "./turn.ts";
import { profileWorkers } from "./worker_profile.ts";

/** Microseconds between samples, in Node. */
const INTERVAL = 200;

/** Jobs of the publisher, and how many messages for each second of the pace. */
const LIBRARY = [
  { job: "publish", title: "library in Node, publish", count: 4_000 },
  { job: "sendTask", title: "library in Node, sendTask", count: 4_000 },
  { job: "publishMany", title: "library in Node, publishMany", count: 200_000 },
  { job: "applyMany", title: "library in Node, applyMany", count: 50_000 },
] as const;

/** How many times a heap is read, each time after its part of the load. */
const HEAP_READINGS = 3;

/** All profiles and heaps. */
export interface Profiles {
  readonly profiles: readonly Profile[];
  readonly heaps: readonly Heap[];
  readonly skipped: readonly SkippedProfile[];
}

/** Profiles the Workers of each job, their heaps and the library in Node. What cannot be profiled is skipped by name. */
export async function profileSuite(database: Database, pace: Pace): Promise<Profiles> {
  const profiles: Profile[] = [];
  const heaps: Heap[] = [];
  const skipped: SkippedProfile[] = [];
  const trying = async (part: SkippedProfile["part"], name: string, take: () => Promise<void>) => {
    try {
      await resetDatabase(database);
      await take();
    } catch (error) {
      skipped.push({ part, name, reason: skip(`profile: ${name}`, error).reason });
    }
  };
  const missing = perfMissing();
  for (const job of jobs(database)) {
    const all = await candidatesFor(database, job);
    // The floor first, the gateway last.
    const candidates = all.filter(({ name }) => name !== UPSTASH).reverse();
    await trying("Workers", job.title, async () => {
      if (missing !== undefined) throw new Error(missing);
      profiles.push(...(await profileWorkers(database, pace, job, candidates)));
    });
    for (const candidate of candidates) {
      const title = `${candidate.name}: ${job.title}`;
      await trying("heaps", title, async () => {
        const readings = (await heapOf(database, pace, candidate)).map((bytes) => bytes / 2 ** 20);
        heaps.push({ title, mebibytes: spread(readings).median, readings });
      });
    }
  }
  for (const { job, title, count } of LIBRARY) {
    await trying("Node", title, async () => {
      profiles.push(await ofLibrary(database, { id: `library-${job}`, title }, job, count * pace.seconds));
    });
    await database.command("FLUSHDB");
  }
  return { profiles, heaps, skipped };
}

/** In a process of its own, so that no inspector is in the way of anything else. */
async function heapOf(
  database: Database,
  { seconds }: Pace,
  candidate: Candidate,
): Promise<readonly number[]> {
  const { bundle, request } = candidate;
  const inspectorPort = await freePort();
  const worker = await serve(bundle, environment(database), request, { inspectorPort });
  try {
    const readings: number[] = [];
    while (readings.length < HEAP_READINGS) {
      await load({ ...request, url: `${worker.url}${request.url}` }, CONCURRENCY, seconds / HEAP_READINGS);
      readings.push(await heapBytes(inspectorPort));
    }
    return readings;
  } finally {
    await worker.close();
  }
}

async function ofLibrary(
  database: Database,
  names: { id: string; title: string },
  job: string,
  messages: number,
): Promise<Profile> {
  const folder = temporaryFolder();
  const flags = ["--cpu-prof", `--cpu-prof-interval=${INTERVAL}`, `--cpu-prof-dir=${folder}`];
  const publisher = await startPublisher(process.execPath, "kombu_edge.ts", database.url, { flags });
  const before = usage(publisher.pid).cpuSeconds;
  await publisher.run(job, messages);
  const cpuSeconds = usage(publisher.pid).cpuSeconds - before;
  await publisher.end();
  const [file] = readdirSync(folder);
  const profile = JSON.parse(readFileSync(join(folder, file!), "utf8")) as CpuProfile;
  return profileOf({ ...names, messages, cpuSeconds }, selfTimes(profile));
}
