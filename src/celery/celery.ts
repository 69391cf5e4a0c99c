/**
 * The app: a channel with Celery's settings, and everything that a sender does with it.
 * @module
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { Channel } from "../channel.ts";
import type { Publication } from "../delivery/publication.ts";
import { InvalidArgumentError } from "../errors.ts";
import { AsyncResult, type ResultContext, resultFromTuple } from "./async_result.ts";
import { command, groupKey, type ResultTuple } from "./backend.ts";
import type { TaskSignature } from "./canvas.ts";
import { type CeleryOptions, resolveSettings, type Settings } from "./celery_options.ts";
import { compile } from "./compile.ts";
import { Control } from "./control.ts";
import type { ResultNode } from "./freeze.ts";
import { GroupResult } from "./group_result.ts";
import { checkArguments, checkTaskName, record, wireOptions } from "./option_checks.ts";
import { parsePython } from "./python_json.ts";
import { checkResult } from "./schema.ts";
import { checkIdempotencyKey, idSource, prepareOne, type Sent, send } from "./send.ts";
import { type CompiledCall, sendMany } from "./send_many.ts";
import { type AnySignature, Signature, taskJson } from "./signature.ts";
import { Task, type TaskDefinition } from "./task.ts";
import type { ApplyOptions, WireOptions } from "./task_options.ts";

const DEFAULTS: CeleryOptions = Object.freeze({});

/** One call of {@link Celery.applyMany}. */
export interface ManyCall extends ApplyOptions {
  readonly signature: AnySignature;
}

/** What one of many calls came to. */
export type Applied =
  | { readonly status: "sent"; readonly result: AsyncResult | GroupResult }
  | { readonly status: "failed"; readonly error: unknown };

/**
 * A Celery app that sends. Cheap: make one per request.
 *
 * @example
 * ```ts
 * const app = new Celery(channel, { taskRoutes: { "billing.*": { queue: "billing" } } });
 * const add = app.task<[number, number], number>("tasks.add");
 * const result = await add.delay(2, 3);
 * await result.get({ timeout: 10_000 });
 * ```
 */
export class Celery {
  /** Remote control of the workers. */
  readonly control: Control;
  readonly #channel: Channel;
  readonly #settings: Settings;
  readonly #results: ResultContext;

