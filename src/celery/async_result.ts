/**
 * One task's result, read over HTTP. Spec celery §5.
 * @module
 */
import type { Channel } from "../channel.ts";
import { command, isReady, type ResultTuple, readStates, type TaskMeta, taskKey } from "./backend.ts";
import type { Settings } from "./celery_options.ts";
import { GroupResult } from "./group_result.ts";
import { answers, type WaitOptions } from "./poll.ts";
import type { Sent } from "./send.ts";
import { TaskError } from "./task_error.ts";

/** What a result belongs to. */
export interface ResultContext {
  readonly channel: Channel;
  readonly settings: Settings;
  revoke(ids: readonly string[], options: RevokeOptions): Promise<number>;
}

/** How to revoke. */
export interface RevokeOptions {
  /** Also kill the process that runs it. Default `false`. */
  readonly terminate?: boolean | undefined;
  /** Default `SIGTERM`. */
  readonly signal?: string | undefined;
}

/** What is known of a result besides its id. */
export interface ResultDetails<Result> {
  readonly parent?: AsyncResult | GroupResult | undefined;
  readonly sent?: Sent | undefined;
  /** Checks a value before it is returned, and may change it. */
  readonly check?: ((value: unknown) => Promise<Result>) | undefined;
}

/** Options of {@link AsyncResult.get}. */
export interface GetOptions extends WaitOptions {
  /** Throw {@link TaskError} when it failed; otherwise return it. Default `true`. */
  readonly propagate?: boolean | undefined;
}

/** A task's result: nothing is read until it is asked for. */
export class AsyncResult<Result = unknown> {
  readonly id: string;
  /** The step before it, when it was sent as part of a canvas. */
  readonly parent: AsyncResult | GroupResult | undefined;
  /** What sending it came to; `undefined` for a result that was looked up by its id. */
  readonly sent: Sent | undefined;
  readonly #context: ResultContext;
  readonly #check: ResultDetails<Result>["check"];

  /** @internal Use `app.asyncResult(id)`. */
  constructor(context: ResultContext, id: string, details: ResultDetails<Result> = {}) {
    this.id = id;
    this.parent = details.parent;
    this.sent = details.sent;
    this.#context = context;
    this.#check = details.check;
  }

  /** What should be known about the task although it was sent, such as an eta beyond the visibility timeout. */
  get warnings(): readonly string[] {
    return this.sent?.warnings ?? [];
  }

  /** Reads the state with everything that is stored. */
  async read(signal?: AbortSignal): Promise<TaskMeta> {
    const { channel, settings } = this.#context;
    const [meta] = await readStates(channel, settings, [this.id], signal);
    return meta!;
  }

  /** Reads the state's name; `PENDING` also for an id that nobody knows. */
  async state(): Promise<string> {
    return (await this.read()).status;
  }

  /** Whether it has succeeded, failed or been revoked. */
  async ready(): Promise<boolean> {
    return isReady(await this.read());
  }

  async successful(): Promise<boolean> {
    return (await this.state()) === "SUCCESS";
  }

  async failed(): Promise<boolean> {
    return (await this.state()) === "FAILURE";
  }

  /** Python's traceback, once it failed. */
  async traceback(): Promise<string | null> {
    return (await this.read()).traceback;
  }

  /** The results of the tasks that it started. */
  async children(): Promise<readonly (AsyncResult | GroupResult)[]> {
    return (await this.read()).children.map((tuple) => resultFromTuple(this.#context, tuple));
  }

  /**
   * Waits for the result.
   *
   * @throws {TaskError} When the task failed or was revoked, unless `propagate` is `false`: then the error is returned.
   * @throws {ResultTimeoutError} When it is not there in time.
   * @throws {ResultInvalidError} When the task's `result` schema does not accept it.
   */
  async get(options: GetOptions & { readonly propagate: false }): Promise<Result | TaskError>;
  async get(options?: GetOptions): Promise<Result>;
  async get({ propagate = true, ...wait }: GetOptions = {}): Promise<Result | TaskError> {
    const { channel, settings } = this.#context;
    const before = ancestors(this);
    let lookBack = Date.now() + LOOK_BACK_INTERVAL;
    const read = (signal?: AbortSignal) => {
      const isTime = before.length > 0 && Date.now() >= lookBack;
      if (isTime) lookBack = Date.now() + LOOK_BACK_INTERVAL;
      return readStates(channel, settings, isTime ? [this.id, ...before] : [this.id], signal);
    };
    for await (const [own, ...earlier] of answers(read, wait)) {
      // What a failed step leads to may never be told that it will not run: a chord in the header of another.
      const meta = isReady(own!) ? own! : (earlier.find(hasFailed) ?? own!);
      if (!isReady(meta)) continue;
      if (meta.status === "SUCCESS") {
        return this.#check ? await this.#check(meta.result) : (meta.result as Result);
      }
      const error = new TaskError(meta);
      if (propagate) throw error;
      return error;
    }
    throw new TypeError("unreachable");
  }

  /**
   * Yields the state now and after every change that is seen, custom states and their meta included; ends with the
   * final one. Changes between two questions are not seen.
   *
   * @throws {ResultTimeoutError} When it is not final in time.
   */
  async *watch(wait: WaitOptions = {}): AsyncGenerator<TaskMeta, void> {
    let seen: string | undefined;
    for await (const meta of answers((signal) => this.read(signal), wait)) {
      const shown = JSON.stringify([meta.status, meta.result], (_key, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
      if (shown !== seen) yield meta;
      seen = shown;
      if (isReady(meta)) return;
    }
  }

  /** Removes the result. */
  async forget(): Promise<void> {
    const { channel, settings } = this.#context;
    await command(channel, settings, ["DEL", taskKey(settings, this.id)]);
  }

  /** Revokes the task and returns how many workers heard it. */
  async revoke(options: RevokeOptions = {}): Promise<number> {
    return await this.#context.revoke([this.id], options);
  }

  /** As Celery serialises it. */
  asTuple(): ResultTuple {
    return [[this.id, this.parent?.asTuple() ?? null], null];
  }
}

/** Milliseconds between two looks at the steps before, while a result is waited for. */
const LOOK_BACK_INTERVAL = 1_000;

function hasFailed({ status }: TaskMeta): boolean {
  return status === "FAILURE" || status === "REVOKED";
}

/** The ids of all tasks that must succeed for this one to run. */
function ancestors({ parent }: AsyncResult | GroupResult): string[] {
  if (!parent) return [];
  const results = parent instanceof GroupResult ? parent.results : [];
  const own = parent instanceof GroupResult ? parent.ids : [parent.id];
  return [...own, ...results.flatMap(ancestors), ...ancestors(parent)];
}

/** The result that a stored tuple names. */
export function resultFromTuple(context: ResultContext, tuple: ResultTuple): AsyncResult | GroupResult {
  const [[id, parentTuple], members] = tuple;
  const parent = parentTuple ? resultFromTuple(context, parentTuple) : undefined;
  if (!members) return new AsyncResult(context, id, { parent });
  const results = members.map((member) => resultFromTuple(context, member));
  return new GroupResult(context, id, results, { parent });
}
