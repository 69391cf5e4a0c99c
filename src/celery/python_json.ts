/**
 * JSON as Python writes it: with `NaN` and infinities, with integers of any size, with Kombu's typed values.
 * Spec celery §2.1, §5.2.
 * @module
 */
import { DateTime, Decimal, PlainDate, PlainTime, UUID } from "../envelope/typed.ts";
import { EncodeError } from "../errors.ts";

/** Texts first, so that what is inside of them is left alone; one without an end too, or each of its quotes would be tried. */
const TOKENS = /"(?:[^"\\]|\\[\s\S])*"?|-?Infinity|NaN|-?\d+(\.\d+)?([eE][+-]?\d+)?/g;
const TYPE = "\u0000type";

/**
 * Parses Python's JSON. Integers beyond 2^53 become `bigint`; typed values become `Date`, `Uint8Array` or the library's
 * wrappers; those of a type that is not known stay as they are.
 *
 * @throws {EncodeError} When it is not JSON, as with another result serialiser.
 */
export function parsePython(text: string): unknown {
  if (typeof text !== "string") throw new EncodeError("result", "is not stored as JSON");
  const unusual = /NaN|Infinity|\d{16}/.test(text);
  try {
    return JSON.parse(unusual ? text.replace(TOKENS, tokenText) : text, revive);
  } catch {
    // The engine's message quotes the text.
    throw new EncodeError("result", "is not stored as JSON");
  }
}

function tokenText(token: string, fraction?: string, exponent?: string): string {
  if (token.startsWith('"')) return token;
  const isName = token.endsWith("N") || token.endsWith("y");
  const isInteger = fraction === undefined && exponent === undefined;
  if (!isName && !(isInteger && !Number.isSafeInteger(Number(token)))) return token;
  return `{"${TYPE.replace("\0", "\\u0000")}":"${token}"}`;
}

function revive(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (TYPE in value) {
    const token = value[TYPE] as string;
    return /\d/.test(token) ? BigInt(token) : Number(token);
  }
  if (!("__type__" in value && "__value__" in value) || Object.keys(value).length !== 2) return value;
  try {
    return typedValue(value.__type__, value.__value__) ?? value;
  } catch {
    return value;
  }
}

function typedValue(type: unknown, value: unknown): unknown {
  const text = value as string;
  switch (type) {
    case "datetime":
      return /[+-]\d\d:\d\d$|Z$/.test(text) ? new Date(text) : new DateTime(text);
    case "date":
      return new PlainDate(text);
    case "time":
      return new PlainTime(text);
    case "decimal":
      return new Decimal(text);
    case "uuid":
      return new UUID((value as { hex: string }).hex);
    case "bytes":
      return new TextEncoder().encode(text);
    case "base64":
      return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    default:
      return undefined;
  }
}
