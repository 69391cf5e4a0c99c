/**
 * The results of a group, read in one request however many there are. Spec celery §5.5.
 * @module
 */
import type { AsyncResult, GetOptions, ResultContext, ResultDetails, RevokeOptions } from "./async_result.ts";
import {
  command,
  groupKey,
  isReady,
  type ResultTuple,
  readStates,
  type TaskMeta,
  taskKey,
} from "./backend.ts";
import { answers } from "./poll.ts";
import type { Sent } from "./send.ts";
import { TaskError } from "./task_error.ts";

/** A group's results: nothing is read until it is asked for. */
export class GroupResult<Result = unknown> {
  readonly id: string;
  /** The members' results, in the group's order. */
  readonly results: readonly (AsyncResult<Result> | GroupResult<Result>)[];
  readonly parent: AsyncResult | GroupResult | undefined;
  /** What sending it came to; `undefined` for a result that was looked up. */
  readonly sent: Sent | undefined;
  readonly #context: ResultContext;

  /** @internal Use `app.groupResult(id)`. */
  constructor(
    context: ResultContext,
    id: string,
    results: readonly (AsyncResult<Result> | GroupResult<Result>)[],
    details: Omit<ResultDetails<Result>, "check"> = {},
  ) {
    this.id = id;
    this.results = results;
    this.parent = details.parent;
    this.sent = details.sent;
    this.#context = context;
  }

  /** What should be known about the tasks although they were sent. */
  get warnings(): readonly string[] {
    return this.sent?.warnings ?? [];
  }

  /** The ids of all tasks, those of groups inside it too. */
  get ids(): readonly string[] {
    return this.results.flatMap((result) => (result instanceof GroupResult ? result.ids : [result.id]));
  }

  /** Reads all states, in the order of {@link ids}. */
  async read(signal?: AbortSignal): Promise<readonly TaskMeta[]> {
    return await readStates(this.#context.channel, this.#context.settings, this.ids, signal);
  }

  /** How many have succeeded. */
  async completedCount(): Promise<number> {
    return (await this.read()).filter(({ status }) => status === "SUCCESS").length;
  }

  /** Whether all have succeeded, failed or been revoked. */
  async ready(): Promise<boolean> {
    return (await this.read()).every(isReady);
  }

  async successful(): Promise<boolean> {
    return (await this.read()).every(({ status }) => status === "SUCCESS");
  }

  async failed(): Promise<boolean> {
    return (await this.read()).some(({ status }) => status === "FAILURE" || status === "REVOKED");
  }

  /**
   * Waits for all results, in the group's order.
   *
   * @throws {TaskError} As soon as one failed, unless `propagate` is `false`: then it stands in its place.
   * @throws {ResultTimeoutError} When they are not all there in time.
   */
  async get(options: GetOptions & { readonly propagate: false }): Promise<(Result | TaskError)[]>;
  async get(options?: GetOptions): Promise<Result[]>;
  async get({ propagate = true, ...wait }: GetOptions = {}): Promise<(Result | TaskError)[]> {
    const { channel, settings } = this.#context;
    // A worker that fails before it starts the group says so under the group's id.
    const read = (signal?: AbortSignal) => readStates(channel, settings, [this.id, ...this.ids], signal);
    for await (const [own, ...states] of answers(read, wait)) {
      if (own!.status === "FAILURE") {
        if (propagate) throw new TaskError(own!);
        return this.#nested(states.map(() => new TaskError(own!)).values());
      }
      const failed = states.find((meta) => isReady(meta) && meta.status !== "SUCCESS");
      if (failed && propagate) throw new TaskError(failed);
      if (!states.every(isReady)) continue;
      const values = states.map((meta) => (meta.status === "SUCCESS" ? meta.result : new TaskError(meta)));
      return this.#nested(values.values());
    }
    throw new TypeError("unreachable");
  }

  #nested(values: IterableIterator<unknown>): Result[] {
    return this.results.map((result) =>
      result instanceof GroupResult ? result.#nested(values) : values.next().value,
    ) as Result[];
  }

  /** Removes all results, and the group's own entry. */
  async forget(): Promise<void> {
    const { channel, settings } = this.#context;
    const keys = this.ids.map((id) => taskKey(settings, id));
    await command(channel, settings, ["DEL", groupKey(settings, this.id), ...keys]);
  }

  /** Revokes all tasks and returns how many workers heard it. */
  async revoke(options: RevokeOptions = {}): Promise<number> {
    return await this.#context.revoke(this.ids, options);
  }

  /** Stores which results belong to it, so that `GroupResult.restore(id)` in Python and `app.groupResult(id)` find it. */
  async save(): Promise<void> {
    const { channel, settings } = this.#context;
    const value = JSON.stringify({ result: this.asTuple() });
    await command(channel, settings, [
      "SETEX",
      groupKey(settings, this.id),
      String(settings.resultExpires),
      value,
    ]);
  }

  /** As Celery serialises it. */
  asTuple(): ResultTuple {
    return [[this.id, this.parent?.asTuple() ?? null], this.results.map((result) => result.asTuple())];
  }
}
