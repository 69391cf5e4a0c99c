/** @module Runs a suite on a real server and on the embedded store: both must give the same answers. */
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { type LocalRedis, type LocalRedisOptions, startLocalRedis } from "../../local/index.ts";
import { findServerBinary } from "../../local/server/binary.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the front answered is compared with literals.
  readonly json: any;
}

export class Front {
  local!: LocalRedis;
  readonly seen: [command: readonly string[], reply: unknown][] = [];
  readonly paths: string[] = [];

  /** Sends a request with the right token. */
  async send(path: string, init: RequestInit & { duplex?: "half" } = {}): Promise<Answered> {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${this.local.token}`);
    const response = await fetch(this.local.url + path, { ...init, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === "" ? undefined : JSON.parse(text),
    };
  }

  /** Posts JSON with the right token. */
  post(path: string, value: unknown, headers: Record<string, string> = {}): Promise<Answered> {
    return this.send(path, { method: "POST", body: JSON.stringify(value), headers });
  }

  /** Runs one command, and returns `{result}` or `{error}`. */
  async run(...command: readonly unknown[]): Promise<unknown> {
    return (await this.post("/", command)).json;
  }
}

/**
 * Declares a suite once for each store. Every test starts on an empty database.
 *
 * Without a server binary the server's half is skipped and says so, or fails under `KOMBU_EDGE_REQUIRE_ALL=1`.
 */
export function describeEachStore(
  name: string,
  suite: (front: Front, store: "server" | "embedded") => void,
  options: LocalRedisOptions = {},
): void {
  for (const store of ["server", "embedded"] as const) {
    const missing = store === "server" && findServerBinary() === undefined;
    if (missing)
      console.warn(`!!! ${name}: SKIPPED ON A SERVER, there is no redis-server or valkey-server !!!`);
    const skipped = missing && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1";
    describe.skipIf(skipped)(`${name} (${store} store)`, () => {
      const front = new Front();
      beforeAll(async () => {
        front.local = await startLocalRedis({
          store,
          onCommand: (command, reply) => front.seen.push([command, reply]),
          onRequest: (path) => front.paths.push(path),
          ...options,
        });
      });
      beforeEach(async () => {
        await front.run("FLUSHALL");
        front.seen.length = 0;
        front.paths.length = 0;
      });
      afterAll(() => front.local?.close());
      suite(front, store);
    });
  }
}
