/** @module What a process and its children have used, from Linux' /proc. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second in /proc; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** CPU time and memory of a process with all that descend from it. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** Reads them; NaN where there is no /proc. */
export function usage(pid: number): Usage {
  const parents = new Map<number, { parent: number; ticks: number; pages: number }>();
  let entries: string[];
  try {
    entries = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return { cpuSeconds: Number.NaN, residentBytes: Number.NaN };
  }
  for (const entry of entries) {
    try {
      // The name in parentheses may hold spaces.
      const fields = readFileSync(`/proc/${entry}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      parents.set(Number(entry), {
        parent: Number(fields[1]),
        ticks: Number(fields[11]) + Number(fields[12]),
        pages: Number(fields[21]),
      });
    } catch {
      // It has ended since.
    }
  }
  let ticks = 0;
  let pages = 0;
  for (const [candidate, own] of parents) {
    if (!descends(candidate, pid, parents)) continue;
    ticks += own.ticks;
    pages += own.pages;
  }
  return { cpuSeconds: ticks / TICKS_PER_SECOND, residentBytes: pages * PAGE_BYTES };
}

function descends(from: number, ancestor: number, parents: ReadonlyMap<number, { parent: number }>): boolean {
  for (let at: number | undefined = from; at; at = parents.get(at)?.parent) if (at === ancestor) return true;
  return false;
}

/**
 * Nanoseconds that a process' threads were on a processor, by the scheduler's own account: {@link usage} counts in hundredths of a second. Without its
 * children, and without threads that have ended.
 *
 * @throws Error where there is no such process, or no /proc.
 */
export function cpuNanoseconds(pid: number): number {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // It has ended since.
    }
  }
  return sum;
}
