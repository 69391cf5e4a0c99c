/** @module Workers under load: the gateway and the library against the floor and the client alone, job by job. */
import type { Database } from "../front/start.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, type Contender, compare, type Plan, type Skipped, skip } from "../rounds.ts";
import { serve } from "../workerd.ts";
import { type Candidate, candidatesFor, environment, jobs } from "./jobs.ts";
import { turn, WARM_UP, warm } from "./turn.ts";

/** A run shorter than a second meets the same noise as its neighbours; many of them make up for it. */
const RUNS_PER_ROUND = 4;
/** Of Workers. */
export const METRICS: Plan["metrics"] = [
  { unit: "requests/s" },
  { unit: "µs of CPU/request", lowerIsBetter: true },
  { unit: "MiB of workerd under load", lowerIsBetter: true },
];

/** The pace of those who are compared in many short turns. */
export function inTurns({ rounds, seconds }: Pace): Pace {
  return {
    rounds: rounds * RUNS_PER_ROUND,
    seconds: seconds / RUNS_PER_ROUND,
    warmUp: seconds * WARM_UP.rounds,
  };
}

/** Requests, CPU time and memory under load, for each job. */
export async function workerSuite(database: Database, pace: Pace): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const job of jobs(database)) {
    const candidates = await candidatesFor(database, job);
    const { contenders, skipped, close } = await startWorkers(database, candidates);
    try {
      const plan = {
        id: `worker/${job.name}`,
        title: `a Worker: ${job.title}`,
        metrics: METRICS,
        contenders,
        skipped,
      };
      comparisons.push(...(await compare(plan, inTurns(pace))));
    } finally {
      await close();
    }
  }
  return comparisons;
}

/** Starts Workers. One that does not start is skipped. */
export async function startWorkers(
  database: Database,
  candidates: readonly Candidate[],
): Promise<{
  contenders: readonly Contender[];
  skipped: readonly Skipped[];
  close(): Promise<void>;
}> {
  const contenders: Contender[] = [];
  const skipped: Skipped[] = [];
  const stops: (() => Promise<void>)[] = [];
  for (const { name, bundle, request, queue } of candidates) {
    try {
      const worker = await serve(bundle, environment(database), request);
      stops.push(worker.close);
      const to = { ...request, url: `${worker.url}${request.url}` };
      const server = { name, pid: worker.pid, request: to, queue };
      contenders.push({
        name,
        run: async (seconds) => {
          const { perSecond, cpuMicroseconds, residentBytes } = await turn(database, server, seconds);
          return [perSecond, cpuMicroseconds, residentBytes / 2 ** 20];
        },
        warm: (atMost) => warm(database, server, atMost),
        stop: worker.close,
      });
    } catch (error) {
      skipped.push(skip(name, error));
    }
  }
  return {
    contenders,
    skipped,
    close: async () => {
      for (const stop of stops) await stop();
    },
  };
}
