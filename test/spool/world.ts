/** @module A deployed Worker with its spool, before a Redis that can be made to fail. */
import { inject } from "vitest";
import { type Deployed, type DeployedSpool, deploy } from "../deployed.ts";
import type { Fault } from "../faults.ts";

/** What a test of the deployed spool needs. */
export interface World {
  readonly worker: Deployed;
  /** Fails the next so many requests to Redis. */
  fail(fault: Fault, times?: number): Promise<void>;
  /** How many requests came to Redis. */
  requests(): Promise<number>;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

/** A response, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at, not used
  readonly body: any;
}

/** Starts it. `null` leaves the spool unbound. */
export async function startWorld(
  spool: DeployedSpool | null = { maxBatchTimeout: 0 },
  variables: Readonly<Record<string, string>> = {},
): Promise<World> {
  const proxy = inject("faultProxyUrl");
  const name = crypto.randomUUID();
  const worker = await deploy(
    {
      UPSTASH_REDIS_REST_URL: `${proxy}/switched/-/${name}`,
      UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
      API_TOKEN: "secret",
      ...variables,
    },
    { spool: spool ?? undefined },
  );
  return {
    worker,
    async fail(fault, times = 1) {
      await (await fetch(`${proxy}/switch/${fault}/${times}/${name}`)).text();
    },
    async requests() {
      return Number(await (await fetch(`${proxy}/count/${name}`)).text());
    },
    async ask(method, path, body, headers = {}) {
      const response = await fetch(new URL(path, worker.url), {
        method,
        headers: {
          authorization: "Bearer secret",
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
    },
    stop: () => worker.stop(),
  };
}

/** A command to the tests' Redis itself. */
export async function redis(...command: string[]): Promise<unknown> {
  const answer = await fetch(inject("redisHttpUrl"), {
    method: "POST",
    headers: { authorization: `Bearer ${inject("redisHttpToken")}` },
    body: JSON.stringify(command),
  });
  const { result, error } = (await answer.json()) as { result: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return result;
}

/** The bodies in a list, the first pushed first. */
export async function bodies(list: string): Promise<unknown[]> {
  const messages = (await redis("LRANGE", list, "0", "-1")) as string[];
  return messages.toReversed().map((message) => {
    const { body } = JSON.parse(message) as { body: string };
    return JSON.parse(Buffer.from(body, "base64").toString());
  });
}
