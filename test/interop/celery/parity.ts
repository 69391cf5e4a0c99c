/** @module The same task sent by this library and by Celery's own client: what the worker and the monitors see of each. */
import { describe, expect, test } from "vitest";
import { argumentsRepr, keywordsRepr } from "../../../src/celery/python_repr.ts";
import type { Event, World } from "./world.ts";

/** What is never the same twice, or says who sent it. */
const OWN = ["id", "root_id", "correlation_id", "origin", "reply_to", "lang"];
const EVENT_OWN = ["uuid", "root_id", "timestamp", "local_received", "clock", "hostname", "pid", "runtime"];

export function parityTests(world: () => World): void {
  const OPTIONS = {
    args: [1, "zwei", { drei: [3] }],
    kwargs: { vier: null },
    priority: 3,
    headers: { tenant: "acme" },
    retries: 1,
    shadow: "shown",
    timeLimit: 30,
    softTimeLimit: 20,
  };
  const PYTHON_OPTIONS = {
    args: OPTIONS.args,
    kwargs: OPTIONS.kwargs,
    priority: 3,
    headers: { tenant: "acme" },
    retries: 1,
    shadow: "shown",
    time_limit: 30,
    soft_time_limit: 20,
  };

  const both = async (queue: string) => {
    const app = world().appWith({ taskSendSentEvent: true });
    const before = world().count();
    const ours = await app.sendTask("tasks.request", { ...OPTIONS, queue });
    expect(world().count() - before).toBe(1);
    const theirs = world().app.asyncResult(
      (await world().ask("send", "tasks.request", { ...PYTHON_OPTIONS, queue })) as string,
    );
    return { ours, theirs };
  };

  describe("beside Python", () => {
    test("self.request has the same fields with the same values", async () => {
      const { ours, theirs } = await both("other");
      const seen = (await ours.get()) as Record<string, unknown>;
      const expected = (await theirs.get()) as Record<string, unknown>;
      for (const fields of [seen, expected]) {
        expect(fields.root_id).toBe(fields.id);
        for (const name of OWN) delete fields[name];
        // Celery 5.2 does not know of stamps, so its own client does not send any.
        fields.stamps ??= {};
      }
      // Said by the sender, without a word from the caller: see test/celery/differences.ts.
      expect([seen.ignore_result, expected.ignore_result]).toEqual([null, false]);
      delete seen.ignore_result;
      delete expected.ignore_result;
      // Python's send_task prints a list as a list.
      expect([seen.argsrepr, expected.argsrepr]).toEqual([
        "(1, 'zwei', {'drei': [3]})",
        "[1, 'zwei', {'drei': [3]}]",
      ]);
      delete seen.argsrepr;
      delete expected.argsrepr;
      expect(seen).toEqual(expected);
    });

    test("monitors see the same events with the same fields", async () => {
      // From its pool of threads a worker loses an event now and then, whoever sent the task.
      const { ours, theirs } = await both("prefork");
      const view = async (id: string) => {
        const events = await world().eventsOf(id, "task-succeeded");
        return Object.fromEntries(events.map((event) => [event.type, shown(event)]));
      };
      const [seen, expected] = [await view(ours.id), await view(theirs.id)];
      expect(Object.keys(seen).sort()).toEqual([
        "task-received",
        "task-sent",
        "task-started",
        "task-succeeded",
      ]);
      for (const type of Object.keys(expected)) {
        expect(Object.keys(seen[type]!).sort()).toEqual(Object.keys(expected[type]!).sort());
      }
      for (const [type, event] of Object.entries(expected)) {
        for (const name of [...EVENT_OWN, "args", "result"]) {
          delete event[name];
          delete seen[type]![name];
        }
      }
      expect(seen).toEqual(expected);
    });

    test("arguments are printed as Celery prints them", async () => {
      const cases = printedCases();
      const printed = cases.map(([args, kwargs]) => [argumentsRepr(args), keywordsRepr(kwargs)]);
      expect(printed).toEqual(await world().ask("reprs", cases));
    });
  });
}

function shown(event: Event): Record<string, unknown> {
  return { ...event };
}

/** Arguments of every kind and of lengths around the limit, the same in every run. */
function printedCases(): [unknown[], Record<string, unknown>][] {
  let seed = 20_261_124;
  const below = (limit: number) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed % limit;
  };
  const value = (depth: number): unknown => {
    const makers = [
      () => below(100_000),
      () => `x y'z ${"word ".repeat(below(80))}`,
      () => "é𝄞\n\\".repeat(below(12)),
      () => [null, true, false, 1.5, 1e-7, 0.00012, 1e20, 1e21, -3, 5e-324][below(10)],
      () => "a".repeat(below(400)),
      () => Array.from({ length: below(9) }, () => value(depth + 1)),
      () =>
        Object.fromEntries(
          Array.from({ length: below(5) }, (_item, index) => [`k'${index}`, value(depth + 1)]),
        ),
    ];
    return makers[below(depth > 4 ? 5 : makers.length)]!();
  };
  return Array.from({ length: 400 }, () => [
    Array.from({ length: below(25) }, () => value(1)),
    { a: value(1), b: value(1) },
  ]);
}
