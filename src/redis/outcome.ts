/**
 * What an answer, or the lack of one, says about the command: applied, certainly not applied, or unknown.
 * Spec http-redis §1.2, §2.5, §6.4.
 *
 * The client's errors quote the whole command, and Redis quotes arguments: only the part before the first quotation
 * is ever kept.
 * @module
 */
import {
  BackPressureError,
  CircuitOpenError,
  OutcomeUnknownError,
  type RedisError,
  RefusedError,
  TimedOutError,
  UnauthorisedError,
  UnavailableError,
} from "../errors.ts";

/** The last is what a script gets for a command it may not run; it goes on with an apostrophe. */
const UNAUTHORISED = /^(WRONGPASS|NOAUTH|NOPERM)\b|^unauthori[sz]ed|^ERR The user executing the script can$/i;
const BACK_PRESSURE =
  /^OOM\b|max (daily )?requests? limit|capacity quota|max single record size|max request size|max concurrent connections/i;
/** Redis is up but takes no work now; the command was not applied. */
const NOT_NOW = /^(LOADING|BUSY|MASTERDOWN|READONLY|CLUSTERDOWN|TRYAGAIN|MISCONF|NOREPLICAS|UNKILLABLE)\b/;
const REDIS_CODE = /^[A-Z][A-Z0-9]{2,}( |$)/;

/** Codes of failures that happen before a request can be sent: in Node and Bun on the error or its cause. */
const NOT_SENT_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ConnectionRefused",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);
const NOT_SENT_TEXT = /connection refused|dns error|dns lookup|tcp connect error|unable to connect/i;

/** The error for a text that Redis, or something before it, answered instead of a result. */
export function replyError(text: string): RedisError {
  // A discarded transaction is as its cause is, where the server tells it.
  const reply = withoutArguments(text).replace(/^EXECABORT .* because of: /, "");
  if (UNAUTHORISED.test(reply)) return new UnauthorisedError(`the database does not allow this: ${reply}`);
  if (BACK_PRESSURE.test(reply)) return new BackPressureError(`the database cannot take more now: ${reply}`);
  if (NOT_NOW.test(reply)) return new UnavailableError(`the database takes no commands now: ${reply}`);
  if (REDIS_CODE.test(reply)) return new RefusedError(`Redis refused the command: ${reply}`);
  return new OutcomeUnknownError("something between here and Redis answered with an error of its own");
}

/** The error for a request that threw. */
export function failureError(error: unknown): RedisError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === "UpstashJSONParseError") {
    return new OutcomeUnknownError("the answer was not JSON", { cause: stripped(name, "unreadable answer") });
  }
  if (name === "UpstashError") {
    const reply = replyError(message);
    reply.cause = stripped(name, reply.message);
    return reply;
  }
  const cause = stripped(name, withoutArguments(message));
  if (name === "TimeoutError") return new TimedOutError("no answer from the database in time", { cause });
  if (isNotSent(error)) return new UnavailableError("the database cannot be reached", { cause });
  return new OutcomeUnknownError("the connection to the database failed before its answer was complete", {
    cause,
  });
}

/**
 * Whether an error is of the kind after which the same guarded request may be sent again. While the circuit is open that
 * would be in vain.
 */
export function isTransient(error: unknown): error is RedisError {
  return (
    (error instanceof UnavailableError && !(error instanceof CircuitOpenError)) ||
    error instanceof OutcomeUnknownError
  );
}

/**
 * What is known after an attempt that failed when an earlier one of the same request had failed too: where that one may have
 * been applied, it still may have, although the latest certainly was not.
 *
 * @param earlier The earlier attempt's error, if there was one.
 * @returns The latest error, or one that says that the outcome is unknown.
 */
export function errorAfter(earlier: unknown, latest: unknown): unknown {
  const isCertain =
    latest instanceof UnavailableError ||
    latest instanceof UnauthorisedError ||
    latest instanceof BackPressureError;
  if (!(earlier instanceof OutcomeUnknownError) || !isCertain) return latest;
  return new OutcomeUnknownError("an attempt had no usable answer, and those after it failed", {
    cause: latest,
  });
}

function isNotSent(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string" && NOT_SENT_CODES.has(code)) return true;
    if (NOT_SENT_TEXT.test(at.message)) return true;
  }
  return false;
}

function withoutArguments(text: string): string {
  const reply = text.split(", command was: ", 1)[0]!;
  return reply
    .split(/['"`\n]|, with args/, 1)[0]!
    .trim()
    .slice(0, 160);
}

function stripped(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  // A stack begins with the original message.
  error.stack = `${name}: ${message}`;
  return error;
}
