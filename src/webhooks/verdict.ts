/**
 * What the verifier says, and how little of it goes back to the sender.
 * @module
 */

/**
 * Why a request was not accepted. For logs and metrics only: the answer never tells (spec webhooks §11.6).
 *
 * | reason | meaning |
 * | --- | --- |
 * | `not-configured` | no secret is in force, or a setting that the scheme needs is missing |
 * | `unusable-secret` | a secret is empty, or is not a key of the form that the scheme takes |
 * | `missing` | a signature, timestamp or other part is not in the request |
 * | `malformed` | a part is there but cannot be what the scheme wants; also a single value sent twice |
 * | `too-many` | more signatures or elements than are tried |
 * | `stale`, `future` | the timestamp is out of tolerance |
 * | `not-allowed` | an issuer, topic, claim or key address outside what is allowed |
 * | `key-unavailable` | the sender's key could not be fetched |
 * | `mismatch` | the signature, digest or token is wrong |
 * | `unsupported` | no scheme of the source applies to the request |
 */
export type Reason =
  | "not-configured"
  | "unusable-secret"
  | "missing"
  | "malformed"
  | "too-many"
  | "stale"
  | "future"
  | "not-allowed"
  | "key-unavailable"
  | "mismatch"
  | "unsupported";

/** The request is the sender's. */
export interface Verified {
  ok: true;
  /** Index of the secret that fitted: shows when an old one can go. `-1` when the key was fetched. */
  secret: number;
  /** Index of the scheme, where the source has several. */
  scheme: number;
  /** The signed timestamp in milliseconds, where the scheme has one. */
  timestamp?: number;
  /** The claims of the token, where there was one. */
  claims?: unknown;
}

/** The request is not shown to be the sender's. */
export interface Rejected {
  ok: false;
  reason: Reason;
}

/** The verifier's answer; it never throws. */
export type Verdict = Verified | Rejected;

/** A {@link Rejected}. */
export function reject(reason: Reason): Rejected {
  return { ok: false, reason };
}

/** Whether the fault is on this side, so that the sender should be told to try again. */
export function isOurs(reason: Reason): boolean {
  return reason === "not-configured" || reason === "unusable-secret" || reason === "key-unavailable";
}
