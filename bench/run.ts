/**
 * @module `npm run bench`: everything, or the suites that are named: `npm run bench -- worker bindings`.
 * `--quick` for a look, `--reference` to replace the committed figures and the picture.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { chart } from "./chart.ts";
import { type Database, startDatabase } from "./front/start.ts";
import { type Pace, QUICK, THOROUGH } from "./pace.ts";
import { preparePython, pythonVersions } from "./python.ts";
import { printComparison, printCosts, type Results, save } from "./report.ts";
import type { Comparison } from "./rounds.ts";
import { bindingSuite } from "./suites/bindings.ts";
import { costSuite } from "./suites/cost.ts";
import { librarySuite } from "./suites/library.ts";
import { receiverSuite } from "./suites/receivers.ts";
import { startSuite } from "./suites/start.ts";
import { workerSuite } from "./suites/worker.ts";

const programs = preparePython();
const SUITES: Readonly<Record<string, (database: Database, pace: Pace) => Promise<readonly Comparison[]>>> = {
  worker: workerSuite,
  receivers: async (database, pace) => (programs ? await receiverSuite(database, pace, programs) : []),
  library: (database, pace) => librarySuite(database, pace, programs !== undefined),
  bindings: (_database, { rounds, seconds }) => bindingSuite({ rounds, seconds: seconds / 10 }),
  start: (database, { rounds }) => startSuite(database, { rounds, seconds: 0 }),
};

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
for (const name of names) {
  if (!(name in SUITES))
    throw new Error(`there is no suite "${name}"; there are ${Object.keys(SUITES).join(", ")}`);
}
const pace = process.argv.includes("--quick") ? QUICK : THOROUGH;
const database = await startDatabase();
try {
  const costs = await costSuite(database);
  printCosts(costs);
  const comparisons: Comparison[] = [];
  for (const [name, suite] of Object.entries(SUITES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    for (const comparison of await suite(database, pace)) {
      printComparison(comparison);
      comparisons.push(comparison);
    }
  }
  const results: Results = {
    machine: `${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}`,
    versions: programs ? pythonVersions() : [],
    pace,
    costs,
    comparisons,
  };
  console.log(`\nwritten to ${save(results)}`);
  if (process.argv.includes("--reference")) {
    writeFileSync(new URL("results.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
    writeFileSync(new URL("results.svg", import.meta.url), chart(results));
  }
} finally {
  await database.close();
}
