/** @module The suite at full size, as a program: `npm run test:chaos -- --seed 1`. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findCelery } from "./consumers.ts";
import { runOutage } from "./outage.ts";
import { markdown, reportOf } from "./report.ts";
import { run } from "./run.ts";
import type { RunResult } from "./world.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    publications: { type: "string", default: "10000" },
    clients: { type: "string", default: "16" },
    share: { type: "string", default: "0.2" },
    pause: { type: "string", default: "300" },
    outage: { type: "string", default: "30" },
  },
});

const FOLDER = fileURLToPath(new URL("../../.cache/chaos/", import.meta.url));
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const [publications, clients, share, pause, outage] = (
  ["publications", "clients", "share", "pause", "outage"] as const
).map((name) => {
  const value = Number(values[name]);
  if (!(value >= 0)) throw new Error(`--${name} must be a number that is not negative`);
  return value;
}) as [number, number, number, number, number];

/** Prints a run, writes it down, and shows what is wrong with it. */
async function tell(name: string, result: RunResult): Promise<void> {
  const report = reportOf(result);
  console.log(`\n## ${name}\n\n${markdown(report)}`);
  await mkdir(FOLDER, { recursive: true });
  const file = `${FOLDER}${seed}-${name.toLowerCase()}.json`;
  await writeFile(file, JSON.stringify({ ...result, ...report, publications: undefined }, undefined, 2));
  console.error(`written to ${file}`);
  for (const { fault, id, detail } of result.findings.slice(0, 50)) {
    const { kind, hits } = result.publications.find((publication) => publication.id === id) ?? {};
    console.error(`${fault}: ${id} (${kind}): ${detail}; hit by ${[...(hits ?? [])].join() || "nothing"}`);
  }
  if (result.findings.length > 0) process.exitCode = 1;
}

console.error(`seed ${seed}`);
const celery = await findCelery();
if (celery.missing !== undefined) throw new Error(celery.missing);
if (publications > 0) {
  await tell("Chaos", await run({ celery, seed, publications, clients, share, pause }));
}
if (outage > 0) {
  const result = await runOutage({ celery, seed, seconds: outage, clients });
  await tell("Outage", result);
  const { drained, deadLetters, overtaken } = result;
  console.log(
    `\nAll arrived ${drained.toFixed(1)} s after Redis came back; ${deadLetters.length} dead letters; ` +
      `${overtaken} copies came after a later one of their client.`,
  );
}
