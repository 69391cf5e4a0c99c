/** @module How many random cases a property is shown, and how a counterexample is found and made small. */
import fc from "fast-check";
import { inject } from "vitest";

/** Cases in one question to an oracle. */
const BATCH = 250;

/** A property's number of cases, times `KOMBU_EDGE_PROPERTY_RUNS`. */
export function runs(count: number): number {
  return Math.ceil(count * inject("propertyRuns"));
}

/**
 * What every `fc.assert` is given: the same cases on every machine, however fast, so that one seed finds the same everywhere.
 *
 * @param count Cases, before they are multiplied.
 */
export function randomCases(count: number): { seed: number; numRuns: number } {
  return { seed: inject("propertySeed"), numRuns: runs(count) };
}

/**
 * Shows random cases to a property that judges many at once, because each question to an oracle costs a round trip. The
 * first case that fails is made smaller by asking one by one; the error then has the seed and the smallest case.
 *
 * @param differences For each case what is wrong with it, or `undefined`.
 * @throws With fast-check's report when a case fails.
 */
export async function holds<Case>(
  arbitrary: fc.Arbitrary<Case>,
  count: number,
  differences: (cases: readonly Case[]) => Promise<readonly (string | undefined)[]>,
): Promise<void> {
  const seed = inject("propertySeed");
  const shown = fc.sample(arbitrary, randomCases(count));
  for (let at = 0; at < shown.length; at += BATCH) {
    const batch = shown.slice(at, at + BATCH);
    const found = await differences(batch);
    if (found.length !== batch.length) throw new Error("the oracle did not answer every case");
    const failed = found.findIndex((difference) => difference !== undefined);
    if (failed < 0) continue;
    const alone = fc.asyncProperty(arbitrary, async (one) => {
      const [difference] = await differences([one]);
      if (difference !== undefined) throw new Error(difference);
    });
    // The n-th case of a sample is the n-th of a run with the same seed.
    await fc.assert(alone, { seed, path: String(at + failed), numRuns: 1, interruptAfterTimeLimit: 15_000 });
    throw new Error(`seed ${seed}, case ${at + failed} failed among others, not alone: ${found[failed]}`);
  }
}
