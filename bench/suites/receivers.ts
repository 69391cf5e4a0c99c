/** @module The Worker against what a Python team would run to receive an event as a task: one process each. */
import type { ChildProcess } from "node:child_process";
import { freePort } from "../../local/server/port.ts";
import { untilAnswered } from "../answers.ts";
import { startChild, stopChild } from "../children.ts";
import type { Database } from "../front/start.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, type Contender, compare, type Skipped, skip } from "../rounds.ts";
import { candidatesFor, environment, type Job, jobs, UPSTASH } from "./jobs.ts";
import { FOLDER, QUEUE, RECEIVERS } from "./python_receivers.ts";
import { type Server, turn, WARM_UP, warm } from "./turn.ts";
import { startWorkers } from "./worker.ts";

const METRICS = [{ unit: "requests/s" }, { unit: "µs of CPU/request", lowerIsBetter: true }];

/**
 * A task and a verified webhook, by Workers and by what is usual in Python.
 *
 * @param programs The folder of the Python programs, with a slash at its end; `undefined` when there are none.
 */
export async function receiverSuite(
  database: Database,
  pace: Pace,
  programs: string | undefined,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const job of jobs(database)) {
    if (job.name !== "task" && job.name !== "webhook") continue;
    comparisons.push(...(await received(database, pace, programs, job)));
  }
  return comparisons;
}

async function received(
  database: Database,
  pace: Pace,
  programs: string | undefined,
  job: Job,
): Promise<readonly Comparison[]> {
  // The floor tells what no Worker can be faster than.
  const own = (await candidatesFor(database, job)).filter(({ name }) => name !== UPSTASH);
  const workers = await startWorkers(database, own);
  const contenders: Contender[] = [...workers.contenders];
  const skipped: Skipped[] = [...workers.skipped];
  const children: ChildProcess[] = [];
  try {
    for (const receiver of RECEIVERS) {
      const request = receiver[job.name as "task" | "webhook"];
      if (!request) continue;
      try {
        if (programs === undefined) throw new Error("its packages are not installed");
        const port = await freePort();
        const child = start(programs, receiver.command(port), database, receiver.tellsResults);
        children.push(child);
        const to = { ...request, url: `http://127.0.0.1:${port}${request.url}` };
        await untilAnswered(child, to);
        const server = { name: receiver.name, pid: child.pid!, request: to, queue: QUEUE };
        contenders.push({ ...contender(database, server), stop: () => stopChild(child) });
      } catch (error) {
        skipped.push(skip(receiver.name, error));
      }
    }
    const plan = {
      id: `receivers/${job.name}`,
      title: `a receiver: ${job.title}`,
      metrics: METRICS,
      contenders,
      skipped,
    };
    return await compare(plan, { ...pace, warmUp: pace.seconds * WARM_UP.rounds });
  } finally {
    for (const child of children) await stopChild(child);
    await workers.close();
  }
}

function start(
  programs: string,
  [program, ...args]: readonly string[],
  database: Database,
  tellsResults = false,
): ChildProcess {
  return startChild(`${programs}${program}`, args, {
    cwd: FOLDER,
    env: {
      ...process.env,
      BROKER_URL: database.redisUrl,
      ...(tellsResults && { RESULT_BACKEND: database.redisUrl }),
      GITHUB_WEBHOOK_SECRET: environment(database).GITHUB_WEBHOOK_SECRET,
      FLOWER_UNAUTHENTICATED_API: "true",
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function contender(database: Database, server: Server): Contender {
  return {
    name: server.name,
    run: async (seconds) => {
      const { perSecond, cpuMicroseconds } = await turn(database, server, seconds);
      return [perSecond, cpuMicroseconds];
    },
    warm: (atMost) => warm(database, server, atMost),
  };
}
