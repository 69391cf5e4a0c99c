/**
 * @module `npm run bench`: everything, or the suites that are named: `npm run bench -- worker bindings`. `--quick` for a look,
 * `--reference` to replace the committed figures, their tables and the picture; `--draw` makes those from the committed figures again.
 */
import { cpus } from "node:os";
import { type Asked, readAsked } from "./asked.ts";
import { bars } from "./bars.ts";
import { endWhenInterrupted } from "./children.ts";
import { clientVersions } from "./clients.ts";
import { type Database, startDatabase } from "./front/start.ts";
import { type Pace, QUICK, THOROUGH } from "./pace.ts";
import type { Heap, Profile, SkippedProfile } from "./profile.ts";
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
import { serverVersions } from "./versions.ts";

/** In the order in which they run. */
const SUITES = [
  "costs",
  "worker",
  "duties",
  "receivers",
  "library",
  "bindings",
  "start",
  "second-level",
  "profile",
] as const;
type Suite = (typeof SUITES)[number];

/** All that were asked for; those that fail are named. */
async function measure(pace: Pace, only: readonly string[]): Promise<{ results: Results; failed: string[] }> {
  const programs = preparePython();
  let counted: Costs = { costs: [], skipped: [] };
  const comparisons: Comparison[] = [];
  const profiles: Profile[] = [];
  const heaps: Heap[] = [];
  const profilesSkipped: SkippedProfile[] = [];
  const compared =
    (suite: (database: Database) => Promise<readonly Comparison[]>) => async (database: Database) => {
      for (const comparison of await suite(database)) {
        printComparison(comparison);
        comparisons.push(comparison);
      }
    };
  const { rounds, seconds } = pace;
  const suites: Readonly<Record<Suite, (database: Database) => Promise<void>>> = {
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
      profilesSkipped.push(...found.skipped);
      printProfiles(profiles);
      printHeaps(heaps);
    },
  };
  const failed: string[] = [];
  for (const name of SUITES) {
    if (only.length > 0 && !only.includes(name)) continue;
    if (!(await alone(name, suites[name]))) failed.push(name);
  }
  const found = bars(counted.costs, comparisons);
  printBars(found);
  const results = {
    machine: `${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    versions: [...serverVersions(), ...(programs ? pythonVersions() : []), ...clientVersions()],
    pace,
    bars: found,
    costs: counted.costs,
    costsSkipped: counted.skipped,
    comparisons,
    profiles,
    heaps,
    profilesSkipped,
  };
  return { results, failed };
}

/** With a database of its own. What fails is said, and the others go on; returns whether it did not. */
async function alone(name: string, suite: (database: Database) => Promise<void>): Promise<boolean> {
  const start = performance.now();
  let done = true;
  try {
    const database = await startDatabase();
    try {
      await suite(database);
    } finally {
      await database.close();
    }
  } catch (error) {
    done = false;
    console.error(`the suite ${name} failed:`, error);
  }
  console.log(`\n(${name}: ${Math.round((performance.now() - start) / 1000)} s)`);
  return done;
}

async function run({ suites, quick, reference, draw: drawn }: Asked): Promise<void> {
  if (drawn) return draw(readReference());
  const { results, failed } = await measure(quick ? QUICK : THOROUGH, suites);
  console.log(`\nwritten to ${save(results)}`);
  if (failed.length === 0) {
    if (reference) saveReference(results);
    return;
  }
  process.exitCode = 1;
  console.error(`failed: ${failed.join(", ")}`);
  if (reference) console.error("the committed figures stay as they were");
}

endWhenInterrupted();
let asked: Asked | undefined;
try {
  asked = readAsked(process.argv.slice(2), SUITES);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
if (asked) await run(asked);
