/**
 * What a client is told of an error: the library's codes as statuses, in one exhaustive table.
 * @module
 */
import { CircuitOpenError, type ErrorCode, KombuEdgeError, QueueFullError, RedisError } from "../errors.ts";
import { HttpProblem, type ProblemDetails, problemDetails } from "./problem.ts";
import { FieldError } from "./request/check.ts";

/** How back-pressure is answered. */
export interface BackPressure {
  readonly status: 429 | 503;
  /** Seconds. */
  readonly retryAfter: number;
}

/** Not the caller's doing, but slowing down is what helps. */
export const BACK_PRESSURE: BackPressure = { status: 429, retryAfter: 30 };

const STATUSES: Readonly<Record<ErrorCode, number>> = {
  "invalid-argument": 400,
  "encode-error": 400,
  "serializer-not-installed": 400,
  "compression-not-installed": 400,
  unroutable: 422,
  "back-pressure": BACK_PRESSURE.status,
  refused: 502,
  unauthorised: 503,
  "not-configured": 503,
  unavailable: 503,
  "outcome-unknown": 503,
  "timed-out": 503,
  // Of a task's result, not of a publish.
  "not-ready": 504,
  "result-invalid": 502,
  "task-failed": 502,
  "task-revoked": 410,
};

const UNKNOWN =
  "It is not known whether the message was published: it may be in its queue. Publishing again with the same " +
  "Idempotency-Key cannot double it; without one it can.";

/** The problem of an error; `undefined` for one that nobody foresaw. */
export function problemOf(
  error: unknown,
  backPressure: BackPressure = BACK_PRESSURE,
): ProblemDetails | undefined {
  if (error instanceof HttpProblem) return error.details;
  if (!(error instanceof KombuEdgeError)) return undefined;
  const { code, message } = error;
  if ("field" in error) {
    const given = error.field as string;
    const field = error instanceof FieldError ? given : snakeCase(given);
    // The library's messages begin with the field as a TypeScript caller knows it.
    return problemDetails(
      code,
      STATUSES[code],
      message.replace(`"${given}"`, () => `"${field}"`),
      { field },
    );
  }
  return problemDetails(
    // The database's token is not the caller's.
    code === "unauthorised" ? "database-unauthorised" : code,
    code === "back-pressure" ? backPressure.status : STATUSES[code],
    code === "outcome-unknown" || code === "timed-out" ? UNKNOWN : message,
    error instanceof RedisError ? remains(error, backPressure) : {},
  );
}

/** Seconds after which it may be worth trying again: less for what passes by itself than for what somebody must mend. */
export function retryAfter({ status, type, retry_after: known }: ProblemDetails): string | undefined {
  if (known !== undefined) return String(known);
  if (status === 429) return "30";
  if (status !== 503) return undefined;
  return /(configured|unauthorised)$/.test(type) ? "60" : "5";
}

/** A publish that failed as a whole may have reached some of its queues. */
function remains(error: RedisError, backPressure: BackPressure): Record<string, unknown> {
  const { code, deliveryTag, delivered } = error;
  return {
    ...(code === "back-pressure" && { retry_after: backPressure.retryAfter }),
    ...(error instanceof QueueFullError && { queue: error.queue }),
    ...(error instanceof CircuitOpenError && { retry_after: error.retryAfter }),
    ...(deliveryTag !== undefined && { delivery_tag: deliveryTag }),
    ...(delivered.length > 0 && { delivered }),
  };
}

/** An option's name as JSON spells it: only its first part is ours, the rest of a path is the caller's. */
function snakeCase(field: string): string {
  const [name] = /^\w*/.exec(field)!;
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) + field.slice(name.length);
}
