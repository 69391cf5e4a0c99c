/** @module The Python contenders, in an environment of the bench's own. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startChild, stopChild } from "./children.ts";

const CACHE = fileURLToPath(new URL("../.cache/bench/", import.meta.url));
const PYTHON = `${CACHE}venv/bin/python`;
const PACKAGES = ["kombu[redis]", "celery", "flask", "gunicorn", "fastapi", "uvicorn", "flower"];

/** A folder whose programs are the contenders'; `undefined`, with the reason printed, when they cannot be installed. */
export function preparePython(): string | undefined {
  if (existsSync(`${CACHE}venv/installed`)) return `${CACHE}venv/bin/`;
  try {
    mkdirSync(CACHE, { recursive: true });
    execFileSync("python3", ["-m", "venv", `${CACHE}venv`], { stdio: "pipe" });
    execFileSync(PYTHON, ["-m", "pip", "install", "--quiet", ...PACKAGES], { stdio: "pipe" });
    mkdirSync(`${CACHE}venv/installed`);
    return `${CACHE}venv/bin/`;
  } catch (error) {
    console.warn(`skipped: ${PACKAGES.join(", ")} (${(error as Error).message.split("\n")[0]})`);
    return undefined;
  }
}

/** The versions that are installed, such as `kombu 5.6.2`. */
export function pythonVersions(): readonly string[] {
  const lines = execFileSync(PYTHON, ["-m", "pip", "freeze"]).toString().split("\n");
  const names = PACKAGES.map((name) => name.replace(/\[.*/, ""));
  return lines
    .map((line) => line.toLowerCase().replace("==", " "))
    .filter((line) => names.includes(line.split(" ")[0]!));
}

/** A Python process that works on demand. */
export interface PythonWorker {
  /** Does a job so many times and returns the seconds it took. */
  run(job: string, count: number): Promise<number>;
  close(): Promise<void>;
}

/** Starts `bench/python/publish.py`. */
export async function startPublisher(redisUrl: string, body: string): Promise<PythonWorker> {
  const script = fileURLToPath(new URL("python/publish.py", import.meta.url));
  const child = startChild(PYTHON, [script, redisUrl, body], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the Python publisher ended");
    return value;
  };
  await line();
  return {
    run: async (job, count) => {
      child.stdin!.write(`${job} ${count}\n`);
      return Number(await line());
    },
    close: () => stopChild(child),
  };
}
