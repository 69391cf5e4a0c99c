/** @module What is sent for random calls of tasks: real Celery's own producer is the oracle. */
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, test, vi } from "vitest";
import { Celery } from "../../src/celery/index.ts";
import { argumentsRepr, keywordsRepr } from "../../src/celery/python_repr.ts";
import { Channel, KombuEdgeError } from "../../src/index.ts";
import { Recorder } from "../celery/recorder.ts";
import { describeEachCeleryOracle } from "./each_celery.ts";
import { type Exact, exactJson, shownExactly } from "./exact_json.ts";
import { isWritable } from "./message_cases.ts";
import { holds } from "./runs.ts";
import { type Call, calls, headerNames, NOW, printed, toApplyOptions, toCelery } from "./task_cases.ts";
import { type Term, toPython, toValue } from "./terms.ts";

interface Answer {
  readonly error?: string;
  readonly messages: readonly string[];
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
});
afterAll(() => {
  vi.useRealTimers();
});

/** Sends with this library and returns the message, or why it was refused. */
async function sent(call: Call): Promise<string | { readonly refused: string }> {
  const redis = new Recorder();
  try {
    await new Celery(new Channel(redis)).sendTask("tasks.add", toApplyOptions(call));
  } catch (error) {
    if (!(error instanceof KombuEdgeError)) throw error;
    return { refused: error.message };
  }
  const pushes = redis.commands.filter(([name]) => name === "LPUSH");
  if (pushes.length !== 1) throw new Error(`${pushes.length} pushes`);
  return pushes[0]!.at(-1)!;
}

/** Rule: what no worker could read is refused; see `isWritable`. */
function isSendable({ args, kwargs, headers }: Call): boolean {
  const members: Term[] = [{ kind: "list", members: args }, kwargs];
  return (
    isWritable({ kind: "list", members }, "json", true) && (!headers || isWritable(headers, "json", false))
  );
}

await describeEachCeleryOracle((ask, { name }) => {
  const isCurrent = name !== "5.2";

  test("a task's message is Celery's own", { timeout: 120_000 }, async () => {
    await holds(calls(isCurrent), 400, async (cases) => {
      const ours = await Promise.all(cases.map(sent));
      const asked = cases.map((call, index) =>
        toCelery(call, typeof ours[index] === "string" ? [ours[index]] : []),
      );
      const answers = await ask<Answer>("send", asked);
      return cases.map((call, index) => {
        const own = ours[index]!;
        const answer = answers[index]!;
        if (typeof own !== "string") return isSendable(call) ? `refused: ${own.refused}` : undefined;
        if (!isSendable(call)) return "sent, should be refused";
        if (answer.error !== undefined) return `sent, but Celery raises ${answer.error}`;
        return (
          differing(
            "envelope",
            comparable(own, call, isCurrent),
            comparable(answer.messages[0]!, call, isCurrent),
          ) ?? differing("arguments as a worker reads them", answer.ours, answer.theirs)
        );
      });
    });
  });

  test("arguments are printed as Celery prints them", { timeout: 120_000 }, async () => {
    await holds(printed(), 400, async (cases) => {
      const readable = cases.filter(({ args, kwargs }) =>
        isWritable({ kind: "list", members: [...args, kwargs] }, "json", true),
      );
      const asked = readable.map(({ args, kwargs }) => ({
        args: toPython({ kind: "list", members: args }, "json"),
        kwargs: toPython(kwargs, "json"),
      }));
      const answers = new Map(
        (await ask<[string, string]>("reprs", asked)).map((answer, index) => [readable[index], answer]),
      );
      return cases.map((one) => {
        const answer = answers.get(one);
        if (!answer) return undefined;
        const args = argumentsRepr(one.args.map(toValue));
        return (
          differing("args", args, answer[0]) ??
          differing("kwargs", keywordsRepr(toValue(one.kwargs) as Record<string, unknown>), answer[1])
        );
      });
    });
  });
});

type Members = Map<string, Exact>;

/** What is compared of an envelope, by the rules of `test/celery/differences.ts`; the order of members is not. */
function comparable(text: string, call: Call, isCurrent: boolean): unknown {
  const envelope = exactJson(text) as Members;
  const headers = envelope.get("headers") as Members;
  const properties = envelope.get("properties") as Members;
  const given = headerNames(call);
  envelope.delete("body");
  if (!given.includes("lang")) headers.set("lang", "");
  // Rule: there is no process id and no host name, and a producer of 5.2 cannot be told another; no result is left to a
  // queue; the task's own ignore_result decides.
  if ((call.origin === undefined || !isCurrent) && !given.includes("origin")) headers.set("origin", "");
  if (call.ignoreResult === undefined && headers.get("ignore_result") === null)
    headers.set("ignore_result", false);
  if (call.replyTo === undefined) properties.set("reply_to", "");
  properties.set("delivery_tag", "");
  // Rule: what has its header is not a property as well, as it becomes in Celery by an accident of its call.
  for (const twice of ["origin", "argsrepr", "kwargsrepr"]) properties.delete(twice);
  // Rule: workers of 5.2 do not look at what later ones do.
  if (!isCurrent)
    for (const later of ["replaced_task_nesting", "stamped_headers", "stamps"]) headers.delete(later);
  return envelope;
}

function differing(what: string, ours: unknown, theirs: unknown): string | undefined {
  if (isDeepStrictEqual(ours, theirs)) return undefined;
  return `${what}: ours ${shownExactly(ours)}, Celery's ${shownExactly(theirs)}`;
}
