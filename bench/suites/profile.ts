/** @module Profiles: of the floor and the gateway in workerd by its inspector, of the library in Node by V8's own. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bundle, gatewayWithMaps } from "../bundles.ts";
import { temporaryFolder } from "../children.ts";
import type { Database } from "../front/start.ts";
import { inspect } from "../inspector.ts";
import { type LoadRequest, load } from "../load.ts";
import type { Pace } from "../pace.ts";
import { freePort } from "../ports.ts";
import { usage } from "../processes.ts";
import { type CpuProfile, type Profile, profileOf } from "../profile.ts";
import { startPublisher } from "../publisher.ts";
import { skip } from "../rounds.ts";
import { serve } from "../workerd.ts";
import { candidatesFor, environment, FLOOR, jobs, resetDatabase } from "./jobs.ts";
import { CONCURRENCY } from "./worker.ts";

/** Microseconds between samples, in Node. */
const INTERVAL = 200;

/** Jobs of the publisher, and how many messages for each second of the pace. */
const LIBRARY = [
  { job: "publish", title: "library in Node, publish", count: 4_000 },
  { job: "sendTask", title: "library in Node, sendTask", count: 4_000 },
  { job: "publishMany", title: "library in Node, publishMany", count: 200_000 },
  { job: "applyMany", title: "library in Node, applyMany", count: 50_000 },
] as const;

export async function profileSuite(database: Database, pace: Pace): Promise<readonly Profile[]> {
  const profiles: Profile[] = [];
  const add = async (name: string, take: () => Promise<Profile>) => {
    try {
      await resetDatabase(database);
      profiles.push(await take());
    } catch (error) {
      skip(`profile: ${name}`, error);
    }
  };
  const { bundle, maps } = await gatewayWithMaps();
  for (const job of jobs(database)) {
    const candidates = await candidatesFor(database, job);
    const floor = candidates.find(({ name }) => name === FLOOR)!;
    if (job.name === "queue") {
      await add(FLOOR, () =>
        ofWorker(database, pace, { id: "floor", title: FLOOR }, floor.bundle, floor.request, new Map()),
      );
    }
    const names = { id: `gateway-${job.name}`, title: `gateway: ${job.title}` };
    await add(names.id, () => ofWorker(database, pace, names, bundle, job.request, maps));
  }
  for (const { job, title, count } of LIBRARY) {
    await add(title, () => ofLibrary(database, { id: `library-${job}`, title }, job, count * pace.seconds));
    await database.command("FLUSHDB");
  }
  return profiles;
}

async function ofWorker(
  database: Database,
  { seconds }: Pace,
  names: { id: string; title: string },
  bundle: Bundle,
  request: LoadRequest,
  maps: ReadonlyMap<string, string>,
): Promise<Profile> {
  const inspectorPort = await freePort();
  const worker = await serve(bundle, environment(database), request, { inspectorPort });
  try {
    const to = { ...request, url: `${worker.url}${request.url}` };
    await load(to, CONCURRENCY, seconds);
    const inspector = await inspect(inspectorPort);
    let messages = 0;
    const before = usage(worker.pid).cpuSeconds;
    const profile = await inspector.profile(async () => {
      messages = (await load(to, CONCURRENCY, seconds * 2)).count;
    });
    const cpuSeconds = usage(worker.pid).cpuSeconds - before;
    const heapMebibytes = (await inspector.heapBytes()) / 2 ** 20;
    inspector.close();
    return profileOf({ ...names, messages, cpuSeconds, heapMebibytes }, profile, maps);
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
  return profileOf({ ...names, messages, cpuSeconds }, profile);
}
