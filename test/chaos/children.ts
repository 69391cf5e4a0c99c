/** @module Processes that can be killed outright and started again, and never outlive the run. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const READY_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 10;
const LOG_TAIL_CHARACTERS = 4_000;

/** A process. */
export interface Child {
  readonly process: ChildProcess;
  /** The end of what it said. */
  log(): string;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts a program in a process group of its own, which a watchdog kills when this process ends in whatever way. */
export function startChild(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Child {
  const child = spawn(program, [...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-LOG_TAIL_CHARACTERS);
    });
  }
  child.stdin.on("error", () => {});
  child.on("error", (error) => {
    tail += error.message;
  });
  // Waits on a pipe from us, which closes even when we are killed.
  const watchdog = spawn("/bin/sh", ["-c", 'read _; kill -9 -- "-$0"', String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.unref();
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    process: child,
    log: () => tail,
    async kill() {
      watchdog.kill("SIGKILL");
      if (isOver()) return;
      const ended = once(child, "exit");
      process.kill(-child.pid!, "SIGKILL");
      await ended;
    },
  };
}

/** Waits until a check passes. Throws when the process ends before, or it takes too long. */
export async function untilReady(child: Child, isReady: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + READY_TIMEOUT_MS; ; await sleep(POLL_INTERVAL_MS)) {
    if (await isReady().catch(() => false)) return;
    if (child.process.exitCode !== null || Date.now() > end) {
      await child.kill();
      throw new Error(`${child.process.spawnfile} did not get ready:\n${child.log()}`);
    }
  }
}
