/** @module A Celery version with its workers, and the deployed Worker before the same Redis. */
import { type Deployed, deploy } from "../../deployed.ts";
import type { CeleryVersion } from "./python.ts";
import { World } from "./world.ts";

/** What the Worker answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at, not used
  readonly body: any;
}

/** One server-sent event. */
export interface StreamedState {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly state: string; readonly result: unknown };
}

export class HttpWorld {
  readonly world: World;
  readonly worker: Deployed;

  private constructor(world: World, worker: Deployed) {
    this.world = world;
    this.worker = worker;
  }

  static async start(version: CeleryVersion): Promise<HttpWorld> {
    const world = await World.start(version);
    const worker = await deploy({
      UPSTASH_REDIS_REST_URL: world.redis.url,
      UPSTASH_REDIS_REST_TOKEN: world.redis.token,
      API_TOKEN: "secret",
    });
    return new HttpWorld(world, worker);
  }

  /** Asks the Worker, as curl would. */
  async ask(
    method: string,
    path: string,
    json?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    const answer = await fetch(new URL(path, this.worker.url), {
      method,
      headers: {
        authorization: "Bearer secret",
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  }

  /** Asks, and tells how many HTTP requests that made to Redis. */
  async counted(...asked: Parameters<HttpWorld["ask"]>): Promise<readonly [HttpAnswer, number]> {
    const before = this.world.count();
    const answer = await this.ask(...asked);
    return [answer, this.world.count() - before];
  }

  /** The result of a task, once it has one. */
  async result(id: string): Promise<HttpAnswer["body"]> {
    return (await this.ask("GET", `/v1/tasks/${encodeURIComponent(id)}?wait=10`)).body;
  }

  /** Everything that a stream of states tells, to its end. */
  async streamed(path: string): Promise<readonly StreamedState[]> {
    const answer = await fetch(new URL(path, this.worker.url), {
      headers: { authorization: "Bearer secret", accept: "text/event-stream" },
    });
    const blocks = (await answer.text()).split("\n\n").filter((block) => block.startsWith("id: "));
    return blocks.map((block) => {
      const { data, ...event } = Object.fromEntries(
        block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)),
      );
      return { ...event, data: JSON.parse(data) };
    });
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.world.stop();
  }
}
