/** @module What a Python team would run to receive an event as a task: how each is started, and what it is sent. */
import { fileURLToPath } from "node:url";
import type { LoadRequest } from "../load.ts";
import { MESSAGE } from "../message.ts";
import { githubRequest } from "./jobs.ts";

/** Where their messages land; receiver.py names it too. */
export const QUEUE = "bench-receiver";
/** Where they are started. */
export const FOLDER = fileURLToPath(new URL("../python/", import.meta.url));
/** Who compete, as far as bars are set against them. */
export const FLASK = "Flask + gunicorn, send_task";
export const FLOWER = "Flower, /api/task/send-task";
export const FLOWER_WITH_RESULTS = "Flower, with a result backend";

/** A receiver: its command line, and the request to it; its URL is a path. */
export interface Receiver {
  readonly name: string;
  command(port: number): readonly string[];
  readonly task: LoadRequest;
  /** Not for Flower, which verifies nothing. */
  readonly webhook?: LoadRequest;
  /** Whether it has a result backend, as it must to tell a task's result, which the gateway can: Celery then subscribes to each result. */
  readonly tellsResults?: boolean;
}

const PLAIN = { url: "/", body: JSON.stringify(MESSAGE) };
const GITHUB = githubRequest("/github");

const flask = (port: number, ...more: string[]) => [
  "gunicorn",
  "--workers=1",
  ...more,
  "--log-level=error",
  `--bind=127.0.0.1:${port}`,
  "receiver:flask_app",
];

const flower = (port: number) => [
  "celery",
  "--app=receiver:celery_app",
  "flower",
  "--address=127.0.0.1",
  `--port=${port}`,
  "--logging=error",
];

const FLOWER_TASK = {
  url: "/api/task/send-task/bench.task",
  body: JSON.stringify({ args: [MESSAGE], queue: QUEUE }),
};

/** All of them. */
export const RECEIVERS: readonly Receiver[] = [
  { name: FLASK, command: (port) => flask(port), task: PLAIN, webhook: GITHUB },
  {
    name: "Flask + gunicorn, 4 threads",
    command: (port) => flask(port, "--threads=4"),
    task: PLAIN,
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
    task: PLAIN,
    webhook: GITHUB,
  },
  {
    name: "Flask, with a result backend",
    command: (port) => flask(port),
    task: PLAIN,
    tellsResults: true,
  },
  { name: FLOWER, command: flower, task: FLOWER_TASK },
  { name: FLOWER_WITH_RESULTS, command: flower, task: FLOWER_TASK, tellsResults: true },
];
