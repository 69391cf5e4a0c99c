/**
 * A signature: a call that is described but not made, as Celery serialises it. Spec celery §6.1.
 * @module
 */
import { Exchange, Queue } from "../entity.ts";
import { InvalidArgumentError } from "../errors.ts";
import { checkArguments, record, wireOptions } from "./option_checks.ts";
import { SignatureBase } from "./signature_base.ts";
import type { ApplyOptions, TaskOptions, WireOptions } from "./task_options.ts";

/** A signature as JSON: what a worker reads. */
export interface SignatureJson {
  task: string;
  args: readonly unknown[];
  kwargs: Record<string, unknown>;
  options: WireOptions;
  subtask_type: string | null;
  immutable: boolean;
}

/** Arguments and options for a call that is described already. */
export type PartialCall = TaskOptions & Pick<ApplyOptions, "args" | "kwargs">;

/** What applies a signature: a `Celery`. */
export interface SignatureSender {
  apply<Handle>(signature: Signature<unknown, Handle>, options?: ApplyOptions): Promise<Handle>;
}

/** A signature of any result. */
// biome-ignore lint/suspicious/noExplicitAny: variance of the result must not matter to those who only pass signatures on.
export type AnySignature = Signature<any, any>;

/**
 * A call of a task, or a canvas of calls. It is never changed: every method that would returns another one.
 *
 * Its type says what the calls come to, and what `applyAsync` resolves to.
 */
export class Signature<Result = unknown, Handle = unknown> extends SignatureBase {
  declare protected readonly _result?: Result;
  declare protected readonly _handle?: Handle;
  readonly #json: SignatureJson;
  /** The app that applies it, when it was made by one. */
  readonly sender: SignatureSender | undefined;

  /** @internal Use `signature()`, `app.signature()` or a task's `s()`. */
  constructor(json: SignatureJson, sender?: SignatureSender) {
    super();
    this.#json = json;
    this.sender = sender;
  }

  /** The task's name; `celery.chain` and the like for a canvas. */
  get task(): string {
    return this.#json.task;
  }

  /** Another one with options set over its own, and with `immutable` to be or not to be given earlier results. */
  set({ immutable, ...options }: TaskOptions & { immutable?: boolean }): Signature<Result, Handle> {
    return this.#with({
      options: { ...this.#json.options, ...named(wireOptions(options)) },
      immutable: immutable ?? this.#json.immutable,
    });
  }

  /** Another one with arguments put in front of its own, keyword arguments added and options set over its own. */
  clone({ args = [], kwargs = {}, ...options }: PartialCall = {}): Signature<Result, Handle> {
    const json = this.#json;
    checkArguments(args, "args");
    checkKeywords(json, record(kwargs, "kwargs"));
    return this.#with({
      args: json.immutable ? json.args : [...args, ...json.args],
      kwargs: json.immutable ? json.kwargs : { ...json.kwargs, ...kwargs },
      options: { ...json.options, ...named(wireOptions(options)) },
    });
  }

  /** Another one that calls `callback` with its result when it succeeds. */
  link(callback: AnySignature): Signature<Result, Handle> {
    if (this.#json.subtask_type === "group") {
      throw new InvalidArgumentError("link", "cannot be added to a group: use a chord");
    }
    return this.#append("link", callback);
  }

  /** Another one that calls `errback` when it fails. For a group: when any member fails, for each of them. */
  linkError(errback: AnySignature): Signature<Result, Handle> {
    return this.#append("linkError", errback);
  }

  /** The same as {@link linkError}: Celery's `on_error`. */
  onError(errback: AnySignature): Signature<Result, Handle> {
    return this.linkError(errback);
  }

  /** Sends it, with `args` in front of its own. */
  async delay(...args: readonly unknown[]): Promise<Handle> {
    return await this.applyAsync({ args });
  }

  /**
   * Sends it, with options set over its own.
   *
   * @throws {InvalidArgumentError} Also when it was not made by an app: then `app.apply(signature)` is the way.
   */
  async applyAsync(options: ApplyOptions = {}): Promise<Handle> {
    if (!this.sender) throw new InvalidArgumentError("signature", "was made without an app: use app.apply()");
    return await this.sender.apply(this, options);
  }

  /** What Celery would serialise. */
  toJSON(): SignatureJson {
    return this.#json;
  }

  #append(name: "link" | "linkError", signature: AnySignature): Signature<Result, Handle> {
    const key = name === "link" ? "link" : "link_error";
    const added = wireOptions({ [name]: signature })[key] as unknown[];
    const { options } = this.#json;
    return this.#with({ options: { ...options, [key]: [...((options[key] as unknown[]) ?? []), ...added] } });
  }

  #with(changes: Partial<SignatureJson>): Signature<Result, Handle> {
    return new Signature({ ...this.#json, ...changes }, this.sender);
  }
}

/** Options as a signature holds them: a worker looks a queue or an exchange up by its name. */
export function named(options: WireOptions): WireOptions {
  const { queue, exchange } = options;
  return {
    ...options,
    ...(queue instanceof Queue && { queue: queue.name }),
    ...(exchange instanceof Exchange && { exchange: exchange.name }),
  };
}

/** Refuses keyword arguments for a canvas, whose own keyword arguments are its tasks. */
export function checkKeywords(json: SignatureJson, kwargs: Readonly<Record<string, unknown>>): void {
  if (json.subtask_type !== null && Object.keys(kwargs).length > 0) {
    throw new InvalidArgumentError("kwargs", "cannot be given to a canvas: give them to its tasks");
  }
}

/** The JSON of a call of one task, checked. */
export function taskJson(
  task: string,
  args: unknown = [],
  kwargs: unknown = {},
  options: WireOptions = {},
  immutable = false,
  path = "",
): SignatureJson {
  return {
    task,
    args: checkArguments(args, `${path}args`),
    kwargs: record(kwargs, `${path}kwargs`),
    options,
    subtask_type: null,
    immutable,
  };
}