  /**
   * @param options Celery's settings. Frozen ones are checked once, however many apps are made with them.
   * @throws {InvalidArgumentError} Naming the setting at fault.
   */
  constructor(channel: Channel, options: CeleryOptions = DEFAULTS) {
    if (!(channel instanceof Channel)) throw new InvalidArgumentError("channel", "must be a Channel");
    this.#channel = channel;
    this.#settings = resolveSettings(options);
    this.control = new Control({ channel, settings: this.#settings });
    this.#results = {
      channel,
      settings: this.#settings,
      revoke: async (ids, how) => await this.control.revoke(ids, how),
    };
  }

  /**
   * A task by its name.
   *
   * @param definition Options for every call, and schemas for arguments and result.
   */
  task<Args extends readonly unknown[] = readonly unknown[], Result = unknown>(
    name: string,
    definition: TaskDefinition = {},
  ): Task<Args, Result> {
    return new Task<Args, Result>(this, name, definition, this.#priority());
  }

  /** A call of any task, by its name, that can be sent or put into a canvas. */
  signature<Result = unknown>(
    name: string,
    { args, kwargs, immutable, ...options }: ApplyOptions & { immutable?: boolean } = {},
  ): TaskSignature<Result> {
    const json = taskJson(checkTaskName(name, "task"), args, kwargs, this.#priority(), immutable);
    return new Signature<Result, AsyncResult<Result>>(json, this).set(options);
  }

  /**
   * Sends a task by its name.
   *
   * @throws {InvalidArgumentError} or {@link EncodeError} before anything is sent, naming the option.
   * @throws {UnroutableError} When an exchange is named and nobody is bound for the key.
   * @throws {RedisError} When Redis did not take it, or may not have: see its subclasses.
   */
  async sendTask<Result = unknown>(name: string, options: ApplyOptions = {}): Promise<AsyncResult<Result>> {
    const json = taskJson(checkTaskName(name, "task"), options.args, options.kwargs);
    return await this.apply(
      new Signature<Result, AsyncResult<Result>>(json, this),
      withoutArguments(options),
    );
  }

  /**
   * Sends a signature: a task, or a canvas in one HTTP request (two when its results are in another database and it has a
   * chord).
   *
   * @param options Set over the signature's own: for a chain's first task, for all of a group or chord. `args` come in
   * front of its own.
   */
  async apply<Handle>(signature: Signature<unknown, Handle>, options: ApplyOptions = {}): Promise<Handle> {
    const { compiled, sending } = await this.#compile(signature, options);
    const sent = await send({ channel: this.#channel, settings: this.#settings }, compiled, sending);
    return this.#handle(compiled.result, sent) as Handle;
  }

  /**
   * Writes a task's message without sending it, for `channel.basicPublishMany` together with other messages. Nobody is told
   * of it by a `task-sent` event.
   *
   * @throws {InvalidArgumentError} or {@link EncodeError}, naming the option.
   */
  async prepareTask(name: string, options: ApplyOptions = {}): Promise<Publication> {
    const json = taskJson(checkTaskName(name, "task"), options.args, options.kwargs);
    const isNamed = typeof options.taskId === "string";
    const signature = new Signature(json, this);
    const { compiled, sending } = await this.#compile(signature, withoutArguments(options), isNamed);
    return await prepareOne({ channel: this.#channel, settings: this.#settings }, compiled, sending);
  }

  /**
   * Sends many signatures. Tasks and chains go in as few HTTP requests as the limits allow; a group or chord has one of
   * its own, after them.
   *
   * @returns One outcome per call, in order. One that cannot be sent keeps no other from its queue.
   */
  async applyMany(calls: readonly ManyCall[]): Promise<readonly Applied[]> {
    const compiled = await Promise.all(
      calls.map(async ({ signature, ...options }) => {
        try {
          return await this.#compile(signature, options);
        } catch (error) {
          return { error };
        }
      }),
    );
    const outcomes = await sendMany({ channel: this.#channel, settings: this.#settings }, compiled);
    return outcomes.map((outcome, index) => {
      if ("error" in outcome) return { status: "failed", error: outcome.error };
      const { result } = (compiled[index] as CompiledCall).compiled;
      return { status: "sent", result: this.#handle(result, outcome) };
    });
  }

  /** The result of a task by its id. Nothing is read yet. */
  asyncResult<Result = unknown>(id: string): AsyncResult<Result> {
    return new AsyncResult(this.#results, checkTaskName(id, "id"));
  }

  /** A group's results, as it was saved by its id; `undefined` when it was not. */
  async groupResult<Result = unknown>(id: string): Promise<GroupResult<Result> | undefined> {
    const key = groupKey(this.#settings, checkTaskName(id, "id"));
    const text = await command(this.#channel, this.#settings, ["GET", key]);
    if (typeof text !== "string") return undefined;
    const { result } = parsePython(text) as { result: ResultTuple };
    return resultFromTuple(this.#results, result) as GroupResult<Result>;
  }

  /** @internal For {@link Task}: the same result, checked when it is read. */
  checked<Result>(result: AsyncResult<unknown>, schema: StandardSchemaV1 | undefined): AsyncResult<Result> {
    if (!schema) return result as AsyncResult<Result>;
    return new AsyncResult<Result>(this.#results, result.id, {
      parent: result.parent,
      sent: result.sent,
      check: async (value) => (await checkResult(schema, value)) as Result,
    });
  }

  /** @param isNamed Whether no id is missing, so that none needs to be derived from the idempotency key. */
  async #compile(signature: AnySignature, options: ApplyOptions, isNamed = false): Promise<CompiledCall> {
    if (!(signature instanceof Signature)) throw new InvalidArgumentError("signature", "must be a signature");
    const {
      args = [],
      kwargs = {},
      signal,
      retry,
      retryPolicy,
      idempotencyKey,
      idempotencyTtl,
      ...rest
    } = options;
    const call = {
      args: checkArguments(args, "args"),
      kwargs: record(kwargs, "kwargs"),
      options: wireOptions(rest),
    };
    const { replyTo, taskProtocol } = this.#settings;
    checkIdempotencyKey(idempotencyKey);
    const newId = await idSource(isNamed ? undefined : idempotencyKey);
    const compiled = compile(signature.toJSON(), call, { newId, replyTo, useLink: taskProtocol === 1 });
    return { compiled, sending: { signal, retry, retryPolicy, idempotencyKey, idempotencyTtl } };
  }

  #handle(node: ResultNode, sent?: Sent): AsyncResult | GroupResult {
    const details = { parent: node.parent && this.#handle(node.parent), sent };
    if (!node.results) return new AsyncResult(this.#results, node.id, details);
    const results = node.results.map((result) => this.#handle(result));
    return new GroupResult(this.#results, node.id, results, details);
  }

  #priority(): WireOptions {
    const { taskDefaultPriority } = this.#settings;
    return wireOptions({ priority: taskDefaultPriority });
  }
}

/** Not by a rest pattern, which engines write member by member. */
function withoutArguments(options: ApplyOptions): ApplyOptions {
  return { ...options, args: undefined, kwargs: undefined };
}
