/** @module A Redis that forgets nothing it has acknowledged, killed and started again on the same file. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import { findServerBinary } from "../../local/server/binary.ts";
import { freePort } from "../../local/server/port.ts";
import { type Child, startChild, untilReady } from "./children.ts";

/** The server, and the HTTP front before it, which stays while the server comes and goes. */
export interface DurableRedis {
  readonly front: LocalRedis;
  /** For consumers. */
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts the server again, on what it had written. */
  start(): Promise<void>;
  /** Runs a command past all faults. Throws when Redis is away. */
  command(...command: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts it. `appendfsync always`: what was answered was on disk before. */
export async function startDurableRedis(): Promise<DurableRedis> {
  const binary = findServerBinary();
  if (binary === undefined) throw new Error("neither redis-server nor valkey-server is on PATH");
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "kombu-edge-chaos-"));
  const url = `redis://127.0.0.1:${port}/0`;
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
  args.push("--appendonly", "yes", "--appendfsync", "always");
  let server: Child;
  const start = async () => {
    server = startChild(binary, args);
    await untilReady(server, async () => (await ping(port)).startsWith("+PONG"));
  };
  await start();
  const front = await startLocalRedis({ redisUrl: url });
  const run = async (...command: readonly string[]) => {
    const answer = await fetch(front.url, {
      method: "POST",
      headers: { authorization: `Bearer ${front.token}` },
      body: JSON.stringify(command),
    });
    const { result, error } = (await answer.json()) as { result?: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return result;
  };
  return {
    front,
    url,
    async start() {
      await start();
      // The front has to find it, too.
      await untilReady(server, async () => (await run("PING")) === "PONG");
    },
    kill: async () => await server.kill(),
    command: run,
    async close() {
      await front.close();
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ping(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1_000, () => socket.destroy(new Error("no answer")));
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString());
    });
  });
}
