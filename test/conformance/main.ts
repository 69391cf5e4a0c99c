/** @module The suite as a program of its own: one line of JSON with all results on standard output. */
import { runConformance } from "./run.ts";

const { env } = (globalThis as unknown as { process: { env: Record<string, string | undefined> } }).process;

const results = await runConformance({ url: env.CONFORMANCE_URL!, token: env.CONFORMANCE_TOKEN! });
console.log(JSON.stringify(results));
