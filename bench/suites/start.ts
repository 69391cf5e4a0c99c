/** @module A fresh isolate: size of what it loads, and time from the start of workerd to the first publish answered. */
import type { Database } from "../front/start.ts";
import { bytesLoadedFor } from "../loaded.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, type Contender, compare } from "../rounds.ts";
import { serve } from "../workerd.ts";
import { type Candidate, candidatesFor, environment, GATEWAY, jobs } from "./jobs.ts";

/** Units of the sizes, which are the same in each round. */
export const AT_THE_START = "KiB loaded at the start, gzip";
export const FIRST_PUBLISH = "KiB loaded once the first publish is answered, gzip";
export const ALL_MODULES = "KiB of all modules, gzip";

/** For the floor, the client and the library with the first job; for the gateway with each, as it loads parts of itself later. */
export async function startSuite(database: Database, { rounds }: Pace): Promise<readonly Comparison[]> {
  const contenders: Contender[] = [];
  for (const job of jobs(database)) {
    for (const candidate of await candidatesFor(database, job)) {
      const { name } = candidate;
      if (job.name === "queue") contenders.push({ name, run: starting(database, candidate) });
      else if (name === GATEWAY) {
        contenders.push({ name: `${name}, ${job.name}`, run: starting(database, candidate) });
      }
    }
  }
  const metrics = ["ms to the first answer", AT_THE_START, FIRST_PUBLISH, ALL_MODULES].map((unit) => ({
    unit,
    lowerIsBetter: true,
  }));
  return await compare({ id: "start", title: "a fresh Worker", metrics, contenders }, { rounds, seconds: 0 });
}

function starting(database: Database, { bundle, request }: Candidate): Contender["run"] {
  const all = [...bundle.sizes.values()].reduce((sum, size) => sum + size, 0);
  let loaded: number | undefined;
  return async () => {
    loaded ??= await bytesLoadedFor(bundle, environment(database), request);
    const worker = await serve(bundle, environment(database), request);
    await worker.close();
    return [worker.firstAnswer, bundle.gzipBytes / 1024, loaded / 1024, all / 1024];
  };
}
