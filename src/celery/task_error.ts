/**
 * How waiting for a result can end other than with the result.
 * @module
 */
import { KombuEdgeError } from "../errors.ts";
import type { TaskMeta } from "./backend.ts";
import { argumentsRepr } from "./python_repr.ts";

/** The task failed, or was revoked: the Python exception by its name and arguments. Nothing of it is evaluated. */
export class TaskError extends KombuEdgeError {
  readonly code: "task-failed" | "task-revoked";
  readonly taskId: string;
  /** `FAILURE` or `REVOKED`. */
  readonly state: string;
  /** The exception's class, such as `ValueError`. */
  readonly excType: string;
  /** The module of the class, such as `builtins`. */
  readonly excModule: string;
  /** The exception's arguments. */
  readonly excArguments: readonly unknown[];
  /** The exception's message, as Python's `str()` gives it. */
  readonly excMessage: string;
  /** Python's traceback. */
  readonly traceback: string | null;

  constructor(meta: TaskMeta) {
    const { exc_type, exc_message, exc_module } = (meta.result ?? {}) as Record<string, unknown>;
    const type = typeof exc_type === "string" ? exc_type : "Exception";
    const values = Array.isArray(exc_message) ? exc_message : [exc_message ?? ""];
    const [first = ""] = values;
    const message =
      values.length > 1 ? argumentsRepr(values) : typeof first === "string" ? first : JSON.stringify(first);
    super(message === "" ? type : `${type}: ${message}`);
    this.code = meta.status === "REVOKED" ? "task-revoked" : "task-failed";
    this.taskId = meta.id;
    this.state = meta.status;
    this.excType = type;
    this.excModule = typeof exc_module === "string" ? exc_module : "";
    this.excArguments = values;
    this.excMessage = message;
    this.traceback = meta.traceback;
  }
}

/** The result was not there in time. The task may still run, may be unknown, or may not store its result. */
export class ResultTimeoutError extends KombuEdgeError {
  readonly code = "not-ready";
}

/** The result is there, but is not what the task's `result` schema asks for. */
export class ResultInvalidError extends KombuEdgeError {
  readonly code = "result-invalid";
  /** Where in the result the trouble is. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super(`"${field}" ${problem}`);
    this.field = field;
  }
}
