/** @module The Worker against what a Python team would run to receive an event: one process each. */
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startChild, stopChild } from "../children.ts";
import type { Database } from "../front/start.ts";
import { type LoadRequest, load } from "../load.ts";
import { MESSAGE } from "../message.ts";
import type { Pace } from "../pace.ts";
import { freePort, untilAnswered } from "../ports.ts";
import { usage } from "../processes.ts";
import { type Comparison, type Contender, compare } from "../rounds.ts";
import { bundle, serve } from "../workerd.ts";
import { environment, prepareCandidates } from "./candidates.ts";
import { CONCURRENCY } from "./worker.ts";

const FOLDER = fileURLToPath(new URL("../python/", import.meta.url));

/** A receiver: its command line, and the path and body of a request to it. */
interface Receiver {
  readonly name: string;
  command(port: number): readonly string[];
  readonly path: string;
  readonly body: string;
}

const RECEIVERS: readonly Receiver[] = [
  {
    name: "Flask + gunicorn, send_task",
    command: (port) => [
      "gunicorn",
      "--workers=1",
      "--log-level=error",
      `--bind=127.0.0.1:${port}`,
      "receiver:flask_app",
    ],
    path: "/",
    body: JSON.stringify(MESSAGE),
  },
  {
    name: "FastAPI + uvicorn, send_task",
    command: (port) => [
      "uvicorn",
      "--log-level=error",
      "--no-access-log",
      `--port=${port}`,
      "receiver:fastapi_app",
    ],
    path: "/",
    body: JSON.stringify(MESSAGE),
  },
  {
    name: "Flower, /api/task/send-task",
    command: (port) => [
      "celery",
      "--app=receiver:celery_app",
      "flower",
      "--address=127.0.0.1",
      `--port=${port}`,
      "--logging=error",
    ],
    path: "/api/task/send-task/bench.task",
    body: JSON.stringify({ args: [MESSAGE], queue: "bench-receiver" }),
  },
];

/** @param programs The folder of the Python programs, with a slash at its end. */
export async function receiverSuite(
  database: Database,
  pace: Pace,
  programs: string,
): Promise<readonly Comparison[]> {
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const candidate = (await prepareCandidates(database)).at(-1)!;
    const headers = { authorization: `Bearer ${database.token}` };
    const worker = await serve(await bundle(candidate.entry), environment(database), {
      path: candidate.path,
      init: { method: "POST", body: candidate.body, headers },
    });
    stops.push(worker.close);
    const request = { url: `${worker.url}${candidate.path}`, body: candidate.body, headers };
    const contenders = [contender(database, candidate.name, worker.pid, request)];
    for (const receiver of RECEIVERS) {
      const port = await freePort();
      const child = start(programs, receiver.command(port), database);
      stops.push(() => stopChild(child));
      const to = { url: `http://127.0.0.1:${port}${receiver.path}`, body: receiver.body };
      await untilAnswered(child, to.url, {
        method: "POST",
        body: to.body,
        headers: { "content-type": "application/json" },
      });
      contenders.push(contender(database, receiver.name, child.pid!, to));
    }
    const metrics = [{ unit: "requests/s" }, { unit: "µs of CPU/request", lowerIsBetter: true }];
    return await compare("an event received as a message", metrics, contenders, pace);
  } finally {
    for (const stop of stops) await stop();
  }
}

function start(programs: string, [program, ...args]: readonly string[], database: Database): ChildProcess {
  return startChild(`${programs}${program}`, args, {
    cwd: FOLDER,
    env: {
      ...process.env,
      BROKER_URL: database.redisUrl,
      FLOWER_UNAUTHENTICATED_API: "true",
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function contender(database: Database, name: string, pid: number, request: LoadRequest): Contender {
  return {
    name,
    run: async (seconds) => {
      await database.command("DEL", "bench-receiver", "bench-topic", "bench-gateway");
      const before = usage(pid).cpuSeconds;
      const { perSecond, count } = await load(request, CONCURRENCY, seconds);
      return [perSecond, ((usage(pid).cpuSeconds - before) / count) * 1e6];
    },
  };
}
