/**
 * The spool of a deployment: which binding it is, and when it is used.
 * @module
 */
import { type ResolvedSpool, resolveSpool, type SpoolOptions } from "../../delivery/spool_options.ts";
import type { Section } from "./section.ts";

/** How the spool is used; without its binding there is none. */
export interface SpoolUse extends Omit<SpoolOptions, "queue"> {
  /** The producer binding of Cloudflare Queues. Default `"SPOOL"`. */
  readonly binding?: string;
}

/** The spool's side of the configuration. */
export interface SpoolConfig {
  /** `false`: none, although it is bound. */
  readonly spool?: SpoolUse | false;
}

/** The same, checked. */
export interface SpoolSettings {
  readonly spool: { readonly binding: string; readonly use: ResolvedSpool } | false;
}

/** There is no binding before there is a request. */
const NOT_BOUND = { send: async () => {}, sendBatch: async () => {} };

/** The section `spool`. */
export const spoolSection: Section<SpoolConfig, SpoolSettings> = {
  names: { spool: true },
  resolve({ spool = {} }) {
    if (!spool) return { spool };
    const { binding = "SPOOL", ...use } = spool;
    return { spool: { binding, use: resolveSpool({ queue: NOT_BOUND, ...use }) } };
  },
};
