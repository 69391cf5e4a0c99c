/** @module A folder that is made once, by whichever test process comes first, and kept between runs. */
import { spawn } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_INTERVAL_MS = 200;
/** A Python venv or 500 MB of runtimes over a slow line. */
const TIMEOUT_MS = 600_000;

/**
 * Makes a folder unless it is there, complete, and of the same recipe.
 *
 * @param recipe What it is made from; another recipe makes it anew.
 * @param make Fills the folder, which is there and empty.
 * @throws Whatever `make` throws; the folder then does not count as made.
 */
export async function madeOnce(folder: string, recipe: string, make: () => Promise<void>): Promise<void> {
  const stamp = join(folder, ".recipe");
  const lock = `${folder}.lock`;
  const isMade = async () => (await readFile(stamp, "utf8").catch(() => "")) === recipe;
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await isMade())) {
    if (Date.now() > deadline) throw new Error(`waited ten minutes for another process to make ${folder}`);
    if (!(await take(lock))) {
      await sleep(POLL_INTERVAL_MS);
      continue;
    }
    try {
      if (await isMade()) return;
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      await make();
      await writeFile(stamp, recipe);
    } finally {
      await rm(lock, { force: true });
    }
  }
}

/** Takes the lock unless a process that still lives has it. */
async function take(lock: string): Promise<boolean> {
  await mkdir(join(lock, ".."), { recursive: true });
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What a program came to. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @param options `timeout` in milliseconds, after which it is killed; default 60000. `env` is added to our own.
 */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; timeout?: number; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      timeout: options.timeout ?? 60_000,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", (error) => resolve({ code: null, stdout, stderr: `${stderr}${error.message}` }));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a program and throws, with the end of what it said, unless it exits with 0. */
export async function runOrThrow(...args: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  if (code === 0) return stdout;
  const said = `${stdout}\n${stderr}`.trim().slice(-2_000);
  throw new Error(`${args[0]} ${args[1].join(" ")} ended with ${code}:\n${said}`);
}
