/**
 * The spool of a deployment: which binding it is, and when it is used.
 * @module
 */
import { checkSpoolUse } from "../../delivery/spool_options.ts";
import { InvalidArgumentError } from "../../errors.ts";
import { checkOptionNames, type KnownOptions } from "../../option_names.ts";
import type { Section } from "./section.ts";

/** How the spool is used; without its binding there is none. */
export interface SpoolUse {
  /** The producer binding of Cloudflare Queues. Default `"SPOOL"`. */
  readonly binding?: string;
  /** Milliseconds that a publish waits for Redis in all before it is spooled. Default 2000 (2 seconds). */
  readonly after?: number;
  /** Whether every message is guarded in Redis, so that each can be spooled. Default `"always"`. */
  readonly guard?: "always" | "asked";
  /** Seconds before a spooled message is tried for the second time; twice as long each time after that. Default 5. */
  readonly minimumDelay?: number;
  /** The longest wait between two tries in seconds, at most 43200 (12 hours). Default 600 (10 minutes). */
  readonly maximumDelay?: number;
}

/** The spool's side of the configuration. */
export interface SpoolConfig {
  /** `false`: none, although it is bound. */
  readonly spool?: SpoolUse | false;
}

/** The same, checked. */
export interface SpoolSettings {
  readonly spool: Required<SpoolUse> | false;
}

const KNOWN: KnownOptions<SpoolUse> = {
  binding: true,
  after: true,
  guard: true,
  minimumDelay: true,
  maximumDelay: true,
};

/** The section `spool`. */
export const spoolSection: Section<SpoolConfig, SpoolSettings> = {
  names: { spool: true },
  resolve({ spool = {} }) {
    if (spool === false) return { spool };
    checkOptionNames(spool, KNOWN, "spool.");
    const use = {
      binding: "SPOOL",
      after: 2_000,
      guard: "always" as const,
      minimumDelay: 5,
      maximumDelay: 600,
      ...spool,
    };
    checkSpoolUse(use.after, use.guard);
    for (const name of ["minimumDelay", "maximumDelay"] as const) {
      if (!(Number.isInteger(use[name]) && use[name] > 0 && use[name] <= 43_200)) {
        throw new InvalidArgumentError(`spool.${name}`, "must be a whole number of seconds from 1 to 43200");
      }
    }
    return { spool: use };
  },
};
