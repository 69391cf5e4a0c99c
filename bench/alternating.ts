/** @module Two processes of each of two builds under load, in turns. */
import type { Modules } from "./commits.ts";
import type { Database } from "./front/start.ts";
import { type LoadRequest, load } from "./load.ts";
import type { Runs } from "./pairs.ts";
import { cpuNanoseconds } from "./processes.ts";
import { environment, resetDatabase } from "./suites/jobs.ts";
import { CONCURRENCY } from "./suites/turn.ts";
import { type RunningWorkerd, serve } from "./workerd.ts";

/** Requests that each process answers before anything is measured: until the engine has compiled what is hot. */
const WARM_UP_REQUESTS = 10_000;
/** Of each process in each turn; the shorter, the more alike is the noise that all four meet. */
const SECONDS = 0.15;

/** What a process came to, turn by turn. */
export interface ProcessRuns {
  /** Microseconds of CPU time per request. */
  readonly cpu: Runs;
  /** Requests per second. */
  readonly rate: Runs;
}

interface Process {
  readonly worker: RunningWorkerd;
  readonly request: LoadRequest;
  readonly cpu: number[];
  readonly rate: number[];
}

/**
 * Measures them.
 *
 * @param request The same for both; its URL is a path.
 * @returns The first build's process, the second's, and the other two in the same order.
 * @throws Error when a build does not start, or a request is not answered with a 2xx.
 */
export async function alternating(
  database: Database,
  [before, after]: readonly [Modules, Modules],
  request: LoadRequest,
  turns: number,
): Promise<readonly ProcessRuns[]> {
  const processes: Process[] = [];
  try {
    for (const modules of [before, after, before, after]) {
      await resetDatabase(database);
      const worker = await serve(modules, environment(database), request);
      const to = { ...request, url: `${worker.url}${request.url}` };
      processes.push({ worker, request: to, cpu: [], rate: [] });
    }
    for (const process of processes) await warmUp(database, process);
    for (let turn = 0; turn < turns; turn++) {
      // Forwards, then backwards: being first or after a certain other is nobody's lot.
      for (const process of turn % 2 === 0 ? processes : processes.toReversed()) await run(database, process);
    }
  } finally {
    for (const { worker } of processes) await worker.close();
  }
  return processes;
}

async function warmUp(database: Database, { request }: Process): Promise<void> {
  for (let answered = 0; answered < WARM_UP_REQUESTS; ) {
    await resetDatabase(database);
    answered += (await load(request, CONCURRENCY, 1)).count;
  }
}

async function run(database: Database, { worker, request, cpu, rate }: Process): Promise<void> {
  await resetDatabase(database);
  const start = cpuNanoseconds(worker.pid);
  const { count, perSecond } = await load(request, CONCURRENCY, SECONDS);
  cpu.push((cpuNanoseconds(worker.pid) - start) / 1000 / count);
  rate.push(perSecond);
}
