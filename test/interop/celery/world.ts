/** @module One Celery version with its workers, its own client, a Redis and this library before it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type LocalRedis, startLocalRedis } from "../../../local/index.ts";
import { Celery, type CeleryOptions } from "../../../src/celery/index.ts";
import { Channel, clearBindingCache } from "../../../src/index.ts";
import { type CeleryVersion, FOLDER, type PythonProcess, startPython, startWorker } from "./python.ts";

/** What Celery's monitors see. */
export type Event = Readonly<Record<string, unknown>> & { readonly type: string; readonly uuid?: string };

/** What the task `tasks.request` tells of its own message. */
export interface SeenRequest {
  readonly args: readonly unknown[];
  readonly delivery_info: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export class World {
  readonly version: CeleryVersion;
  readonly redis: LocalRedis;
  readonly channel: Channel;
  readonly app: Celery;
  /** HTTP requests to Redis so far. */
  readonly count: () => number;
  /** The sender's key and certificate for signed messages. */
  readonly keys: { readonly privateKey: string; readonly certificate: string };
  /** Everything that `celery events` would have shown. */
  readonly events: Event[] = [];
  readonly workers: Readonly<Record<"main" | "prefork" | "signed", PythonProcess>>;
  readonly #client: PythonProcess;
  readonly #answers: ((answer: { answer?: unknown; error?: string }) => void)[] = [];
  readonly #folder: string;

  private constructor(
    version: CeleryVersion,
    redis: LocalRedis,
    count: () => number,
    folder: string,
    processes: { client: PythonProcess; main: PythonProcess; prefork: PythonProcess; signed: PythonProcess },
  ) {
    const { client, ...workers } = processes;
    this.version = version;
    this.redis = redis;
    this.count = count;
    this.channel = new Channel({ url: redis.url, token: redis.token });
    this.app = new Celery(this.channel);
    this.keys = {
      privateKey: readFileSync(join(folder, "edge.key"), "utf8"),
      certificate: readFileSync(join(folder, "edge.crt"), "utf8"),
    };
    this.workers = workers;
    this.#client = client;
    this.#folder = folder;
  }

  /** Starts everything for one version. */
  static async start(version: CeleryVersion): Promise<World> {
    let requests = 0;
    const redis = await startLocalRedis({ store: "server", onRequest: () => void requests++ });
    const folder = mkdtempSync(join(tmpdir(), "kombu-edge-celery-"));
    execFileSync(version.python, ["-W", "ignore", "certificates.py", folder], { cwd: FOLDER });
    const environment = { REDIS_URL: redis.redisUrl! };
    const client = startPython(version, ["client.py"], environment);
    const [main, prefork, signed] = await Promise.all([
      startWorker(version, "main", ["-P", "threads", "-c", "4", "-Q", "celery,other,billing"], environment),
      startWorker(version, "prefork", ["-P", "prefork", "-c", "1", "-Q", "prefork"], {
        ...environment,
        TRACK: "1",
      }),
      startWorker(version, "signed", ["-P", "solo"], {
        ...environment,
        KEYPREFIX: "signed:",
        SIGNED: folder,
      }),
    ]);
    const world = new World(version, redis, () => requests, folder, { client, main, prefork, signed });
    await world.#listen();
    clearBindingCache();
    return world;
  }

  /** Another app on the same Redis. */
  appWith(options: CeleryOptions, channel: Channel = this.channel): Celery {
    return new Celery(channel, options);
  }

  /** What tasks left under a key, once there are `count` of them. */
  async marks(key: string, count = 1, within = 8_000): Promise<unknown[]> {
    for (const end = Date.now() + within; ; ) {
      const [reply] = await this.channel.send([["LRANGE", `mark:${key}`, "0", "-1"]]);
      const found = "result" in reply! ? (reply.result as string[]) : [];
      if (found.length >= count || Date.now() > end) return found.map((text) => JSON.parse(text) as unknown);
      await pause(50);
    }
  }

  /** Asks Celery's own client. */
  async ask(command: "send" | "restore" | "reprs" | "value", ...args: unknown[]): Promise<unknown> {
    const answered = new Promise<{ answer?: unknown; error?: string }>((resolve) =>
      this.#answers.push(resolve),
    );
    this.#client.process.stdin!.write(`${JSON.stringify([command, ...args])}\n`);
    const { answer, error } = await answered;
    if (error !== undefined) throw new Error(error);
    return answer;
  }

  /** Events of one task, once there is one of this type. */
  async eventsOf(id: string, type: string): Promise<readonly Event[]> {
    for (const end = Date.now() + 8_000; Date.now() < end; await pause(50)) {
      const found = this.events.filter(({ uuid }) => uuid === id);
      if (found.some((event) => event.type === type)) return found;
    }
    throw new Error(`no event ${type} for the task`);
  }

  /** Ends everything that was started here. */
  async stop(): Promise<void> {
    await Promise.all([this.#client, ...Object.values(this.workers)].map((process) => process.stop()));
    await this.redis.close();
    rmSync(this.#folder, { recursive: true });
  }

  async #listen(): Promise<void> {
    const lines = createInterface({ input: this.#client.process.stdout! });
    await new Promise<void>((resolve, reject) => {
      this.#client.process.once("exit", () => reject(new Error(`the client ended:\n${this.#client.log()}`)));
      lines.on("line", (line) => {
        const said = JSON.parse(line) as { event?: Event; ready?: true; answer?: unknown; error?: string };
        if (said.event) this.events.push(said.event);
        else if (said.ready) resolve();
        else this.#answers.shift()?.(said);
      });
    });
  }
}

/** Waits. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}
