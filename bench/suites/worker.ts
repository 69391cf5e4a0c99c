/** @module Workers under load: the floor, the client alone, the library, the gateway. */
import type { Database } from "../front/start.ts";
import { load } from "../load.ts";
import type { Pace } from "../pace.ts";
import { usage } from "../processes.ts";
import { type Comparison, type Contender, compare } from "../rounds.ts";
import { bundle, type RunningWorkerd, serve } from "../workerd.ts";
import { environment, prepareCandidates } from "./candidates.ts";

/** Requests under way at a time. */
export const CONCURRENCY = 16;
/** A run shorter than a second meets the same noise as its neighbours; many of them make up for it. */
const RUNS_PER_ROUND = 4;

/** Requests, CPU time and memory under load; ratios are those of the floor. */
export async function workerSuite(database: Database, pace: Pace): Promise<readonly Comparison[]> {
  const running: RunningWorkerd[] = [];
  try {
    const contenders: Contender[] = [];
    for (const { name, entry, path, body } of await prepareCandidates(database)) {
      const headers = { authorization: `Bearer ${database.token}` };
      const worker = await serve(await bundle(entry), environment(database), {
        path,
        init: { method: "POST", body, headers },
      });
      running.push(worker);
      const request = { url: `${worker.url}${path}`, body, headers };
      contenders.push({
        name,
        run: async (seconds) => {
          await database.command(
            "DEL",
            "bench-floor",
            "bench-upstash",
            "bench-library",
            "bench-topic",
            "bench-gateway",
          );
          const before = usage(worker.pid).cpuSeconds;
          const { perSecond, count } = await load(request, CONCURRENCY, seconds);
          const { cpuSeconds, residentBytes } = usage(worker.pid);
          return [perSecond, ((cpuSeconds - before) / count) * 1e6, residentBytes / 2 ** 20];
        },
      });
    }
    const metrics = [
      { unit: "requests/s" },
      { unit: "µs of CPU/request", lowerIsBetter: true },
      { unit: "MiB of workerd under load", lowerIsBetter: true },
    ];
    return await compare("publish through a Worker", metrics, contenders, {
      rounds: pace.rounds * RUNS_PER_ROUND,
      seconds: pace.seconds / RUNS_PER_ROUND,
    });
  } finally {
    for (const worker of running) await worker.close();
  }
}
