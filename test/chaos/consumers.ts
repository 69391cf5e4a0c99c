/** @module The consumers: a real Celery worker and a real Kombu, each telling what it got. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type CeleryVersion, findVersions } from "../interop/celery/python.ts";
import { type Child, startChild } from "./children.ts";
import { QUEUES } from "./kinds.ts";
import { copy } from "./publication.ts";
import type { DurableRedis } from "./redis.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
/** How long nothing may come before a worker with an empty queue counts as done. */
const QUIET_MS = 600;
const LONGEST_MS = 180_000;

/** Consumers that have not begun yet. */
export interface Consumers {
  /** Begins to consume. */
  begin(): void;
  /** Consumes until nothing is left, and ends. Returns all copies in the order in which they came. */
  drain(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The newest Celery there is, its Kombu with it; or why there is none. */
export async function findCelery(): Promise<CeleryVersion> {
  const versions = await findVersions();
  return versions.find(({ missing }) => missing === undefined) ?? versions[0]!;
}

/** Starts both, so that nothing has to be imported when they begin. */
export async function prepareConsumers({ python }: CeleryVersion, redis: DurableRedis): Promise<Consumers> {
  const env = { REDIS_URL: redis.url, PYTHONDONTWRITEBYTECODE: "1", PYTHONWARNINGS: "ignore" };
  const options = { cwd: FOLDER, env };
  const kombu = listen(startChild(python, ["consume.py", redis.url, ...QUEUES], options));
  const celery = listen(startChild(python, ["tasks.py"], options));
  await Promise.all([kombu.ready, celery.ready]);
  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    for (const { child } of [kombu, celery]) child.process.stdin!.write("go\n");
  };
  return {
    begin,
    async drain() {
      begin();
      kombu.child.process.stdin!.write("end\n");
      await Promise.all([kombu.ended, untilQuiet(redis, celery)]);
      if (kombu.child.process.exitCode !== 0) throw new Error(`the consumer failed:\n${kombu.child.log()}`);
      await celery.child.kill();
      return [...kombu.copies(), ...celery.copies()];
    },
    async close() {
      await Promise.all([kombu.child.kill(), celery.child.kill()]);
    },
  };
}

interface Listening {
  readonly child: Child;
  readonly ready: Promise<void>;
  readonly ended: Promise<unknown>;
  /** Lines so far. */
  count(): number;
  copies(): readonly string[];
}

/**
 * Collects what a consumer says. One delivery of a copy that came again because its acknowledgement was lost is not a double:
 * it counts only when it is the first of its name.
 */
function listen(child: Child): Listening {
  const copies: string[] = [];
  const seen = new Set<string>();
  let said = 0;
  let onReady!: () => void;
  const ready = new Promise<void>((resolve, reject) => {
    onReady = resolve;
    child.process.once("exit", () => reject(new Error(`a consumer ended:\n${child.log()}`)));
  });
  ready.catch(() => {});
  const lines = createInterface({ input: child.process.stdout! });
  lines.on("line", (line) => {
    const value = JSON.parse(line) as "ready" | [queue: string, id: string, redelivered: boolean];
    if (value === "ready") return onReady();
    said++;
    const [queue, id, redelivered] = value;
    const name = copy(queue, id);
    if (!redelivered || !seen.has(name)) copies.push(name);
    seen.add(name);
  });
  const ended = Promise.all([once(lines, "close"), once(child.process, "exit")]);
  return { child, ready, ended, count: () => said, copies: () => copies };
}

async function untilQuiet(redis: DurableRedis, celery: Listening): Promise<void> {
  let quietSince = Date.now();
  let count = -1;
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(100)) {
    const waiting =
      Number(await redis.command("LLEN", "celery")) + Number(await redis.command("HLEN", "unacked"));
    if (waiting > 0 || celery.count() !== count) quietSince = Date.now();
    count = celery.count();
    if (Date.now() - quietSince > QUIET_MS) return;
    if (celery.child.process.exitCode !== null) break;
  }
  throw new Error(`the Celery worker did not empty its queue:\n${celery.child.log()}`);
}
