/** @module Starts what every measurement stands on: a Redis, and the fast front before it. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startLocalRedis } from "../../local/index.ts";
import type { FrontCounts } from "./process.ts";

/** A Redis and its front. */
export interface Database {
  /** The front's address. */
  readonly url: string;
  readonly token: string;
  /** The same Redis over TCP. */
  readonly redisUrl: string;
  /** What the front has seen since this was last called. */
  counts(): Promise<FrontCounts>;
  /** Sends one command. */
  command(...command: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts both on 127.0.0.1. Throws when there is no redis-server. */
export async function startDatabase(): Promise<Database> {
  const redis = await startLocalRedis({ store: "server" });
  const redisUrl = redis.redisUrl!;
  const front = fork(fileURLToPath(new URL("process.ts", import.meta.url)), [new URL(redisUrl).port]);
  const [{ port }] = (await once(front, "message")) as [{ port: number }];
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    token: "bench",
    redisUrl,
    counts: async () => {
      const answer = once(front, "message");
      front.send("counts");
      return (await answer)[0] as FrontCounts;
    },
    command: async (...command) => {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(command) });
      const { result, error } = (await response.json()) as { result?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return result;
    },
    close: async () => {
      front.disconnect();
      await once(front, "exit");
      await redis.close();
    },
  };
}
