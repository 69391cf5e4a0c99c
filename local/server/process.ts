/** @module Starts a Redis server of our own, and sees to it that it never outlives us. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreUnavailableError } from "../store.ts";
import { freePort } from "./port.ts";
import { connectRespStore, type RespStore } from "./resp-store.ts";

const START_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 15;
/** Another process may take the free port before the server does. */
const PORT_ATTEMPTS = 3;
const LOG_TAIL_CHARACTERS = 2_000;

/**
 * Starts a server that keeps nothing on disk, on a free port of 127.0.0.1, and connects to it.
 *
 * @param binary The program, such as `/usr/bin/redis-server`.
 * @param extraArguments Appended to the command line, such as `["--maxmemory", "64mb"]`.
 * @throws Error with the end of the server's own log when it does not start.
 */
export async function startServerStore(
  binary: string,
  extraArguments: readonly string[],
): Promise<RespStore> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "kombu-edge-redis-"));
    const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    const child = spawn(binary, [...options, "--dir", folder, ...extraArguments], {
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C is for us, and we stop the server when our own work is done.
      detached: true,
    });
    const log = tailOf(child);
    const ended = endOf(child);
    const stop = keepFromOutliving(child, ended, folder);
    try {
      return await connectWhenReady(child, ended, `redis://127.0.0.1:${port}/0`, stop);
    } catch (error) {
      await stop();
      if (attempt < PORT_ATTEMPTS && log().includes("Address already in use")) continue;
      throw new Error(`"${binary}" did not start: ${(error as Error).message}\n${log()}`.trimEnd(), {
        cause: error,
      });
    }
  }
}

async function connectWhenReady(
  child: ChildProcess,
  ended: Promise<string>,
  url: string,
  stop: () => Promise<void>,
): Promise<RespStore> {
  let end: string | undefined;
  ended.then((reason) => {
    end = reason;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (end === undefined) {
    try {
      const store = await connectRespStore(url, stop);
      const [info] = await store.run([[Buffer.from("INFO"), Buffer.from("server")]]);
      if (String(info).includes(`process_id:${child.pid}\r`)) return store;
      await store.disconnect();
      throw new Error("another Redis answers on its port; Address already in use");
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      if (Date.now() > deadline) {
        throw new Error(`it did not answer within ${START_TIMEOUT_MS} ms`, { cause: error });
      }
      await sleep(POLL_INTERVAL_MS);
    }
  }
  throw new Error(end);
}

/** Kills the server with us, however we end. The function returned stops it and removes its folder. */
function keepFromOutliving(child: ChildProcess, ended: Promise<string>, folder: string): () => Promise<void> {
  // A shell that waits on a pipe from us: the pipe closes even when we are killed outright.
  const watchdog =
    child.pid === undefined
      ? undefined
      : spawn("/bin/sh", ["-c", 'read _; kill "$0"; rm -rf "$1"', String(child.pid), folder], {
          stdio: ["pipe", "ignore", "ignore"],
          detached: true,
        });
  watchdog?.on("error", () => {});
  watchdog?.unref();
  child.unref();
  const onExit = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", onExit);
  return async () => {
    process.off("exit", onExit);
    watchdog?.kill("SIGKILL");
    // Referenced again, or a process with nothing else to do would end before the server has.
    child.ref();
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
}

function tailOf(child: ChildProcess): () => string {
  let tail = "";
  const keep = (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-LOG_TAIL_CHARACTERS);
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", keep);
    // An open pipe to the server must not keep a finished script alive.
    (stream as unknown as { unref(): void } | null)?.unref();
  }
  return () => tail;
}
