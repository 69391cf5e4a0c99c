/** @module A process that publishes on demand, in whatever language. */
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startChild, stopChild } from "./children.ts";
import { MESSAGE } from "./message.ts";

/** Such a process. */
export interface Publisher {
  readonly pid: number;
  /** Does a job so many times and returns the seconds it took. */
  run(job: string, count: number): Promise<number>;
  /** Stops it. */
  close(): Promise<void>;
  /** Lets it end by itself, which is when Node writes its profile. */
  end(): Promise<void>;
}

/**
 * Starts one of `publishers/`.
 *
 * @param program The interpreter.
 * @param url What it publishes to.
 * @throws Error when it ends before it is ready.
 */
export async function startPublisher(
  program: string,
  file: string,
  url: string,
  { more = [], flags = [] }: { more?: readonly string[]; flags?: readonly string[] } = {},
): Promise<Publisher> {
  const script = fileURLToPath(new URL(`publishers/${file}`, import.meta.url));
  const child = startChild(program, [...flags, script, url, JSON.stringify(MESSAGE), ...more], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${file} ended`);
    return value;
  };
  await line();
  return {
    pid: child.pid!,
    run: async (job, count) => {
      child.stdin!.write(`${job} ${count}\n`);
      return Number(await line());
    },
    close: () => stopChild(child),
    end: async () => {
      child.stdin!.end();
      await ended;
    },
  };
}
