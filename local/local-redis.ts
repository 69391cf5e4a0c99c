/** @module `startLocalRedis`: options in, a running Upstash-compatible front out. */
import { randomBytes } from "node:crypto";
import { createEmbeddedStore } from "./embedded/store.ts";
import { listen } from "./front/listen.ts";
import { findServerBinary } from "./server/binary.ts";
import { startServerStore } from "./server/process.ts";
import { connectRespStore } from "./server/resp-store.ts";
import type { Store } from "./store.ts";

export interface LocalRedisOptions {
  /** HTTP port on 127.0.0.1. Default is 0, a free one. */
  port?: number | undefined;
  /** What callers must send as their bearer token. Default is random. */
  token?: string | undefined;
  /** A Redis to put the front before. Default is the environment's `REDIS_URL`. */
  redisUrl?: string | undefined;
  /**
   * Where the data lives. `"server"` starts a `redis-server` or `valkey-server` from PATH, `"embedded"` keeps it in
   * this process, `"auto"` takes `redisUrl` if there is one, else a server from PATH, else the embedded store.
   * Default is `"auto"`.
   */
  store?: "auto" | "server" | "embedded" | undefined;
  /** More arguments for the server that is started, such as `["--maxmemory", "64mb"]`. Default is none. */
  serverArguments?: readonly string[] | undefined;
  /** Largest request body in bytes; a larger one is answered 413. Default is 10 MiB. */
  maximumRequestBytes?: number | undefined;
  /** Called with each command after it ran; a command that failed has the error as its reply. */
  onCommand?: ((command: readonly string[], reply: unknown) => void) | undefined;
  /** Called with the path of each HTTP request, without its query. */
  onRequest?: ((path: string) => void) | undefined;
}

export interface LocalRedis {
  /** For `UPSTASH_REDIS_REST_URL`. */
  readonly url: string;
  /** For `UPSTASH_REDIS_REST_TOKEN`. */
  readonly token: string;
  readonly store: "url" | "server" | "embedded";
  /** Where a Python consumer can attach; `undefined` when it cannot, because the store is embedded. */
  readonly redisUrl: string | undefined;
  /** Stops the front, and the server if this started one. */
  close(): Promise<void>;
}

const MAXIMUM_REQUEST_BYTES = 10 * 1024 * 1024;

/**
 * Starts an Upstash-compatible HTTP Redis for a developer's machine or for tests (http-redis §4.5).
 *
 * @throws TypeError for an option of the wrong kind, Error when a server was asked for and cannot be had.
 * @example
 * const local = await startLocalRedis({ store: "embedded" });
 * const redis = new Redis({ url: local.url, token: local.token });
 * await redis.lpush("queue", "value");
 * await local.close();
 */
export async function startLocalRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const { port = 0, maximumRequestBytes = MAXIMUM_REQUEST_BYTES } = options;
  const token = options.token ?? randomBytes(24).toString("base64url");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError('"port" must be an integer from 0 to 65535');
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError('"token" must be one or more visible ASCII characters');
  }
  if (!Number.isSafeInteger(maximumRequestBytes) || maximumRequestBytes < 1) {
    throw new TypeError('"maximumRequestBytes" must be a positive integer');
  }
  const { kind, store } = await openStore(options);
  try {
    const front = await listen(store, port, {
      token,
      maximumRequestBytes,
      onCommand: options.onCommand,
      onRequest: options.onRequest,
    });
    return {
      url: front.url,
      token,
      store: kind,
      redisUrl: store.redisUrl,
      close: async () => {
        await front.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openStore(options: LocalRedisOptions): Promise<{ kind: LocalRedis["store"]; store: Store }> {
  const { store: wanted = "auto", serverArguments = [] } = options;
  if (wanted === "embedded") return { kind: "embedded", store: createEmbeddedStore() };
  if (wanted !== "auto" && wanted !== "server") {
    throw new TypeError('"store" must be "auto", "server" or "embedded"');
  }
  // An empty variable is how a shell says "not set".
  const redisUrl = options.redisUrl ?? (process.env.REDIS_URL || undefined);
  if (wanted === "auto" && redisUrl !== undefined) {
    if (!/^rediss?:\/\//.test(redisUrl)) {
      throw new TypeError('"redisUrl" (or REDIS_URL) must start with redis:// or rediss://');
    }
    return { kind: "url", store: await connectRespStore(redisUrl) };
  }
  const binary = findServerBinary();
  if (binary !== undefined) return { kind: "server", store: await startServerStore(binary, serverArguments) };
  if (wanted === "auto") return { kind: "embedded", store: createEmbeddedStore() };
  throw new Error('"store" is "server", but neither redis-server nor valkey-server is on PATH');
}
