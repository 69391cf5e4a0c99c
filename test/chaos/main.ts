/** @module The suite at full size, as a program: `npm run test:chaos -- --publications 10000 --seed 1`. */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findCelery } from "./consumers.ts";
import { markdown, reportOf } from "./report.ts";
import { run } from "./run.ts";

const { values } = parseArgs({
  options: {
    publications: { type: "string", default: "10000" },
    clients: { type: "string", default: "16" },
    share: { type: "string", default: "0.2" },
    pause: { type: "string", default: "1500" },
    rest: { type: "string", default: "0" },
    seed: { type: "string" },
    "consume-meanwhile": { type: "boolean", default: false },
  },
});

const FOLDER = fileURLToPath(new URL("../../.cache/chaos/", import.meta.url));
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
console.error(`seed ${seed}`);

const celery = await findCelery();
if (celery.missing !== undefined) throw new Error(celery.missing);
const result = await run({
  celery,
  seed,
  publications: Number(values.publications),
  clients: Number(values.clients),
  share: Number(values.share),
  pause: Number(values.pause),
  rest: Number(values.rest),
  consumeMeanwhile: values["consume-meanwhile"],
});
const report = reportOf(result);
console.log(markdown(report));
await mkdir(FOLDER, { recursive: true });
const file = `${FOLDER}${seed}.json`;
await writeFile(file, JSON.stringify({ ...report, findings: result.findings }, undefined, 2));
console.error(`written to ${file}`);
for (const { fault, id, detail } of result.findings.slice(0, 50)) {
  const { kind, hits } = result.publications.find((publication) => publication.id === id) ?? {};
  console.error(`${fault}: ${id} (${kind}): ${detail}; hit by ${[...(hits ?? [])].join(", ") || "nothing"}`);
}
if (result.findings.length > 0) process.exitCode = 1;
