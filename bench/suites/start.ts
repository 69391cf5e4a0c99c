/** @module A fresh isolate: size of what it loads, and time from the start of workerd to the first publish answered. */
import type { Database } from "../front/start.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, compare } from "../rounds.ts";
import { serve } from "../workerd.ts";
import { candidatesFor, environment, GATEWAY, jobs } from "./jobs.ts";

/** For the floor, the client and the library with the first job; for the gateway with each, as it loads parts of itself later. */
export async function startSuite(database: Database, { rounds }: Pace): Promise<readonly Comparison[]> {
  const contenders = [];
  for (const job of jobs(database)) {
    for (const { name, bundle, request } of await candidatesFor(database, job)) {
      if (job.name !== "queue" && name !== GATEWAY) continue;
      contenders.push({
        name: job.name === "queue" ? name : `${name}, ${job.name}`,
        run: async () => {
          const worker = await serve(bundle, environment(database), request);
          await worker.close();
          return [worker.firstAnswer, bundle.gzipBytes / 1024];
        },
      });
    }
  }
  const metrics = [
    { unit: "ms to the first answer", lowerIsBetter: true },
    { unit: "KiB loaded at the start, gzip", lowerIsBetter: true },
  ];
  return await compare({ id: "start", title: "a fresh Worker", metrics, contenders }, { rounds, seconds: 0 });
}
