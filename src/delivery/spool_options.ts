/**
 * The spool as a channel is given it: where it is, and when it is used.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { checkOptionNames, type KnownOptions } from "../option_names.ts";

/** A message of a spool: JSON as text, or compressed. */
export interface SpoolMessage {
  readonly body: string | Uint8Array;
  readonly contentType: "text" | "bytes";
}

/** What is used of a producer binding of Cloudflare Queues; anything of this shape will do. */
export interface SpoolQueue {
  send(body: unknown, options: { contentType: "text" | "bytes" }): Promise<unknown>;
  sendBatch(messages: SpoolMessage[]): Promise<unknown>;
}

/** A spool, and how it is used. */
export interface SpoolOptions {
  readonly queue: SpoolQueue;
  /** Milliseconds that a publish waits for Redis in all, retries included, before it is spooled. Default 2000 (2 seconds). */
  readonly after?: number;
  /**
   * `"always"` guards every message in Redis, so that one whose outcome is unknown can be spooled too and still lands once.
   * `"asked"` guards those with `retry` or an `idempotencyKey`; others are spooled only when Redis has certainly not taken them.
   * Default `"always"`.
   */
  readonly guard?: "always" | "asked";
}

/** The same with every default filled in. */
export type ResolvedSpool = Required<SpoolOptions>;

const KNOWN: KnownOptions<SpoolOptions> = { queue: true, after: true, guard: true };

/** Checks the option `spool`. Throws {@link InvalidArgumentError} naming its member at fault. */
export function resolveSpool(spool: SpoolQueue | SpoolOptions): ResolvedSpool {
  const given = "send" in spool ? { queue: spool } : spool;
  checkOptionNames(given, KNOWN, "spool.");
  const { queue, after = 2_000, guard = "always" } = given;
  if (typeof queue?.sendBatch !== "function") {
    throw new InvalidArgumentError("spool", "must be a producer binding of Cloudflare Queues, or { queue }");
  }
  checkSpoolUse(after, guard);
  return { queue, after, guard };
}

/** Throws {@link InvalidArgumentError} for an `after` or a `guard` that cannot be. */
export function checkSpoolUse(after: unknown, guard: unknown): void {
  if (!(Number.isInteger(after) && (after as number) > 0)) {
    throw new InvalidArgumentError("spool.after", "must be a whole number of milliseconds above 0");
  }
  if (guard !== "always" && guard !== "asked") {
    throw new InvalidArgumentError("spool.guard", "must be always or asked");
  }
}
