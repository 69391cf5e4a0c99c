/**
 * The JSON of Flower's task API, for clients that were written for it.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { isReady, type TaskMeta } from "./backend.ts";
import { record } from "./option_checks.ts";
import { argumentsRepr } from "./python_repr.ts";
import { TaskError } from "./task_error.ts";
import { type TaskRequest, taskRequest } from "./task_request.ts";

/** What Flower answers about a task. */
export interface FlowerTask {
  readonly "task-id": string;
  readonly state: string;
  readonly result?: unknown;
  readonly traceback?: string | null;
}

/** Reads the body of `async-apply` and `send-task`: arguments and options, numbers as text allowed, `eta` with a space. */
export function flowerRequest(json: unknown, name: string): TaskRequest {
  const { countdown, expires, ...rest } = record(json, "body");
  return taskRequest(
    {
      ...rest,
      ...(countdown !== undefined && { countdown: asNumber(countdown, "countdown") }),
      ...(expires !== undefined && {
        expires: /^\d{4}-/.test(String(expires)) ? expires : asNumber(expires, "expires"),
      }),
    },
    name,
  );
}

/** What `result` answers: the result once there is one, a failure as Python's repr of the exception. */
export function flowerTask(meta: TaskMeta): FlowerTask {
  const answer = { "task-id": meta.id, state: meta.status };
  if (!isReady(meta)) return answer;
  if (meta.status === "SUCCESS") return { ...answer, result: meta.result };
  const result = exceptionRepr(new TaskError(meta));
  return { ...answer, result, ...(meta.status === "FAILURE" && { traceback: meta.traceback }) };
}

/** Python's repr of the exception. One of Celery's own has another than Python gives it. */
function exceptionRepr({ excType, excModule, excArguments }: TaskError): string {
  const printed = argumentsRepr(excArguments).replace(/,\)$/, ")");
  return excType === "NotRegistered" && excModule === "celery.exceptions"
    ? `Task of kind ${printed.slice(1, -1)} never registered, please make sure it's imported.`
    : `${excType}${printed}`;
}

function asNumber(value: unknown, field: string): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || Number.isNaN(number))
    throw new InvalidArgumentError(field, "must be a number");
  return number;
}
