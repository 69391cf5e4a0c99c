/**
 * From a task or a canvas in JSON to what the library sends, with the caller's right to every task in it.
 * @module
 */
import { type ManyCall, type TaskRequest, taskRequest } from "../../celery/index.ts";
import { toBase64 } from "../../envelope/base64.ts";
import { Float } from "../../envelope/typed.ts";
import { InvalidArgumentError } from "../../errors.ts";
import { demand } from "../access/authenticate.ts";
import { sha256 } from "../access/tokens.ts";
import type { Call } from "../call.ts";
import { told } from "../observe/notes.ts";
import { withTrace } from "../observe/trace.ts";
import { HttpProblem } from "../problem.ts";
import { givenKey } from "../publish/idempotency.ts";
import { IDEMPOTENCY_KEY, OBJECT } from "../publish/schemas.ts";
import { check, FieldError } from "../request/check.ts";
import { checkQueue } from "../request/queue_name.ts";

/** Where a task was found. */
export interface TaskPlace {
  /** The task's name, when it is not in the JSON. */
  readonly name?: string;
  /** The request's idempotency key. */
  readonly header?: string | undefined;
  /** The task's place in a batch. */
  readonly index?: number;
  /** Who understands the JSON. Default: the library's `taskRequest`. */
  readonly read?: (json: unknown, name: string) => TaskRequest;
}

/** Members that arrive as they were sent, numbers included. */
const KEPT: ReadonlySet<string> = new Set(["args", "kwargs", "headers"]);

/** Levels of a canvas' JSON; the library allows fewer, but must not be asked in vain. */
const MAXIMUM_DEPTH = 200;

/**
 * Checks a task and the caller's rights.
 *
 * @param input Parsed JSON.
 * @throws {FieldError} Naming the field by its path, such as `chain[1].time_limit`.
 * @throws {HttpProblem} `forbidden`, naming the right; `content-too-large` for a canvas of too many tasks.
 */
export async function readTask(
  call: Call,
  input: unknown,
  { name, header, index, read = taskRequest }: TaskPlace = {},
): Promise<ManyCall> {
  const { idempotency_key: given, ...json } = check(OBJECT, input);
  const own = given === undefined ? undefined : check(IDEMPOTENCY_KEY, given, "idempotency_key");
  if (name !== undefined && "task" in json)
    throw new FieldError("task", "must not be given: it is in the path");
  const plain = new Reader(call).plain(name === undefined ? json : traced(call, json), "", 0);
  const { signature, tasks } = asGiven(() => read(plain, name as string));
  for (const task of tasks) demand(call.principal, `task:${task}`);
  if (index === undefined && tasks.length === 1) call.note({ task: told(tasks[0]!) });
  const key = givenKey(header, own, index);
  if (!key) return { signature };
  const parts = ["task", call.principal.name, tasks, json.task_id ?? null, key.key, key.index ?? null];
  const idempotencyKey = `http.${toBase64(await sha256(JSON.stringify(parts)))}`;
  return { signature, idempotencyKey, retry: true, retryPolicy: { maxRetries: 1 } };
}

/** Walks through the JSON of a canvas. */
class Reader {
  readonly #call: Call;
  #tasks = 0;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Python writes `60.0` where it means a number of seconds; only arguments and headers are kept to the letter. */
  plain(value: unknown, path: string, depth: number): unknown {
    if (depth > MAXIMUM_DEPTH) throw new FieldError(path || "body", "is nested too deeply");
    if (value instanceof Float) return value.value;
    if (Array.isArray(value)) {
      return value.map((one, index) => this.plain(one, `${path}[${index}]`, depth + 1));
    }
    if (value === null || typeof value !== "object") return value;
    if ("task" in value) this.#count();
    // A canvas' own headers stand in the place of its tasks'.
    const given = "task" in value || "headers" in value ? traced(this.#call, value) : value;
    return Object.fromEntries(
      Object.entries(given).map(([name, member]) => {
        const field = path === "" ? name : `${path}.${name}`;
        if (KEPT.has(name)) return [name, member];
        if ((name === "queue" || name === "reply_to") && typeof member === "string" && member !== "") {
          asGiven(() => checkQueue(member, field, this.#call.settings.keys));
        }
        return [name, this.plain(member, field, depth + 1)];
      }),
    );
  }

  #count(): void {
    const { maximumBatch: maximum } = this.#call.settings;
    if (++this.#tasks <= maximum) return;
    throw new HttpProblem("content-too-large", `A canvas must not have more than ${maximum} tasks.`, {
      maximum,
    });
  }
}

/** With the request's trace among its headers, so that each task has it, those that workers send as well. */
function traced({ trace }: Call, json: object): object {
  if (!trace) return json;
  return { ...json, headers: withTrace((json as { headers?: unknown }).headers, trace) };
}

/** The library's errors about JSON name the field as the caller spelt it. */
function asGiven<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof InvalidArgumentError) || error instanceof FieldError) throw error;
    throw new FieldError(error.field, error.message.slice(error.field.length + 3));
  }
}
