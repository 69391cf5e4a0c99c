/** @module The suite notices: golden cases that are tampered with must fail. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import kombuCases from "../vectors/kombu.json" with { type: "json" };
import topicRows from "../vectors/topic.json" with { type: "json" };
import type { Case } from "./case.ts";
import { replay } from "./replay.ts";
import { resultOf } from "./result.ts";
import { replayTopic, type TopicRow } from "./topic.ts";

let local: LocalRedis;
beforeAll(async () => {
  local = await startLocalRedis({ store: inject("redisStore") });
});
afterAll(() => local?.close());

const cases = kombuCases as readonly Case[];
const named = (name: string): Case => cases.find((golden) => golden.name === name)!;
const passes = async (golden: Case): Promise<boolean> =>
  (await resultOf(golden.name, () => replay(golden, local, new Set()))).ok;

/** The case with a text in its commands replaced. */
function tampered(golden: Case, from: string, to: string): Case {
  const commands = golden.commands!.map((command) => command.map((text) => text.replace(from, to)));
  expect(commands).not.toEqual(golden.commands);
  return { ...golden, commands };
}

test.each([
  ["json dict to anonymous exchange", "q", "r"],
  ["json dict to anonymous exchange", "eyJhIjogMX0=", "eyJhIjogMn0="],
  ["json dict to anonymous exchange", "eyJhIjogMX0=", "eyJhIjogMS4wfQ=="],
  ["json dict to anonymous exchange", '"headers": {}', '"headers": {"x": 1}'],
  ["json dict to anonymous exchange", '"delivery_mode": 2', '"delivery_mode": 1'],
  ["json dict to anonymous exchange", '"priority": 0', '"priority": 0.0'],
  ["yaml (keys sorted)", "YTogbnVsbApiOgotIDEKLSB4Cg==", "YTogbnVsbApiOgotIDIKLSB4Cg=="],
  ["compression gzip (zlib container)", "application/x-gzip", "gzip"],
  ["fanout db 5", "/5.f", "/0.f"],
  ["declare topic queue", ".*?[^\\.]", "[^\\.]+"],
  ["direct exchange, two queues: same delivery_tag twice", "q1\x06\x169", "q1"],
])("%s with %s → %s", async (name, from, to) => {
  expect(await passes(named(name))).toBe(true);
  expect(await passes(tampered(named(name), from, to))).toBe(false);
});

test("a command too few, a wrong return value, and a difference that is not needed", async () => {
  const declare = named("declare direct queue");
  expect(await passes({ ...declare, commands: declare.commands!.slice(0, -1) })).toBe(false);
  expect(await passes({ ...named("size"), results: [{ return: 1 }] })).toBe(false);
  expect(await passes({ ...declare, commands: [declare.commands!.at(-1)!] })).toBe(false);
});

test("a topic row whose match is turned round", async () => {
  const [binding, pattern, key, matches] = (topicRows as unknown as readonly TopicRow[])[6]!;
  const passesRow = async (row: TopicRow) =>
    (await resultOf("row", () => replayTopic(row, local, new Set()))).ok;
  expect(await passesRow([binding, pattern, key, matches])).toBe(true);
  expect(await passesRow([binding, pattern, key, !matches])).toBe(false);
});
