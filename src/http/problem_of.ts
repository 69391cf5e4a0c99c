/**
 * What a client is told of an error: the library's codes as statuses, in one exhaustive table.
 * @module
 */
import { type ErrorCode, KombuEdgeError, RedisError } from "../errors.ts";
import { HttpProblem, type ProblemDetails, problemType } from "./problem.ts";

interface Meaning {
  readonly status: number;
  readonly title: string;
  /** Seconds after which it may be worth trying again. */
  readonly retryAfter?: number;
  /** What the client reads instead of the error's own message. */
  readonly detail?: string;
  /** What the client reads as the code; the database's rights are not the client's. */
  readonly code?: string;
}

const UNKNOWN =
  "It is not known whether the message was published: it may be in its queue. Publishing again with the same " +
  "Idempotency-Key cannot double it; without one it can.";

const MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  "invalid-argument": { status: 400, title: "A field cannot be used as given" },
  "encode-error": { status: 400, title: "The message cannot be encoded" },
  "serializer-not-installed": { status: 400, title: "There is no such serializer" },
  "compression-not-installed": { status: 400, title: "There is no such compression" },
  unroutable: { status: 422, title: "No queue is bound for the message" },
  "back-pressure": { status: 429, title: "The database cannot take more now", retryAfter: 30 },
  refused: { status: 502, title: "Redis refused the command" },
  "not-configured": { status: 503, title: "This deployment is not configured", retryAfter: 60 },
  unauthorised: {
    status: 503,
    title: "The database does not accept this deployment's token",
    retryAfter: 60,
    code: "database-unauthorised",
  },
  unavailable: { status: 503, title: "The database is away", retryAfter: 5 },
  "outcome-unknown": { status: 503, title: "The outcome is unknown", retryAfter: 5, detail: UNKNOWN },
  "timed-out": { status: 503, title: "The database did not answer in time", retryAfter: 5, detail: UNKNOWN },
};

/** Seconds for the `Retry-After` header of a problem; `undefined` when trying again is of no use. */
export function retryAfter({ type, status }: ProblemDetails): string | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const code = type.slice(problemType("").length);
  const meaning = MEANINGS[code as ErrorCode] ?? MEANINGS.unauthorised;
  return String(meaning.retryAfter);
}

/** The problem of an error; `undefined` for one that nobody foresaw. */
export function problemOf(error: unknown): ProblemDetails | undefined {
  if (error instanceof HttpProblem) return error.details;
  if (!(error instanceof KombuEdgeError)) return undefined;
  const { status, title, detail, code = error.code } = MEANINGS[error.code];
  const problem = { type: problemType(code), title, status };
  if ("field" in error) {
    const field = snakeCase(error.field as string);
    // The library's messages begin with the field as a TypeScript caller knows it.
    return { ...problem, detail: error.message.replace(`"${error.field}"`, () => `"${field}"`), field };
  }
  return { ...problem, detail: detail ?? error.message, ...remains(error) };
}

/** A publish that failed as a whole may have reached some of its queues. */
function remains(error: KombuEdgeError): { delivery_tag?: string; delivered?: readonly string[] } {
  if (!(error instanceof RedisError)) return {};
  const { deliveryTag, delivered } = error;
  return {
    ...(deliveryTag !== undefined && { delivery_tag: deliveryTag }),
    ...(delivered.length > 0 && { delivered }),
  };
}

/** An option's name as JSON spells it: only its first part is ours, the rest of a path is the caller's. */
function snakeCase(field: string): string {
  const [name] = /^[A-Za-z]*/.exec(field)!;
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) + field.slice(name.length);
}
