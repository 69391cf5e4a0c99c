/** @module The Workers of one job, sampled by `perf` in turns, so that a noisy minute hits all alike. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { attribute } from "../attribution.ts";
import { temporaryFolder } from "../children.ts";
import type { Database } from "../front/start.ts";
import { type LoadRequest, load } from "../load.ts";
import type { Pace } from "../pace.ts";
import { record, removeFunctions, stacksOf, V8_FLAGS } from "../perf.ts";
import { usage } from "../processes.ts";
import { type Profile, profileOf, type Share, summed } from "../profile.ts";
import { readSourceMaps, type Sources } from "../sources.ts";
import { type RunningWorkerd, serve } from "../workerd.ts";
import { type Candidate, environment, FLOOR, GATEWAY, type Job, LIBRARY, resetDatabase } from "./jobs.ts";
import { CONCURRENCY } from "./turn.ts";

/** Times the pace's seconds, until V8 has optimised what it wants to. */
const WARMING = 4;
/** Of each Worker. */
const TURNS = 4;
/**
 * Times the pace's seconds, in all turns together. CPU time is taken while `perf` does not look: its walks through deep stacks make a gateway
 * slower by a third or so, though they change little of which part of the time is whose. Garbage comes in fits, and needs the longest to be seen evenly.
 */
const TIMING = 2;
const SAMPLING = 4;

const COLUMNS: ReadonlyMap<string, string> = new Map([
  [FLOOR, "floor"],
  [LIBRARY, "library"],
  [GATEWAY, "gateway"],
]);

/** Profiles of all, in their order. Throws when one does not start or cannot be sampled. */
export async function profileWorkers(
  database: Database,
  { seconds }: Pace,
  job: Job,
  candidates: readonly Candidate[],
): Promise<readonly Profile[]> {
  const sampled: SampledWorker[] = [];
  try {
    for (const candidate of candidates) {
      const worker = await serve(candidate.bundle, environment(database), candidate.request, {
        v8Flags: V8_FLAGS,
      });
      sampled.push(new SampledWorker(candidate, worker));
    }
    for (const one of sampled) await one.warm(seconds * WARMING);
    for (let turn = 0; turn < TURNS; turn++) {
      for (const one of sampled) {
        await resetDatabase(database);
        await one.time((seconds * TIMING) / TURNS);
        await one.sample((seconds * SAMPLING) / TURNS);
      }
    }
    return await Promise.all(sampled.map((one) => one.profile(job)));
  } finally {
    for (const one of sampled) await one.close();
  }
}

class SampledWorker {
  readonly #candidate: Candidate;
  readonly #worker: RunningWorkerd;
  readonly #request: LoadRequest;
  readonly #forgetFunctions: () => void;
  readonly #folder: string = temporaryFolder();
  readonly #recordings: string[] = [];
  #messages = 0;
  #cpuSeconds = 0;

  constructor(candidate: Candidate, worker: RunningWorkerd) {
    this.#candidate = candidate;
    this.#worker = worker;
    this.#request = { ...candidate.request, url: `${worker.url}${candidate.request.url}` };
    this.#forgetFunctions = removeFunctions(worker.pid);
  }

  warm(seconds: number): Promise<number> {
    return this.#load(seconds);
  }

  async time(seconds: number): Promise<void> {
    const before = usage(this.#worker.pid).cpuSeconds;
    this.#messages += await this.#load(seconds);
    this.#cpuSeconds += usage(this.#worker.pid).cpuSeconds - before;
  }

  async sample(seconds: number): Promise<void> {
    const file = join(this.#folder, String(this.#recordings.length));
    await record(this.#worker.pid, file, () => this.#load(seconds));
    this.#recordings.push(file);
  }

  async profile(job: Job): Promise<Profile> {
    const title = COLUMNS.get(this.#candidate.name)!;
    const { areas, callers } = await countSamples(
      this.#recordings,
      readSourceMaps(this.#candidate.bundle.maps),
    );
    const about = { id: `${title}-${job.name}`, title, job: job.title };
    return profileOf({ ...about, messages: this.#messages, cpuSeconds: this.#cpuSeconds }, areas, callers);
  }

  async #load(seconds: number): Promise<number> {
    return (await load(this.#request, CONCURRENCY, seconds)).count;
  }

  async close(): Promise<void> {
    await this.#worker.close();
    this.#forgetFunctions();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One microsecond for each sample, as shares are all that is wanted. */
async function countSamples(
  recordings: readonly string[],
  sources: Sources,
): Promise<{ areas: readonly Share[]; callers: readonly Share[] }> {
  const areas: Share[] = [];
  const callers: Share[] = [];
  for (const file of recordings) {
    for await (const stack of stacksOf(file)) {
      const { area, caller } = attribute(stack, sources);
      areas.push({ area, microseconds: 1 });
      if (caller !== undefined) callers.push({ area: caller, microseconds: 1 });
    }
  }
  if (callers.length === 0) throw new Error("perf saw no JavaScript");
  return { areas: summed(areas), callers: summed(callers) };
}
