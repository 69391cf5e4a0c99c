/**
 * Remote control: what Celery's `app.control` can do from outside. Spec celery §9.3.
 *
 * Commands are heard by the workers that listen at that moment and by no others. Every method returns how many did.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import type { RevokeOptions } from "./async_result.ts";
import { Inspect } from "./inspect.ts";
import { call, cast, type Replies, type ReplyOptions, type ToWorkers } from "./pidbox.ts";
import type { Context } from "./send.ts";

/** Options of {@link Control.addConsumer}; Celery's defaults. */
export interface ConsumerOptions extends ToWorkers {
  /** Default: the queue's name. */
  readonly exchange?: string | undefined;
  /** Default `direct`. */
  readonly exchangeType?: "direct" | "topic" | "fanout" | undefined;
  /** Default: the queue's name. */
  readonly routingKey?: string | undefined;
}

/** Commands that would upset the workers when they come from outside. */
const INTERNAL: ReadonlySet<string> = new Set(["hello", "election"]);

/** `app.control`. */
export class Control {
  readonly #context: Context;

  /** @internal Use `app.control`. */
  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Keeps tasks from running that have not begun, and with `terminate` ends those that have (prefork pools only).
   *
   * Workers remember it for three hours and up to 50 000 ids, in memory.
   */
  async revoke(ids: string | readonly string[], options: RevokeOptions & ToWorkers = {}): Promise<number> {
    const { terminate = false, signal = "SIGTERM", ...to } = options;
    checkIds(ids);
    return await this.broadcast("revoke", { task_id: ids, terminate, signal }, to);
  }

  /** The same as {@link revoke} with `terminate`. */
  async terminate(ids: string | readonly string[], options: RevokeOptions & ToWorkers = {}): Promise<number> {
    return await this.revoke(ids, { ...options, terminate: true });
  }

  /** Revokes by stamps, such as `{ customer: ["acme"] }`. Workers ≥ 5.3. */
  async revokeByStampedHeaders(
    headers: Readonly<Record<string, string | readonly string[]>>,
    options: RevokeOptions & ToWorkers = {},
  ): Promise<number> {
    const { terminate = false, signal = "SIGTERM", ...to } = options;
    return await this.broadcast("revoke_by_stamped_headers", { headers, terminate, signal }, to);
  }

  /** Limits a task to so many runs in each worker: `"10/m"`, `5` (a second), `0` (no limit). */
  async rateLimit(task: string, limit: string | number, to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("rate_limit", { task_name: task, rate_limit: limit }, to);
  }

  /** Sets a task's time limits, in seconds. */
  async timeLimit(
    task: string,
    { hard, soft, ...to }: { hard?: number | undefined; soft?: number | undefined } & ToWorkers,
  ): Promise<number> {
    return await this.broadcast(
      "time_limit",
      { task_name: task, hard: hard ?? null, soft: soft ?? null },
      to,
    );
  }

  /** Lets workers consume from one more queue. */
  async addConsumer(queue: string, options: ConsumerOptions = {}): Promise<number> {
    const { exchange, exchangeType = "direct", routingKey, ...to } = options;
    const args = {
      queue,
      exchange: exchange ?? null,
      exchange_type: exchangeType,
      routing_key: routingKey ?? null,
    };
    return await this.broadcast("add_consumer", args, to);
  }

  /** Lets workers stop consuming from a queue. */
  async cancelConsumer(queue: string, to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("cancel_consumer", { queue }, to);
  }

  async poolGrow(count = 1, to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("pool_grow", { n: count }, to);
  }

  async poolShrink(count = 1, to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("pool_shrink", { n: count }, to);
  }

  /** Restarts the pools. Workers need `worker_pool_restarts`. */
  async poolRestart(to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("pool_restart", { modules: [], reload: false, reloader: null }, to);
  }

  async autoscale(max: number, min: number, to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("autoscale", { max, min }, to);
  }

  async enableEvents(to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("enable_events", {}, to);
  }

  async disableEvents(to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("disable_events", {}, to);
  }

  async heartbeat(to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("heartbeat", {}, to);
  }

  /** Ends workers: all of them unless `to` says which. */
  async shutdown(to: ToWorkers = {}): Promise<number> {
    return await this.broadcast("shutdown", {}, to);
  }

  /** Asks who is there: `{ "celery@host": { ok: "pong" } }`. */
  async ping(options: ReplyOptions = {}): Promise<Replies<{ readonly ok: "pong" }>> {
    return (await this.request("ping", {}, options)) as Replies<{ readonly ok: "pong" }>;
  }

  /** What workers say of themselves. */
  inspect(options: ReplyOptions = {}): Inspect {
    return new Inspect(async (method, args) => await this.request(method, args, options));
  }

  /** Removes all messages of a queue (default: the default queue) and returns how many there were. */
  async purge(queue: string = this.#context.settings.taskDefaultQueue): Promise<number> {
    return await this.#context.channel.purgeQueue(queue);
  }

  /** Sends any command; `method` and `args` are Celery's. Returns how many workers heard it. */
  async broadcast(
    method: string,
    args: Readonly<Record<string, unknown>> = {},
    to: ToWorkers = {},
  ): Promise<number> {
    checkMethod(method);
    return await cast(this.#context, method, args, to);
  }

  /** Sends any command and collects the replies by node name. */
  async request(
    method: string,
    args: Readonly<Record<string, unknown>> = {},
    options: ReplyOptions = {},
  ): Promise<Replies> {
    checkMethod(method);
    return await call(this.#context, method, args, options);
  }
}

function checkMethod(method: unknown): void {
  if (typeof method !== "string" || method === "")
    throw new InvalidArgumentError("method", "must be a command");
  if (INTERNAL.has(method)) throw new InvalidArgumentError("method", "is for workers among themselves");
}

function checkIds(ids: unknown): void {
  const all = Array.isArray(ids) ? ids : [ids];
  if (all.length === 0 || !all.every((id) => typeof id === "string" && id !== "")) {
    throw new InvalidArgumentError("ids", "must be a task's id, or several");
  }
}
