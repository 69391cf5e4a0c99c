/** @module Where messages go, for random tables and keys: real Kombu on a real Redis is the oracle. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { binding } from "../../src/delivery/bindings.ts";
import { Exchange } from "../../src/entity.ts";
import { InvalidArgumentError } from "../../src/errors.ts";
import {
  bindingMember,
  bindingKey as bindingSet,
  fanoutChannel,
  type KeyOptions,
  priorityStep,
  queueKey,
  resolveKeyOptions,
} from "../../src/routing/keys.ts";
import { compilePattern } from "../../src/routing/matcher.ts";
import { topicPattern } from "../../src/routing/pattern.ts";
import { BindingTable } from "../../src/routing/table.ts";
import { describeEachOracle } from "./each_kombu.ts";
import { bindingKey, SEPARATORS, table } from "./routing_cases.ts";
import { holds } from "./runs.ts";
import { numberTerm, toPython, toValue } from "./terms.ts";

type Queues = readonly string[] | { readonly error: string };

/** For one routing key: what Kombu does with the table as it is, and with the rows that it can use. */
interface Delivered {
  readonly kombu_direct: Queues;
  readonly kombu_topic: Queues;
  readonly direct: readonly string[];
  readonly topic: readonly string[];
  /** As topic, the rows with a pattern. */
  readonly patterned: readonly string[];
  /** As direct, the rows without one. */
  readonly plain: readonly string[];
}

interface Pattern {
  readonly pattern: string;
  readonly compiles: boolean;
  readonly unknown: readonly string[];
}

/** A queue without a name is nobody's: Kombu pushes a direct exchange's message to the list `""`. */
const named = (queues: readonly string[]) => [...new Set(queues)].filter((queue) => queue !== "").sort();

/**
 * Rule of spec §18: a letter that Python's version of Unicode does not have yet is escaped there, which changes nothing but
 * the text of the pattern.
 */
function unescaped(text: string, unknown: readonly string[]): string {
  return unknown.reduce((shown, character) => shown.replaceAll(`\\${character}`, character), text);
}

function differing(what: string, ours: unknown, theirs: unknown): string | undefined {
  const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
  return one === other ? undefined : `${what}: ours ${one}, Kombu's ${other}`;
}

