/**
 * The canvas: signatures of signatures. They are only described here; `compile.ts` turns them into messages. Spec celery §6.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import type { AsyncResult } from "./async_result.ts";
import type { GroupResult } from "./group_result.ts";
import { checkArguments, checkTaskName } from "./option_checks.ts";
import {
  type AnySignature,
  Signature,
  type SignatureJson,
  type SignatureSender,
  taskJson,
} from "./signature.ts";

/** A signature whose result is one value. */
export type TaskSignature<Result = unknown> = Signature<Result, AsyncResult<Result>>;

/** A signature whose result is a list, one value per member. */
export type GroupSignature<Result = unknown> = Signature<Result[], GroupResult<Result>>;

/** A call of a task by its name. `app.signature()` gives one that can be sent by itself. */
export function signature<Result = unknown>(
  task: string,
  args: readonly unknown[] = [],
  kwargs: Readonly<Record<string, unknown>> = {},
): TaskSignature<Result> {
  return new Signature(taskJson(checkTaskName(task, "task"), args, kwargs));
}

/**
 * One after another, each given the result of the one before as its first argument. A group followed by anything becomes
 * a chord. Comes to the last one's result.
 *
 * @throws {InvalidArgumentError} When it is empty, or holds something else than signatures.
 */
export function chain<Result, Handle>(
  ...tasks: readonly [...AnySignature[], Signature<Result, Handle>]
): Signature<Result, Handle> {
  return composite("chain", { tasks: members(tasks, "chain") }, tasks);
}

/** All at once. Comes to the list of their results; members that are groups themselves are taken apart. */
export function group<Result = unknown>(
  ...tasks: readonly Signature<Result, AsyncResult<Result>>[] | readonly AnySignature[]
): GroupSignature<Result> {
  return composite("group", { tasks: members(tasks, "group") }, tasks);
}

/**
 * All of the header at once, then the body with the list of their results. Needs the Redis result backend on every
 * worker that runs the header. Comes to the body's result.
 */
export function chord<Result, Handle>(
  header: readonly AnySignature[] | AnySignature,
  body: Signature<Result, Handle>,
): Signature<Result, Handle> {
  const list = header instanceof Signature ? [header] : header;
  const headerJson = compositeJson("group", { tasks: members(list, "chord.header", true) });
  const [bodyJson] = members([body], "chord.body");
  return composite("chord", { kwargs: {}, header: headerJson, body: bodyJson }, [body, ...list]);
}

/** One task that calls `task` with each item, one after another in one worker. Comes to the list of results. */
export function map<Result = unknown>(
  task: Signature<Result, unknown>,
  items: readonly unknown[],
): TaskSignature<Result[]> {
  return mapping("map", task, items, {});
}

/** Like {@link map}, with each item as a list of arguments. */
export function starmap<Result = unknown>(
  task: Signature<Result, unknown>,
  items: readonly (readonly unknown[])[],
): TaskSignature<Result[]> {
  items.forEach((item, index) => void checkArguments(item, `items[${index}]`));
  return mapping("starmap", task, items, {});
}

/** A group of {@link starmap}s of `size` items each. */
export function chunks<Result = unknown>(
  task: Signature<Result, unknown>,
  items: readonly (readonly unknown[])[],
  size: number,
): GroupSignature<Result[]> {
  if (!Number.isInteger(size) || size < 1) {
    throw new InvalidArgumentError("size", "must be a whole number above 0");
  }
  const parts = Array.from({ length: Math.ceil(items.length / size) }, (_part, index) =>
    starmap(task, items.slice(index * size, (index + 1) * size)),
  );
  return group<Result[]>(...parts);
}

function mapping<Result, Handle>(
  name: "map" | "starmap",
  task: AnySignature,
  items: readonly unknown[],
  options: Record<string, unknown>,
): Signature<Result, Handle> {
  const [json] = members([task], "task");
  const kwargs = { task: json, it: checkArguments(items, "items") };
  const own = { ...taskJson(`celery.${name}`, [], kwargs, options, true), subtask_type: `x${name}` };
  return new Signature<Result, Handle>(own, task.sender);
}

function composite<Result, Handle>(
  type: "chain" | "group" | "chord",
  kwargs: Record<string, unknown>,
  parts: readonly AnySignature[],
): Signature<Result, Handle> {
  return new Signature<Result, Handle>(compositeJson(type, kwargs), senderOf(parts));
}

function compositeJson(type: string, kwargs: Record<string, unknown>): SignatureJson {
  return { ...taskJson(`celery.${type}`, [], kwargs), subtask_type: type };
}

function members(tasks: readonly unknown[], field: string, mayBeEmpty = false): SignatureJson[] {
  if (!Array.isArray(tasks) || (tasks.length === 0 && !mayBeEmpty)) {
    throw new InvalidArgumentError(field, "must hold at least one signature");
  }
  return tasks.map((task, index) => {
    if (!(task instanceof Signature)) {
      throw new InvalidArgumentError(`${field}[${index}]`, "must be a signature");
    }
    return task.toJSON();
  });
}

function senderOf(parts: readonly AnySignature[]): SignatureSender | undefined {
  return parts.find(({ sender }) => sender)?.sender;
}
