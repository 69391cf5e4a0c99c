/**
 * Questions to workers, answered by node name. A solo pool answers only between tasks. Spec celery §9.3.
 * @module
 */
import type { Replies } from "./pidbox.ts";

/** `app.control.inspect()`. */
export class Inspect {
  readonly #ask: (method: string, args: Readonly<Record<string, unknown>>) => Promise<Replies>;

  /** @internal Use `app.control.inspect()`. */
  constructor(ask: (method: string, args: Readonly<Record<string, unknown>>) => Promise<Replies>) {
    this.#ask = ask;
  }

  /** Tasks that are running. */
  async active(): Promise<Replies> {
    return await this.#ask("active", { safe: null });
  }

  /** Tasks that are received and wait for a free process. */
  async reserved(): Promise<Replies> {
    return await this.#ask("reserved", {});
  }

  /** Tasks that wait for their eta. */
  async scheduled(): Promise<Replies> {
    return await this.#ask("scheduled", {});
  }

  /** Names of the tasks that they know, with the named attributes of each. */
  async registered(...attributes: readonly string[]): Promise<Replies> {
    return await this.#ask("registered", { taskinfoitems: attributes });
  }

  /** What they know of tasks by id. */
  async queryTask(...ids: readonly string[]): Promise<Replies> {
    return await this.#ask("query_task", { ids });
  }

  async activeQueues(): Promise<Replies> {
    return await this.#ask("active_queues", {});
  }

  /** Ids that they keep from running. */
  async revoked(): Promise<Replies> {
    return await this.#ask("revoked", {});
  }

  async stats(): Promise<Replies> {
    return await this.#ask("stats", {});
  }

  async conf(options: { withDefaults?: boolean } = {}): Promise<Replies> {
    return await this.#ask("conf", { with_defaults: options.withDefaults ?? false });
  }

  async report(): Promise<Replies> {
    return await this.#ask("report", {});
  }

  async clock(): Promise<Replies> {
    return await this.#ask("clock", {});
  }
}
