/**
 * @module `npm run bench:against -- COMMIT [queue|topic|task|webhook …]`: what the working tree's gateway costs against that of another
 * commit, job by job; all of them when none is named. `--library` for the library in a Worker besides. `COMMIT..COMMIT`, the earlier one first, compares two
 * commits. `--quick` for a look. It writes no file; commits need `build/worker.ts`, which came with 800926d.
 */
import { parseArgs } from "node:util";
import { alternating, type ProcessRuns } from "./alternating.ts";
import { endWhenInterrupted } from "./children.ts";
import { checkOut, gatewayOf, libraryOf, type Modules, type Sources, WORKING_TREE } from "./commits.ts";
import { short } from "./figures.ts";
import { startDatabase } from "./front/start.ts";
import { difference, type Estimate } from "./pairs.ts";
import { jobs, libraryRequest } from "./suites/jobs.ts";

/** With the warm-up, two minutes for a job, or one. */
const TURNS = { thorough: 120, quick: 30 };

const METRICS = [
  { key: "cpu", unit: "µs of CPU/request" },
  { key: "rate", unit: "requests/s" },
] as const;

type Both<T> = readonly [T, T];

/** What was asked for. */
interface Asked {
  readonly builds: Both<Sources>;
  /** None for all. */
  readonly jobs: readonly string[];
  readonly library: boolean;
  readonly turns: number;
}

function readAsked(): Asked {
  const { values, positionals } = parseArgs({
    options: {
      library: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const [range, ...names] = positionals;
  if (!range) throw new Error("name the commit to measure against, or two as ONE..OTHER");
  const all = jobs({ token: "" }).map(({ name }) => name as string);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`there is no job "${unknown}"; there are ${all.join(", ")}`);
  const [one, other] = range.split("..");
  return {
    builds: [checkOut(one!), other === undefined ? WORKING_TREE : checkOut(other)],
    jobs: names,
    library: values.library,
    turns: values.quick ? TURNS.quick : TURNS.thorough,
  };
}

async function run({ builds, jobs: names, library, turns }: Asked): Promise<void> {
  const gateways = await both(builds, gatewayOf);
  const database = await startDatabase();
  try {
    for (const job of jobs(database)) {
      if (names.length > 0 && !names.includes(job.name)) continue;
      print(`gateway: ${job.title}`, builds, await alternating(database, gateways, job.request, turns));
      if (!library) continue;
      const libraries = await both(builds, (build) => libraryOf(build, job.library));
      const runs = await alternating(database, libraries, libraryRequest(job), turns);
      print(`library in a Worker: ${job.title}`, builds, runs);
    }
  } finally {
    await database.close();
  }
}

async function both(
  [before, after]: Both<Sources>,
  build: (sources: Sources) => Promise<Modules>,
): Promise<Both<Modules>> {
  return [await build(before), await build(after)];
}

function print(title: string, [before, after]: Both<Sources>, runs: readonly ProcessRuns[]): void {
  const found = METRICS.map(({ key }) => {
    const [one, other, oneAgain, otherAgain] = runs.map((process) => process[key]);
    return difference([one!, oneAgain!], [other!, otherAgain!]);
  });
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [`${title}, ${runs[0]!.cpu.length} turns`, METRICS.map(({ unit }) => unit)],
    [before.name, found.map((one) => short(one.before.median))],
    [after.name, found.map((one) => short(one.after.median))],
    [`${after.name} to ${before.name}`, found.map(({ ratio }) => written(ratio))],
    [`two processes of ${before.name}`, found.map(({ noise }) => written(noise[0]))],
    [`two processes of ${after.name}`, found.map(({ noise }) => written(noise[1]))],
  ];
  console.log();
  for (const [name, cells] of rows) {
    console.log(`${name.padEnd(72)}${cells.map((cell) => cell.padStart(22)).join("")}`);
  }
}

function written({ median, low, high }: Estimate): string {
  return `${median.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}

endWhenInterrupted();
let asked: Asked | undefined;
try {
  asked = readAsked();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
if (asked) await run(asked);
