/** @module What the suite's test files have in common. */
import { describe } from "vitest";
import { findServerBinary } from "../../local/server/binary.ts";
import { findCelery } from "./consumers.ts";
import type { Finding } from "./ledger.ts";
import type { RunResult } from "./world.ts";

/** Runs longer than other tests. */
export const TIMEOUT_MS = 120_000;

/** `CHAOS_SEED`, or another each time. */
export const SEED = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** The consumers' Celery. */
export const celery = await findCelery();

const missing =
  celery.missing ??
  (findServerBinary() === undefined ? "no redis-server or valkey-server on PATH" : undefined);

/** Registers tests; they are skipped where something is missing, which is said loudly, unless everything is required. */
export function describeChaos(name: string, suite: () => void): void {
  const isRequired = process.env.KOMBU_EDGE_REQUIRE_ALL === "1";
  if (missing !== undefined && !isRequired)
    console.warn(`\n!!! ${name}: SKIPPED, NOT TESTED: ${missing} !!!\n`);
  describe.skipIf(missing !== undefined && !isRequired)(`${name}, seed ${SEED}`, suite);
}

/** What is wrong, each with what hit it. */
export function told({ findings, publications }: RunResult): readonly (Finding & { hits: string })[] {
  return findings.map((finding) => {
    const hits = publications.find(({ id }) => id === finding.id)?.hits ?? [];
    return { ...finding, hits: [...hits].join() };
  });
}
