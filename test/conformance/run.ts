/**
 * The conformance suite: every golden case of real Kombu through the public API of this library, on a real Redis.
 * Runs in any runtime that has `fetch`; it empties the database.
 * @module
 */
import type { RedisCredentials } from "../../src/index.ts";
import kombuCases from "../vectors/kombu.json" with { type: "json" };
import topicRows from "../vectors/topic.json" with { type: "json" };
import type { Case } from "./case.ts";
import { DIFFERENCES } from "./differences.ts";
import { FURTHER } from "./further.ts";
import { replay } from "./replay.ts";
import { Checks, type Result, resultOf } from "./result.ts";
import { replayTopic, type TopicRow } from "./topic.ts";

/** Runs all cases, one after another, and says for each what was compared. */
export async function runConformance(redis: RedisCredentials): Promise<readonly Result[]> {
  const used = new Set<string>();
  const results: Result[] = [];
  for (const golden of [...(kombuCases as readonly Case[]), ...FURTHER]) {
    results.push(await resultOf(golden.name, () => replay(golden, redis, used)));
  }
  for (const row of topicRows as unknown as readonly TopicRow[]) {
    const name = `topic: ${row[0]} with key ${JSON.stringify(row[2])}`;
    results.push(await resultOf(name, () => replayTopic(row, redis, used)));
  }
  results.push(await resultOf("every difference is seen", async () => unused(used)));
  return results;
}

function unused(used: ReadonlySet<string>): Checks["list"] {
  const checks = new Checks();
  const names = new Set([...(kombuCases as readonly Case[]), ...FURTHER].map(({ name }) => name));
  for (const { id, cases, expect } of DIFFERENCES) {
    checks.same(`${id} is seen`, used.has(id), true);
    if (!("everywhere" in expect))
      checks.same(
        `${id}'s cases exist`,
        cases.filter((name) => !names.has(name)),
        [],
      );
  }
  return checks.list;
}
