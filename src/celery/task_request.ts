/**
 * From the JSON of an HTTP request, names in snake case, to a signature, with the names of all tasks in it for an
 * allow-list. Design §4.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { chain, chord, group } from "./canvas.ts";
import { checkTaskName, record, snakeCase, WIRE_NAMES, wireOptions } from "./option_checks.ts";
import { type AnySignature, Signature, taskJson } from "./signature.ts";
import type { TaskOptions } from "./task_options.ts";

/** What a request asks for. Nothing is sent yet: `app.apply(signature)` does. */
export interface TaskRequest {
  readonly signature: AnySignature;
  /** The names of all tasks that it would start, those of callbacks and errbacks too, each once. */
  readonly tasks: readonly string[];
}

/** Options that would tear a task out of the canvas it is in, or are for properties that a token does not allow. */
const NOT_FOR_REQUESTS: ReadonlySet<string> = new Set(
  "chord chain group_id group_index stamped_headers properties".split(" "),
);

/** Celery's own tasks that start other tasks, whose names would be hidden in their arguments. */
const STARTING_OTHERS = /^celery\.(chain|group|chord|chord_unlock|map|starmap|chunks|accumulate)$/;

/** Signatures within signatures. */
const MAXIMUM_DEPTH = 50;

/**
 * Reads a request: a task, or `{ chain: [...] }`, `{ group: [...] }`, `{ chord: { header: [...], body } }` of such,
 * each with options beside it.
 *
 * @param name The task's name when it is not in the JSON but in the path.
 * @throws {InvalidArgumentError} With the path of the field, such as `chain[1].time_limit`.
 */
export function taskRequest(json: unknown, name?: string): TaskRequest {
  const tasks = new Set<string>();
  const given = name === undefined ? json : { ...record(json, "body"), task: name };
  return { signature: read(given, "", tasks, 0), tasks: [...tasks] };
}

function read(json: unknown, path: string, tasks: Set<string>, depth: number): AnySignature {
  const place = path === "" ? "body" : path;
  if (depth > MAXIMUM_DEPTH) throw new InvalidArgumentError(place, `is nested deeper than ${MAXIMUM_DEPTH}`);
  const {
    task,
    args,
    kwargs,
    immutable,
    chain: steps,
    group: members,
    chord: parts,
    ...rest
  } = record(json, place);
  const prefix = path === "" ? "" : `${path}.`;
  const list = (value: unknown, field: string): AnySignature[] => {
    if (!Array.isArray(value)) throw new InvalidArgumentError(field, "must be a list");
    return value.map((one, index) => read(one, `${field}[${index}]`, tasks, depth + 1));
  };
  if ([task, steps, members, parts].filter((kind) => kind !== undefined).length !== 1) {
    throw new InvalidArgumentError(place, "must have one of task, chain, group and chord");
  }
  if (immutable !== undefined && typeof immutable !== "boolean") {
    throw new InvalidArgumentError(`${prefix}immutable`, "must be true or false");
  }
  const single = (value: unknown, field: string) => read(value, field, tasks, depth + 1);
  const options = wireOptions(optionsOf(rest, prefix, list, single), prefix, snakeCase);
  if (task !== undefined) {
    const taskName = checkTaskName(task, `${prefix}task`);
    if (STARTING_OTHERS.test(taskName)) {
      throw new InvalidArgumentError(`${prefix}task`, "starts other tasks: use chain, group or chord");
    }
    tasks.add(taskName);
    return new Signature(taskJson(taskName, args ?? [], kwargs ?? {}, options, immutable ?? false, prefix));
  }
  if (args !== undefined || kwargs !== undefined) {
    throw new InvalidArgumentError(`${prefix}${args === undefined ? "kwargs" : "args"}`, "are for a task");
  }
  const canvas = canvasOf(steps, members, parts, prefix, list, single);
  return new Signature({ ...canvas.toJSON(), options });
}

function canvasOf(
  steps: unknown,
  members: unknown,
  parts: unknown,
  prefix: string,
  list: (value: unknown, field: string) => AnySignature[],
  one: (value: unknown, field: string) => AnySignature,
): AnySignature {
  if (parts !== undefined) {
    const { header, body } = record(parts, `${prefix}chord`);
    return chord(list(header, `${prefix}chord.header`), one(body, `${prefix}chord.body`));
  }
  const field = `${prefix}${steps === undefined ? "group" : "chain"}`;
  const signatures = list(steps ?? members, field);
  if (signatures.length === 0) throw new InvalidArgumentError(field, "must not be empty");
  return steps === undefined ? group(...signatures) : chain(...(signatures as [AnySignature]));
}

function optionsOf(
  given: Readonly<Record<string, unknown>>,
  prefix: string,
  list: (value: unknown, field: string) => AnySignature[],
  single: (value: unknown, field: string) => AnySignature,
): TaskOptions {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const option = WIRE_NAMES.get(name);
    if (option === undefined || NOT_FOR_REQUESTS.has(name)) {
      throw new InvalidArgumentError(`${prefix}${name}`, "is not a known option");
    }
    if ((name === "link" || name === "link_error") && value !== null) {
      const field = `${prefix}${name}`;
      options[option] = Array.isArray(value) ? list(value, field) : [single(value, field)];
    } else {
      options[option] = value;
    }
  }
  return options as TaskOptions;
}
