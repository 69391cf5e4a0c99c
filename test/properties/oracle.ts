/** @module A Python process that answers what real Kombu and Celery do with many cases at once. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Drives one process: a JSON line `[operation, cases]` in, a JSON line with the answers in order out. */
export class Oracle {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #stderr = "";
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param script The Python file, in this folder.
   * @param redisUrl A Redis of the test's own: it is emptied.
   */
  constructor(python: string, script: "kombu_oracle.py" | "celery_oracle.py", redisUrl: string) {
    const path = fileURLToPath(new URL(script, import.meta.url));
    this.#child = spawn(python, [path, redisUrl], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1", PYTHONHASHSEED: "0" },
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4_000);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** One answer for each case. */
  ask<Answer>(operation: string, cases: readonly unknown[]): Promise<readonly Answer[]> {
    const asked = this.#last.then(async () => {
      this.#child.stdin.write(`${JSON.stringify([operation, cases])}\n`);
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the oracle ended: ${this.#stderr}`);
      const answer = JSON.parse(value) as readonly Answer[] | { error: string };
      if ("error" in answer) throw new Error(`the oracle failed: ${answer.error}`);
      return answer;
    });
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }
}

/** What a suite asks; usable within its tests. */
export type Ask = Oracle["ask"];
