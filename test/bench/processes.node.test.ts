/** @module CPU time and memory of processes, as Linux counts them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { cpuNanoseconds, usage } from "../../bench/processes.ts";

/** Burns some 0.3 seconds of CPU time, says so, and stays until its input ends. */
const BURN = `const { user, system } = process.cpuUsage();
  const used = () => process.cpuUsage().user + process.cpuUsage().system - user - system;
  while (used() < 300_000);
  console.log("done");
  process.stdin.resume();`;

// Elsewhere there is no /proc, and the bench shows no CPU time.
const onLinux = test.runIf(existsSync("/proc/self/task"));

onLinux("a process' CPU time is counted by both clocks, and its memory", async () => {
  const child = spawn(process.execPath, ["-e", BURN]);
  try {
    await once(child.stdout, "data");
    const { cpuSeconds, residentBytes } = usage(child.pid!);
    expect(cpuSeconds).toBeGreaterThan(0.1);
    expect(cpuSeconds).toBeLessThan(60);
    expect(cpuNanoseconds(child.pid!)).toBeGreaterThan(0.1e9);
    expect(cpuNanoseconds(child.pid!)).toBeLessThan(60e9);
    // Node by itself has some 40 MB.
    expect(residentBytes).toBeGreaterThan(5e6);
    expect(residentBytes).toBeLessThan(5e9);
  } finally {
    child.kill();
  }
});

onLinux("usage is that of a process with its children, and with nobody else", async () => {
  const shell = spawn("sh", ["-c", '"$0" -e "$1"; exit', process.execPath, BURN]);
  const idle = spawn("sleep", ["60"]);
  try {
    await once(shell.stdout, "data");
    expect(usage(shell.pid!).cpuSeconds).toBeGreaterThan(0.1);
    // The shell itself does next to nothing.
    expect(cpuNanoseconds(shell.pid!)).toBeLessThan(usage(shell.pid!).cpuSeconds * 1e9);
    expect(usage(idle.pid!).cpuSeconds).toBeLessThan(0.1);
  } finally {
    // The child of the shell ends with its input.
    shell.stdin.end();
    idle.kill();
  }
});

test("where there is no such process nothing was used, and there is nothing to look into", () => {
  // Above the largest id that Linux gives.
  expect(usage(2 ** 22 + 1)).toEqual({ cpuSeconds: 0, residentBytes: 0 });
  expect(() => cpuNanoseconds(2 ** 22 + 1)).toThrow("ENOENT");
});