describeEachOracle((ask) => {
  test("a table's queues are those that Kombu delivers to", { timeout: 120_000 }, async () => {
    const seen = new Set<string>();
    await holds(table, 1_000, async (cases) => {
      const answers = await ask<readonly Delivered[]>("deliver", cases);
      return cases.map(({ sep, members, keys }, index) => {
        const ours = new BindingTable(members, sep);
        const skipped = new Set(ours.skipped.map(({ reason }) => reason));
        for (const [place, key] of keys.entries()) {
          const theirs = answers[index]![place]!;
          const direct = named(ours.match("direct", key));
          const topic = named(ours.match("topic", key));
          const either = named(ours.match(undefined, key));
          if (topic.length > 0) seen.add("matched");
          const difference =
            differing(`direct ${JSON.stringify(key)}`, direct, named(theirs.direct)) ??
            differing(`topic ${JSON.stringify(key)}`, topic, named(theirs.topic)) ??
            differing(
              `no type ${JSON.stringify(key)}`,
              either,
              named([...theirs.patterned, ...theirs.plain]),
            ) ??
            failing(theirs.kombu_direct, skipped.has("malformed"), direct) ??
            failing(theirs.kombu_topic, skipped.has("malformed") || skipped.has("poison-pattern"), topic);
          if (difference) return difference;
          if ("error" in theirs.kombu_topic) seen.add(theirs.kombu_topic.error);
        }
        return undefined;
      });

      /**
       * Rule of spec §6.2 and §6.4: one row that Kombu cannot read fails every publish; ours skips exactly such rows and
       * delivers to the rest.
       */
      function failing(kombu: Queues, isBroken: boolean, ours: readonly string[]): string | undefined {
        if ("error" in kombu)
          return isBroken ? undefined : `Kombu fails with ${kombu.error}, ours skips nothing`;
        return isBroken
          ? "ours skips a row, Kombu does not fail"
          : differing("as stored", ours, named(kombu));
      }
    });
    // Otherwise the cases are not what they should be.
    expect(seen).toEqual(new Set(["matched", "ValueError", "error"]));
  });

  test("patterns are Kombu's, and those that Python refuses are refused", { timeout: 60_000 }, async () => {
    await holds(fc.oneof(bindingKey, fc.string({ unit: "binary" })), 2_000, async (cases) => {
      const answers = await ask<Pattern>("pattern", cases);
      return cases.map((key, index) => {
        const { pattern, compiles, unknown } = answers[index]!;
        const written = unescaped(topicPattern(key), unknown);
        const difference = differing("pattern", written, unescaped(pattern, unknown));
        if (difference) return difference;
        const own = throws(() => compilePattern(pattern));
        if (own === compiles)
          return `Python ${compiles ? "compiles" : "refuses"} ${pattern}, the matcher does not`;
        const options = resolveKeyOptions({});
        const refused = throws(() => binding("q", new Exchange("x", { type: "topic" }), key, options));
        const expected = !compiles || pattern.includes(options.sep);
        return refused === expected ? undefined : `binding ${refused ? "refused" : "accepted"}`;
      });
    });
  });

  const bound = fc.record({
    exchange: fc.constantFrom("x", "é.😀", "a%s", "a/b[c]", "_kombu.binding.x"),
    queue: fc.constantFrom("q", "é", "😀 q", "a.b"),
    type: fc.constantFrom("direct" as const, "topic" as const),
    routing_key: bindingKey,
    sep: fc.constantFrom(...SEPARATORS),
    prefix: fc.constantFrom("", "app:", "{é}"),
  });

  test("bindings are written as Kombu writes them", { timeout: 60_000 }, async () => {
    await holds(bound, 500, async (cases) => {
      const answers = await ask<{ members: Record<string, [string]>; unknown: string[] }>("bind", cases);
      return cases.map(({ exchange, queue, type, routing_key, sep, prefix }, index) => {
        const options = resolveKeyOptions({ sep, globalKeyprefix: prefix });
        const member = bindingMember(routing_key, queue, type === "topic", options);
        const { members, unknown } = answers[index]!;
        const [[key, [stored]] = ["", [""]], ...others] = Object.entries(members);
        const difference =
          differing("key", bindingSet(exchange, options), key) ??
          differing("member", unescaped(member, unknown), unescaped(stored, unknown)) ??
          differing("other members", [], others);
        if (difference) return difference;
        const written = new BindingTable([member], sep);
        const isRead = differing("read back", written.bindings, [
          { routingKey: routing_key, pattern: type === "topic" ? topicPattern(routing_key) : "", queue },
        ]);
        const refused = throws(() => binding(queue, new Exchange(exchange, { type }), routing_key, options));
        // Rule: what could not be read back, or would poison the exchange, is refused although Kombu writes it.
        const unusable = isRead !== undefined || written.skipped.length > 0;
        return refused === unusable ? undefined : `binding ${refused ? "refused" : "accepted"}: ${isRead}`;
      });
    });
  });

  const keyNames = fc.record({
    queue: fc.oneof(
      fc.string({ minLength: 1, unit: "binary" }),
      fc.constantFrom("q", "é", "celery@host.celery.pidbox"),
    ),
    exchange: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("x", "%d", "%s%%", "{db}")),
    routing_key: fc.oneof(fc.constant(""), bindingKey),
    priority: fc.oneof(
      fc.integer({ min: -3, max: 12 }).map(numberTerm),
      fc.double({ noNaN: true }).map(numberTerm),
    ),
    steps: fc.oneof(
      fc.constantFrom(
        [0, 3, 6, 9],
        [0],
        [3, 6, 9],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [5, 20],
        [-3, 4],
        [1.5, 2.25],
      ),
      fc
        .uniqueArray(fc.integer({ min: -2, max: 12 }), { minLength: 1 })
        .map((steps) => steps.sort((a, b) => a - b)),
    ),
    sep: fc.oneof(fc.constantFrom(...SEPARATORS), fc.string({ minLength: 1, maxLength: 3, unit: "binary" })),
    prefix: fc.oneof(fc.constantFrom("", "{app}:"), fc.string({ unit: "binary" })),
    fanout_prefix: fc.constantFrom(true, false, "", "/{db}.", "/shop{db}.", "/x.", "/{db}{db}."),
    fanout_patterns: fc.boolean(),
    db: fc.nat(20),
  });

  test("lists, binding sets and channels have Kombu's names", { timeout: 60_000 }, async () => {
    await holds(keyNames, 1_500, async (cases) => {
      const asked = cases.map((one) => ({ ...one, priority: toPython(one.priority, "json") }));
      const answers = await ask<Record<string, string> | { error: string }>("names", asked);
      return cases.map((one, index) => {
        const priority = toValue(one.priority) as number;
        const answer = answers[index]!;
        // Rule: an infinite priority is refused before it gets here; Kombu raises.
        if ("error" in answer) {
          const isRaised = answer.error === "OverflowError" && !Number.isFinite(priority);
          return isRaised ? undefined : answer.error;
        }
        let options: KeyOptions;
        try {
          options = resolveKeyOptions({
            sep: one.sep,
            globalKeyprefix: one.prefix,
            prioritySteps: one.steps,
            fanoutPrefix: one.fanout_prefix,
            fanoutPatterns: one.fanout_patterns,
            db: one.db,
          });
        } catch (error) {
          return error instanceof InvalidArgumentError ? error.message : String(error);
        }
        const ours = {
          list: queueKey(one.queue, priorityStep(priority, one.steps), options),
          bindings: bindingSet(one.exchange, options),
          fanout: fanoutChannel(one.exchange, one.routing_key, options),
        };
        return differing("names", ours, answer);
      });
    });
  });
});

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}
