/**
 * A task by its name, with the types of its arguments and its result.
 * @module
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { AsyncResult } from "./async_result.ts";
import type { TaskSignature } from "./canvas.ts";
import { checkTaskName, wireOptions } from "./option_checks.ts";
import { checkArgument } from "./schema.ts";
import { Signature, taskJson } from "./signature.ts";
import type { ApplyOptions, TaskOptions, WireOptions } from "./task_options.ts";

/** What a task is known to be, and options for every call of it. */
export interface TaskDefinition extends TaskOptions {
  /** Checks the list of positional arguments before it is sent. Partial arguments, as in `s()`, are not checked. */
  readonly args?: StandardSchemaV1 | undefined;
  /** Checks the keyword arguments before they are sent. */
  readonly kwargs?: StandardSchemaV1 | undefined;
  /** Checks the result when it is read. */
  readonly result?: StandardSchemaV1 | undefined;
}

/** What a task needs of its app. */
export interface TaskSender {
  apply<Handle>(signature: Signature<unknown, Handle>, options?: ApplyOptions): Promise<Handle>;
  checked<Result>(result: AsyncResult<unknown>, schema: StandardSchemaV1 | undefined): AsyncResult<Result>;
}

/** A call's options with the task's own argument types. */
export interface TypedApplyOptions<Args extends readonly unknown[]> extends Omit<ApplyOptions, "args"> {
  args?: Args | undefined;
}

/** A task that workers have under this name. */
export class Task<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  readonly name: string;
  readonly #sender: TaskSender;
  readonly #definition: Pick<TaskDefinition, "args" | "kwargs" | "result">;
  readonly #options: WireOptions;

  /** @internal Use `app.task(name)`. */
  constructor(sender: TaskSender, name: string, definition: TaskDefinition, defaults: WireOptions) {
    const { args, kwargs, result, ...options } = definition;
    this.name = checkTaskName(name, "name");
    this.#sender = sender;
    this.#definition = { args, kwargs, result };
    this.#options = { ...defaults, ...wireOptions(options) };
  }

  /** Sends a call. */
  async delay(...args: Args): Promise<AsyncResult<Result>> {
    return await this.applyAsync({ args });
  }

  /**
   * Sends a call with options.
   *
   * @throws {InvalidArgumentError} Naming the option, or the argument that its schema does not accept.
   * @throws {RedisError} When Redis did not take it, or may not have.
   */
  async applyAsync({ args, kwargs, ...options }: TypedApplyOptions<Args> = {}): Promise<AsyncResult<Result>> {
    const schemas = this.#definition;
    const positional = schemas.args ? await checkArgument(schemas.args, args ?? [], "args") : args;
    const named = schemas.kwargs ? await checkArgument(schemas.kwargs, kwargs ?? {}, "kwargs") : kwargs;
    const signature = this.#signature(positional ?? [], named ?? {}, false);
    return this.#sender.checked(await this.#sender.apply(signature, options), schemas.result);
  }

  /** A call that is not made yet; arguments of the call and earlier results come in front of these. */
  s(...args: readonly unknown[]): TaskSignature<Result> {
    return this.#signature(args, {}, false);
  }

  /** A call that is not made yet and is not given earlier results. */
  si(...args: Args): TaskSignature<Result> {
    return this.#signature(args, {}, true);
  }

  /** A call that is not made yet, with everything that can be said of it. */
  signature({
    args = [],
    kwargs = {},
    immutable = false,
    ...options
  }: ApplyOptions & { immutable?: boolean } = {}): TaskSignature<Result> {
    return this.#signature(args, kwargs, immutable).set(options);
  }

  #signature(
    args: readonly unknown[],
    kwargs: Readonly<Record<string, unknown>>,
    immutable: boolean,
  ): TaskSignature<Result> {
    return new Signature(taskJson(this.name, args, kwargs, this.#options, immutable), this.#sender);
  }
}
