/** @module The chaos suite at a small size; `npm run test:chaos` is the full one. */
import { describe, expect, onTestFinished, test } from "vitest";
import { findServerBinary } from "../../local/server/binary.ts";
import { ACT_NAMES } from "./acts.ts";
import { findCelery } from "./consumers.ts";
import { FAULT_LIST } from "./faults.ts";
import type { Finding } from "./ledger.ts";
import { markdown, reportOf } from "./report.ts";
import { type RunOptions, run } from "./run.ts";
import type { RunResult } from "./world.ts";

const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const TIMEOUT_MS = 120_000;

const celery = await findCelery();
const missing =
  celery.missing ??
  (findServerBinary() === undefined ? "no redis-server or valkey-server on PATH" : undefined);

/** One run; a test that fails shows its seed, and what was found with what hit it. */
async function runOnce(options: Omit<RunOptions, "celery" | "seed">): Promise<RunResult> {
  const result = await run({ celery, seed: SEED, share: 0.35, pause: 150, rest: 20, ...options });
  onTestFinished(({ task }) => {
    if (task.result?.state === "fail") console.error(markdown(reportOf(result)));
  });
  return result;
}

function told({ findings, publications }: RunResult): readonly (Finding & { hits: string })[] {
  return findings.map((finding) => {
    const hits = publications.find(({ id }) => id === finding.id)?.hits ?? [];
    return { ...finding, hits: [...hits].join() };
  });
}

describe.skipIf(missing !== undefined && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1")(`seed ${SEED}`, () => {
  test(
    "nothing is lost, doubled or there although it was refused, whatever happens",
    async () => {
      const result = await runOnce({ publications: 400 });
      expect(told(result)).toEqual([]);
      const brought = [...result.injected.keys()];
      expect(brought).toEqual(expect.arrayContaining(FAULT_LIST.map(({ name }) => name)));
      expect(brought).toEqual(expect.arrayContaining([...ACT_NAMES]));
      const { accepted, refused, repeated } = reportOf(result).total;
      expect(accepted).toBeGreaterThan(250);
      expect(refused).toBeGreaterThan(0);
      expect(repeated).toBeGreaterThan(50);
    },
    TIMEOUT_MS,
  );

  test(
    "nor while consumers are at work",
    async () => {
      const result = await runOnce({ publications: 150, consumeMeanwhile: true });
      expect(told(result)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "the suite notices a guard that guards nothing",
    async () => {
      let edits = 0;
      const result = await runOnce({
        publications: 150,
        edit: (text) => {
          const loose = text.replaceAll(/'EX', ?seconds, ?'NX'/g, "'EX', seconds");
          if (loose !== text) edits++;
          return loose;
        },
      });
      expect(edits).toBeGreaterThan(0);
      expect(result.findings.map(({ fault }) => fault)).toContain("doubled");
    },
    TIMEOUT_MS,
  );
});

if (missing !== undefined) console.warn(`\n!!! chaos: SKIPPED: ${missing} !!!\n`);
