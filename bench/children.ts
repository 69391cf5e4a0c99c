/** @module Processes and folders that are made here, and never outlive the run. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long a process may take to end when asked. */
const PATIENCE_MS = 3_000;

const running = new Set<ChildProcess>();
const temporary = new Set<string>();
process.once("exit", () => {
  for (const child of running) child.kill();
  for (const path of temporary) rmSync(path, { recursive: true, force: true });
});

/** Ends the run, with all that it started, when it is interrupted. */
export function endWhenInterrupted(): void {
  for (const [signal, code] of [
    ["SIGINT", 130] as const,
    ["SIGTERM", 143] as const,
    ["SIGHUP", 129] as const,
  ]) {
    process.once(signal, () => process.exit(code));
  }
}

/** Starts a program that is killed when this process ends. */
export function startChild(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(program, [...args], options);
  running.add(child);
  child.once("exit", () => running.delete(child));
  // Without a listener a program that does not exist would end the run.
  child.once("error", () => running.delete(child));
  // The same for one that ended, when it is written to.
  child.stdin?.on("error", () => {});
  return child;
}

/** Stops it and waits for its end. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const ended = once(child, "exit");
  child.kill();
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  await ended;
  clearTimeout(late);
}

/** A new folder that is removed when this process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "kombu-edge-bench-"));
  temporary.add(folder);
  return folder;
}

/** Has a file that some program writes removed when this process ends, or when the function returned is called. */
export function removeAtEnd(path: string): () => void {
  temporary.add(path);
  return () => rmSync(path, { force: true });
}
