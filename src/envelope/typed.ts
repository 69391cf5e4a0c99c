/**
 * Python values that JavaScript has no type for, as small wrappers that Kombu's typed JSON can carry.
 *
 * `Date`, `Uint8Array` and `bigint` need no wrapper. Spec kombu-redis §3.1.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?(Infinity|NaN)$/i;
const UUID_TEXT = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.(\d{3}|\d{6}))?)?([+-]\d\d:\d\d)?$/;

/** A value that is written as `{"__type__": …, "__value__": …}`; a consumer older than Kombu 5.3 sees that object. */
export abstract class TypedValue {
  /** Kombu's name of the type. */
  abstract readonly type: string;
  /** The JSON value under `__value__`. */
  abstract readonly value: string | { readonly hex: string };
}

/** A `decimal.Decimal`. Text such as `"1.50"`, so that no digit is lost; throws {@link InvalidArgumentError} otherwise. */
export class Decimal extends TypedValue {
  readonly type = "decimal";
  readonly value: string;

  constructor(text: string) {
    super();
    if (!DECIMAL.test(text)) throw new InvalidArgumentError("Decimal", "must be a decimal number as text");
    this.value = text;
  }
}

/** A `uuid.UUID`, from its text with or without dashes; throws {@link InvalidArgumentError} otherwise. */
export class UUID extends TypedValue {
  readonly type = "uuid";
  readonly value: { readonly hex: string };

  constructor(text: string) {
    super();
    if (!UUID_TEXT.test(text)) throw new InvalidArgumentError("UUID", "must be 32 hexadecimal digits");
    this.value = { hex: text.replaceAll("-", "").toLowerCase() };
  }
}

/** A `datetime.date`, from `YYYY-MM-DD`; throws {@link InvalidArgumentError} otherwise. */
export class PlainDate extends TypedValue {
  readonly type = "date";
  readonly value: string;

  constructor(text: string) {
    super();
    if (!isDate(text)) throw new InvalidArgumentError("PlainDate", "must be a date as YYYY-MM-DD");
    this.value = text;
  }
}

/** A `datetime.time`, from `HH:MM[:SS[.ffffff]][±HH:MM]`; throws {@link InvalidArgumentError} otherwise. */
export class PlainTime extends TypedValue {
  readonly type = "time";
  readonly value: string;

  constructor(text: string) {
    super();
    if (!TIME.test(text)) throw new InvalidArgumentError("PlainTime", "must be a time as HH:MM:SS");
    this.value = text;
  }
}

/**
 * A `datetime.datetime` that a `Date` cannot express: without an offset, with another offset than UTC, or with
 * microseconds. A trailing `Z` becomes `+00:00`, which every supported Python can read.
 * Throws {@link InvalidArgumentError} when the text is not `YYYY-MM-DDTHH:MM:SS[.fff|.ffffff][±HH:MM|Z]`.
 */
export class DateTime extends TypedValue {
  readonly type = "datetime";
  readonly value: string;

  constructor(text: string) {
    super();
    const normalised = text.replace(/Z$/, "+00:00");
    if (!isDate(normalised.slice(0, 10)) || normalised[10] !== "T" || !TIME.test(normalised.slice(11))) {
      throw new InvalidArgumentError("DateTime", "must be a date and time as YYYY-MM-DDTHH:MM:SS");
    }
    this.value = normalised;
  }
}

/** A Python `float` even when the number is integral: `new Float(1)` arrives as `1.0`, where `1` would arrive as an `int`. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    if (typeof value !== "number") throw new InvalidArgumentError("Float", "must be a number");
    this.value = value;
  }
}

/** The text of a `Date` as Python's `isoformat()` writes it in UTC; `undefined` when Python has no such date. */
export function isoformat(date: Date): string | undefined {
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return undefined;
  const text = date.toISOString();
  const milliseconds = text.slice(20, 23);
  return `${text.slice(0, 19)}${milliseconds === "000" ? "" : `.${milliseconds}000`}+00:00`;
}

function isDate(text: string): boolean {
  if (!DATE.test(text) || text.startsWith("0000")) return false;
  // 2023-02-30 has the right shape; only a calendar knows better.
  return new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) === text;
}
