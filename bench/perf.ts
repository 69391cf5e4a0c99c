/** @module Linux' `perf`, which samples a process with all that is native in it and disturbs it little. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { removeAtEnd, startChild, temporaryFolder } from "./children.ts";
import { type Frame, readStacks } from "./stacks.ts";

/** Samples per second of CPU time; a clock of the kernel's, as virtual machines often have no counters of the CPU's. */
const FREQUENCY = 4_000;
/** How long it takes until it samples. */
const ATTACHING_MS = 500;

/**
 * With these V8 keeps a list of its functions for `perf`, and interpreted ones have frames of their own. It would also write a log of each isolate into the
 * working directory.
 */
export const V8_FLAGS = [
  "--perf-basic-prof",
  "--interpreted-frames-native-stack",
  "--logfile=/dev/null",
  "--no-logfile-per-isolate",
] as const;

/** Why it cannot be used here, and what would help; `undefined` when it can. */
export function perfMissing(): string | undefined {
  const folder = temporaryFolder();
  const args = ["record", "-N", "-e", "cpu-clock:k", "-o", join(folder, "probe"), "--", "true"];
  const { error, status, stderr } = spawnSync("perf", args, { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  if (error) return "perf is not installed; Debian's package is linux-perf, Ubuntu's linux-tools-generic";
  if (status === 0) return undefined;
  const [said] = stderr.split("\n").filter((line) => line.trim() !== "" && !/^Error:?$/.test(line));
  return `perf may not be used, it takes root or the sysctl kernel.perf_event_paranoid at 1 or less: ${said}`;
}

/** Has the list of functions removed that V8 writes for `perf` with {@link V8_FLAGS}; `perf` expects it just there. */
export function removeFunctions(pid: number): () => void {
  return removeAtEnd(`/tmp/perf-${pid}.map`);
}

/**
 * Samples a process while some work is done.
 *
 * @param file Where the samples go.
 * @throws Error when `perf` ends before the work does.
 */
export async function record<T>(pid: number, file: string, work: () => Promise<T>): Promise<T> {
  const args = [
    "record",
    "-N",
    "-e",
    "cpu-clock",
    "-F",
    String(FREQUENCY),
    "-g",
    "-p",
    String(pid),
    "-o",
    file,
  ];
  const perf = startChild("perf", args, { stdio: ["ignore", "ignore", "pipe"] });
  const said = text(perf.stderr!);
  const ended = once(perf, "exit");
  const early = ended.then(async () => {
    throw new Error(`perf ended early: ${(await said).trim()}`);
  });
  early.catch(() => {});
  try {
    await Promise.race([sleep(ATTACHING_MS), early]);
    return await Promise.race([work(), early]);
  } finally {
    // It writes the rest of the samples then.
    perf.kill("SIGINT");
    await ended;
  }
}

/** The stacks of a recording. The process may have ended, but what {@link removeFunctions} removes must be there. */
export async function* stacksOf(file: string): AsyncGenerator<readonly Frame[]> {
  const perf = startChild("perf", ["script", "-i", file, "-F", "ip,sym"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  yield* readStacks(createInterface({ input: perf.stdout! }));
}
