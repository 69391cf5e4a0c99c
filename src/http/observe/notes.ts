/**
 * What may be told of a request: names that come from the configuration or from a caller who may use them, counts and codes.
 * Never a body, a query, a header, a key, a token or an address.
 * @module
 */
import type { Settings } from "../config/config.ts";
import { type ProblemDetails, problemCode } from "../problem.ts";

/** What a handler notes. */
export interface Notes {
  /** The code of the problem: the answer's, or the first of several in an answer that has room for them. */
  readonly code?: string | undefined;
  /** The token by its name. */
  readonly token?: string;
  readonly exchange?: string;
  readonly queue?: string;
  readonly source?: string;
  readonly stream?: string;
  readonly task?: string;
  /** What a publish came to; of many messages only where it is the same for all. */
  readonly delivery?: string | undefined;
  /** Messages, tasks or events that the request brought. */
  readonly messages?: number;
  /** How many of them failed. */
  readonly failed?: number | undefined;
  /** How many of them were there before. */
  readonly duplicates?: number | undefined;
  /** Why a sender's webhook was refused. */
  readonly reason?: string;
  /** The kind of a sender's handshake. */
  readonly handshake?: string;
  /** The class of an error that nobody foresaw, and where it came from. */
  readonly error?: string;
  readonly frames?: readonly string[];
}

/** Takes notes, by a deployment's settings. */
export interface Noting {
  readonly settings: Settings;
  note(fields: Notes): void;
}

/** Characters of a name that are told. */
const MAXIMUM_NAME = 200;

/** A name of a caller's choice, cut where it is endless. */
export function told(name: string): string {
  return name.slice(0, MAXIMUM_NAME).toWellFormed();
}

/** Notes what became of the parts of a batch. */
export function noteResults(
  noting: Noting,
  results: readonly { readonly status: unknown }[],
  [first, ...others]: readonly ProblemDetails[],
): void {
  noting.note({
    messages: results.length,
    delivery: commonStatus(results),
    ...(first && { failed: others.length + 1, code: problemCode(first) }),
  });
}

/** What outcomes have in common; `undefined` when they differ, or there are none. */
export function commonStatus(outcomes: readonly { readonly status: unknown }[]): string | undefined {
  const status = outcomes[0]?.status;
  const isTold = typeof status === "string" && status !== "failed";
  return isTold && outcomes.every((outcome) => outcome.status === status) ? status : undefined;
}
