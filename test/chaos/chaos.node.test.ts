/** @module The chaos suite at a small size; `npm run test:chaos` is the full one. */
import { expect, onTestFinished, test } from "vitest";
import { ACT_NAMES } from "./acts.ts";
import { FAULT_LIST } from "./faults.ts";
import { markdown, reportOf } from "./report.ts";
import { type RunOptions, run } from "./run.ts";
import { celery, describeChaos, SEED, TIMEOUT_MS, told } from "./suite.ts";
import type { RunResult } from "./world.ts";

/** One run; a test that fails shows its table. */
async function runOnce(options: Omit<RunOptions, "celery" | "seed">): Promise<RunResult> {
  const result = await run({ celery, seed: SEED, share: 0.35, pause: 150, rest: 20, ...options });
  onTestFinished(({ task }) => {
    if (task.result?.state === "fail") console.error(markdown(reportOf(result)));
  });
  return result;
}

describeChaos("chaos", () => {
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
      const result = await runOnce({ publications: 100, consumeMeanwhile: true, without: ["Redis killed"] });
      expect(told(result)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    "the suite notices a guard that guards nothing",
    async () => {
      let edits = 0;
      const result = await runOnce({
        publications: 100,
        pause: 400,
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
