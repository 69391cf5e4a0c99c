/** @module What all publishers of Node do: for each line `JOB COUNT` on standard input, the seconds that it took. */
import { createInterface } from "node:readline";

/** Does a job so many times. */
export type Work = (count: number) => Promise<unknown>;

/** Answers until standard input ends. Ends the process when a job fails. */
export async function answer(work: Readonly<Record<string, Work>>): Promise<void> {
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const [job, count] = line.split(" ");
    const start = performance.now();
    await work[job!]!(Number(count));
    console.log((performance.now() - start) / 1000);
  }
}
