/**
 * Moments as every Celery since 4 reads them: ISO 8601 with `+00:00`, never `Z`, never without an offset. Spec celery §8.1.
 * @module
 */
import { DateTime, isoformat } from "../envelope/typed.ts";
import { InvalidArgumentError } from "../errors.ts";

/**
 * The text of a moment.
 *
 * @param field What to call it in the error.
 * @throws {InvalidArgumentError} For what is no moment; an empty text would crash a worker over and over.
 */
export function momentText(value: unknown, field: string): string {
  if (value instanceof Date) {
    const text = isoformat(value);
    if (text !== undefined) return text;
  } else if (value instanceof DateTime) {
    return withOffset(value.value);
  } else if (typeof value === "string") {
    try {
      return withOffset(new DateTime(value.replace(" ", "T")).value);
    } catch {
      // Reported below, under the option's own name.
    }
  }
  throw new InvalidArgumentError(field, "must be a Date or an ISO 8601 date and time");
}

/** Milliseconds since the epoch of a moment's text. */
export function momentTime(text: string): number {
  return Date.parse(text);
}

/** The text of the moment some seconds from `now` (milliseconds since the epoch). */
export function secondsFrom(now: number, seconds: number, field: string): string {
  return momentText(new Date(now + seconds * 1000), field);
}

/** Workers take a moment without an offset for UTC, whatever their timezone. */
function withOffset(text: string): string {
  return /[+-]\d\d:\d\d$/.test(text) ? text : `${text}+00:00`;
}
