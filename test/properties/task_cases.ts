/** @module Random calls of tasks, and how Celery's own producer is told the same. */
import fc from "fast-check";
import type { ApplyOptions } from "../../src/celery/index.ts";
import { entriesOf, type Term, terms, text, toPython, toValue } from "./terms.ts";

type Dict = Term & { readonly kind: "dict" };

/** The moment at which all calls are made, in milliseconds since the epoch. */
export const NOW = 1_790_000_000_123;

/** A call. What is missing is not said. */
export interface Call {
  readonly args: readonly Term[];
  readonly kwargs: Dict;
  readonly taskId: string;
  readonly headers?: Dict;
  readonly eta?: Term & { readonly kind: "moment" };
  readonly expires?: Term & { readonly kind: "moment" | "number" };
  readonly countdown?: number;
  readonly priority?: number;
  readonly timeLimit?: number;
  readonly softTimeLimit?: number;
  readonly ignoreResult?: boolean;
  readonly retries?: number;
  readonly groupIndex?: number;
  readonly shadow?: string;
  readonly rootId?: string;
  readonly parentId?: string;
  readonly groupId?: string;
  readonly replyTo?: string;
  readonly origin?: string;
  readonly argsrepr?: string;
  readonly kwargsrepr?: string;
  readonly messageId?: string;
  readonly appId?: string;
  readonly userId?: string;
  readonly type?: string;
}

/** Headers of the protocol, which are not for the caller. */
const PROTOCOL = [
  ...["task", "id", "eta", "expires", "group", "group_index", "retries", "timelimit", "root_id", "parent_id"],
  ...["ignore_result", "replaced_task_nesting", "stamped_headers", "stamps", "compression", "redelivered"],
];

const moment = fc
  .integer({ min: -2e11, max: 2e11 })
  .map((after) => ({ kind: "moment" as const, milliseconds: NOW + after }));
const seconds = fc.oneof(
  fc.integer({ min: -1_000_000, max: 100_000_000 }),
  fc.integer({ min: -1_000_000, max: 100_000_000 }).map((milliseconds) => milliseconds / 1000),
);
const limit = fc.oneof(fc.integer({ min: 1, max: 9_999 }), fc.constantFrom(0.5, 1.25));

/**
 * Random calls.
 *
 * @param withTyped Whether Kombu's typed values are among the arguments.
 */
export function calls(withTyped: boolean): fc.Arbitrary<Call> {
  const { value, dict } = terms(withTyped);
  const named = text.filter((given) => given !== "");
  return fc.record(
    {
      args: fc.array(value, { maxLength: 5 }),
      kwargs: dict,
      taskId: fc.uuid(),
      headers: dict.map((term) => ({
        ...term,
        members: term.members.filter(([name]) => !PROTOCOL.includes(name)),
      })),
      eta: moment,
      expires: fc.oneof(
        moment,
        seconds.map((number) => ({ kind: "number" as const, number })),
      ),
      countdown: seconds,
      priority: fc.integer({ min: 0, max: 9 }),
      timeLimit: limit.map((hard) => hard + 10_000),
      softTimeLimit: limit,
      ignoreResult: fc.boolean(),
      retries: fc.nat(20),
      groupIndex: fc.nat(20),
      shadow: named,
      rootId: named,
      parentId: named,
      groupId: named,
      replyTo: named,
      origin: named,
      argsrepr: named,
      kwargsrepr: named,
      messageId: named,
      appId: named,
      userId: named,
      type: named,
    },
    { requiredKeys: ["args", "kwargs", "taskId"] },
  );
}

/** Longer and deeper arguments, to see where the printing ends. */
export function printed(): fc.Arbitrary<{ readonly args: readonly Term[]; readonly kwargs: Dict }> {
  const { value, dict } = terms(true);
  const long = fc
    .tuple(fc.constantFrom("word ", "x", "é", "😀", "it's ", "\\", "\n"), fc.nat(500))
    .map(([part, times]) => ({ kind: "text" as const, text: part.repeat(times) }));
  const many = fc
    .array(fc.oneof(value, long), { maxLength: 12 })
    .map((members) => ({ kind: "list" as const, members }));
  return fc.record({
    args: fc.array(fc.oneof(value, long, many), { maxLength: 30 }),
    kwargs: fc
      .array(fc.tuple(text, fc.oneof(value, long, many, dict)), { maxLength: 12 })
      .map((members) => ({ kind: "dict" as const, members })),
  });
}

/** The options as this library takes them. */
export function toApplyOptions({ args, kwargs, headers, eta, expires, ...rest }: Call): ApplyOptions {
  return {
    ...rest,
    args: args.map(toValue),
    kwargs: toValue(kwargs) as Record<string, unknown>,
    ...(headers && { headers: toValue(headers) as Record<string, unknown> }),
    ...(eta && { eta: toValue(eta) as Date }),
    ...(expires && { expires: toValue(expires) as Date | number }),
  };
}

/** The call as Celery's `send_task` takes it. */
export function toCelery({ args, kwargs, ...options }: Call, ours: readonly string[]): unknown {
  const python = Object.entries(options).map(([name, given]) => [snakeCase(name), pythonOf(given)]);
  return {
    name: "tasks.add",
    now: NOW,
    args: toPython({ kind: "list", members: args }, "json"),
    kwargs: toPython(kwargs, "json"),
    arguments: python,
    ours,
  };
}

function pythonOf(given: unknown): readonly unknown[] {
  if (typeof given === "string") return ["text", given];
  if (typeof given === "boolean") return ["bool", given];
  if (typeof given === "number") return toPython({ kind: "number", number: given }, "json");
  return toPython(given as Term, "json");
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The names of the headers that the caller gave. */
export function headerNames({ headers }: Call): readonly string[] {
  return headers ? entriesOf(headers).map(([name]) => name) : [];
}
