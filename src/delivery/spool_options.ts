/**
 * The spool as a channel is given it: where it is, and when it is used.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { checkOptionNames } from "../option_names.ts";

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
  /** Milliseconds that a publish waits for Redis in all, retries included, before it is spooled. At most 43200; default 2000. */
  readonly after?: number;
  /**
   * `"always"` guards every message in Redis, so that one whose outcome is unknown can be spooled too and still lands once.
   * `"asked"` guards those with `retry` or an `idempotencyKey`; others are spooled only when Redis has certainly not taken them.
   * Default `"always"`.
   */
  readonly guard?: "always" | "asked";
  /**
   * Seconds that the drain holds a batch while Redis is away, and asks again and again, so that nothing overtakes it. At most 600;
   * 0 to hold none. Default 300 (5 minutes).
   */
  readonly hold?: number;
  /** Seconds before a message that is held no longer is tried again; twice as long each time after that. Default 5. */
  readonly minimumDelay?: number;
  /** The longest wait between two tries in seconds, at most 43200 (12 hours). Default 600 (10 minutes). */
  readonly maximumDelay?: number;
}

/** The same with every default filled in. */
export type ResolvedSpool = Required<SpoolOptions>;

const DEFAULTS = {
  queue: undefined as unknown as SpoolQueue,
  after: 2_000,
  guard: "always",
  hold: 300,
  minimumDelay: 5,
  maximumDelay: 600,
} as const satisfies SpoolOptions;

/** Checks the option `spool`. Throws {@link InvalidArgumentError} naming its member at fault. */
export function resolveSpool(spool: SpoolQueue | SpoolOptions): ResolvedSpool {
  const all: ResolvedSpool = {
    ...DEFAULTS,
    ...((spool as SpoolQueue).send ? { queue: spool as SpoolQueue } : spool),
  };
  checkOptionNames(all, DEFAULTS, "spool.");
  const { queue, guard } = all;
  const wrong = (name: keyof SpoolOptions, problem: string) =>
    new InvalidArgumentError(`spool.${name}`, problem);
  if (!queue?.sendBatch) throw wrong("queue", "must be a Cloudflare Queue");
  if (guard !== "always" && guard !== "asked") throw wrong("guard", "must be always or asked");
  for (const name of ["after", "minimumDelay", "maximumDelay"] as const) {
    if (!(all[name] > 0 && all[name] <= 43_200)) throw wrong(name, "must be above 0 and at most 43200");
  }
  if (!(all.hold >= 0 && all.hold <= 600)) throw wrong("hold", "must be from 0 to 600");
  return all;
}
