/** @module One golden case: done through the public API, and what was sent compared with what Kombu sent. */
import { clearBindingCache, type RedisCredentials } from "../../src/index.ts";
import { type CapturedCommands, captured } from "./capture.ts";
import type { Case, StepOutcome } from "./case.ts";
import { DIFFERENCES, type Difference } from "./differences.ts";
import { channelFor, perform } from "./input.ts";
import { compactJson } from "./json_text.ts";
import { type NormalCommand, normalGolden, normalOurs } from "./normal.ts";
import { type Check, Checks } from "./result.ts";

/** Replays a case on an empty database; notes the differences that were needed. */
export async function replay(
  golden: Case,
  redis: RedisCredentials,
  used: Set<string>,
): Promise<readonly Check[]> {
  const checks = new Checks();
  const differences = DIFFERENCES.filter(({ cases }) => cases.includes(golden.name));
  for (const { id } of differences) used.add(id);
  clearBindingCache();
  const channel = channelFor(golden.input, redis);
  const setup = [["FLUSHALL"] as const, ...(golden.input.redis_setup ?? [])];
  for (const reply of await channel.send(setup)) if ("error" in reply) throw reply.error;
  const { result: outcomes, commands } = await captured(() => perform(golden.input, channel));

  const refused = differences.find(({ expect }) => "refused" in expect)?.expect;
  if (refused && "refused" in refused) {
    checks.same("what is sent", commands, []);
    checks.same("the error", outcomes, [{ error: refused.refused, field: refused.field }]);
    return checks.list;
  }
  checks.same("what is sent", await normalOurs(commands), await expected(golden, differences, checks));
  if (compactEnvelopes(commands, checks)) used.add("compact-json");
  compareOutcomes(golden, differences, outcomes, checks);
  return checks.list;
}

/** Kombu's commands with the differences applied; each must change something. */
async function expected(
  golden: Case,
  differences: readonly Difference[],
  checks: Checks,
): Promise<readonly NormalCommand[]> {
  let commands = await normalGolden(golden.commands ?? []);
  // A queue that is added by its stated type is one more copy, so that comes first.
  const inOrder = differences.toSorted((one) => (one.id === "stated-type-decides" ? -1 : 0));
  for (const { id, expect } of inOrder) {
    if ("sameCommands" in expect) continue;
    const before = JSON.stringify(commands);
    if ("rewrite" in expect) commands = expect.rewrite(commands);
    else if ("commands" in expect) commands = await normalGolden(expect.commands);
    else throw new Error(`${id} cannot concern a case by its name`);
    if (golden.commands) checks.differ(`${id} is needed`, JSON.stringify(commands), before);
  }
  return commands;
}

/** Every envelope is compact; returns whether there was one. */
function compactEnvelopes(commands: CapturedCommands, checks: Checks): boolean {
  const envelopes = commands
    .filter(([name]) => name === "LPUSH" || name === "PUBLISH")
    .map(([, , text]) => text!);
  for (const text of envelopes) checks.same("the envelope is compact", text, compactJson(text));
  return envelopes.length > 0;
}

function compareOutcomes(
  golden: Case,
  differences: readonly Difference[],
  outcomes: readonly StepOutcome[],
  checks: Checks,
): void {
  const stated = differences.filter(({ outcome }) => outcome !== undefined);
  for (const [index, { return: returned, error }] of (golden.results ?? []).entries()) {
    if (error !== undefined && stated.length === 0) checks.same(`step ${index}`, outcomes[index], { error });
    if (returned === undefined) continue;
    const ours = outcomes[index]! as { return?: unknown };
    const isGenerated = String(returned).startsWith("amq.gen-") && String(ours.return).startsWith("amq.gen-");
    if (!isGenerated) checks.same(`step ${index}`, ours.return, returned);
  }
  const last = outcomes.at(-1)!;
  for (const { id, outcome, expect } of stated) {
    if ("sameCommands" in expect)
      checks.differ(`${id} is needed`, String(golden.results?.at(-1)?.error), "undefined");
    checks.same(`what ${id} comes to`, withoutTag("return" in last ? last.return : last), outcome);
  }
  if (stated.length === 0) {
    for (const outcome of outcomes)
      checks.same("no error", "error" in outcome ? outcome : undefined, undefined);
  }
}

function withoutTag(outcome: unknown): unknown {
  if (outcome === null || typeof outcome !== "object") return outcome;
  const { deliveryTag: _tag, ...rest } = outcome as Record<string, unknown>;
  return rest;
}
