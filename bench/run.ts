/**
 * @module `npm run bench`: everything, or the suites that are named: `npm run bench -- worker bindings`. `--quick` for a look,
 * `--reference` to replace the committed figures, their tables and the picture; `--draw` makes those from the committed figures again.
 */
import { cpus } from "node:os";
import { bars } from "./bars.ts";
import { endWhenInterrupted } from "./children.ts";
import { clientVersions } from "./clients.ts";
import { type Database, startDatabase } from "./front/start.ts";
import { type Pace, QUICK, THOROUGH } from "./pace.ts";
import type { Heap, Profile } from "./profile.ts";
import { preparePython, pythonVersions } from "./python.ts";
import { printBars, printComparison, printCosts, printHeaps, printProfiles } from "./report.ts";
import { draw, type Results, readReference, save, saveReference } from "./results.ts";
import type { Comparison } from "./rounds.ts";
import { bindingSuite } from "./suites/bindings.ts";
import { type Costs, costSuite } from "./suites/cost.ts";
import { dutiesSuite } from "./suites/duties.ts";
import { librarySuite } from "./suites/library.ts";
import { profileSuite } from "./suites/profile.ts";
import { receiverSuite } from "./suites/receivers.ts";
import { secondLevelSuite } from "./suites/second_level.ts";
import { startSuite } from "./suites/start.ts";
import { workerSuite } from "./suites/worker.ts";

const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const isAsked = (flag: string) => process.argv.includes(`--${flag}`);

async function measure(pace: Pace): Promise<Results> {
  const programs = preparePython();
  let counted: Costs = { costs: [], skipped: [] };
  const comparisons: Comparison[] = [];
  const profiles: Profile[] = [];
  const heaps: Heap[] = [];
  const compared =
    (suite: (database: Database) => Promise<readonly Comparison[]>) => async (database: Database) => {
      for (const comparison of await suite(database)) {
        printComparison(comparison);
        comparisons.push(comparison);
      }
    };
  const { rounds, seconds } = pace;
  const suites: Readonly<Record<string, (database: Database) => Promise<void>>> = {
    costs: async (database) => {
      counted = await costSuite(database, programs !== undefined);
      printCosts(counted);
    },
    worker: compared((database) => workerSuite(database, pace)),
    duties: compared((database) => dutiesSuite(database, pace)),
    receivers: compared((database) => receiverSuite(database, pace, programs)),
    library: compared((database) =>
      librarySuite(database, { rounds, seconds: seconds / 2 }, programs !== undefined),
    ),
    // What takes less than a microsecond is best seen in many short looks, of which some are undisturbed.
    bindings: compared(() => bindingSuite({ rounds: rounds * 2, seconds: seconds / 40 })),
    start: compared((database) => startSuite(database, pace)),
    "second-level": compared((database) => secondLevelSuite(database, pace)),
    profile: async (database) => {
      const found = await profileSuite(database, pace);
      profiles.push(...found.profiles);
      heaps.push(...found.heaps);
      printProfiles(profiles);
      printHeaps(heaps);
    },
  };
  for (const name of names) {
    if (!(name in suites))
      throw new Error(`there is no suite "${name}"; there are ${Object.keys(suites).join(", ")}`);
  }
  for (const [name, suite] of Object.entries(suites)) {
    if (names.length > 0 && !names.includes(name)) continue;
    await alone(name, suite);
  }
  const found = bars(counted.costs, comparisons);
  printBars(found);
  return {
    machine: `${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    versions: [...(programs ? pythonVersions() : []), ...clientVersions()],
    pace,
    bars: found,
    costs: counted.costs,
    costsSkipped: counted.skipped,
    comparisons,
    profiles,
    heaps,
  };
}

/** With a database of its own. What fails is said, and the others go on. */
async function alone(name: string, suite: (database: Database) => Promise<void>): Promise<void> {
  const start = performance.now();
  try {
    const database = await startDatabase();
    try {
      await suite(database);
    } finally {
      await database.close();
    }
  } catch (error) {
    process.exitCode = 1;
    console.error(`the suite ${name} failed:`, error);
  }
  console.log(`\n(${name}: ${Math.round((performance.now() - start) / 1000)} s)`);
}

endWhenInterrupted();
if (isAsked("reference") && names.length > 0) throw new Error("--reference is of one run of all suites");
if (isAsked("draw")) {
  draw(readReference());
} else {
  const results = await measure(isAsked("quick") ? QUICK : THOROUGH);
  console.log(`\nwritten to ${save(results)}`);
  if (isAsked("reference")) saveReference(results);
}
