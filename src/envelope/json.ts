/**
 * Kombu's JSON: plain JSON plus typed values. Used for bodies and for the envelope itself. Spec kombu-redis §3.1.
 *
 * Values that `JSON.stringify` already writes as Kombu needs them take that native path; everything else, and
 * everything that must be refused, is found by one walk.
 * @module
 */
import { EncodeError } from "../errors.ts";
import { toBase64 } from "./base64.ts";
import { Float, isoformat, TypedValue } from "./typed.ts";
import { decodeUtf8 } from "./utf8.ts";

/**
 * How deep a value may be nested. CPython's JSON decoder gives up near its recursion limit of 1000 frames, some of
 * which a worker has used; a body that it cannot decode comes back for ever.
 */
export const MAXIMUM_DEPTH = 500;

/** Python's `int()` refuses longer texts, and with it the consumer's JSON decoder: the message would come back for ever. */
export const MAXIMUM_DIGITS = 4_300;

/** Whether `NaN` and infinities are written as Python writes them, or refused. */
export type NonFinite = "python" | "refuse";

/**
 * Writes a value as JSON that Kombu reads back with the same types.
 *
 * `Date` → datetime, `Uint8Array`/`ArrayBuffer` → bytes, `bigint` → int, wrappers of `typed.ts` → their Python type;
 * an object's `toJSON()` is honoured; members that are `undefined` are left out.
 *
 * @param field What to call the value in an error, such as `body`.
 * @param nonFinite `"python"` writes `NaN`, `Infinity`, `-Infinity` (readable by Python only); `"refuse"` throws.
 * @throws {EncodeError} For what JSON or a consumer cannot take: functions, `Map`, `Set`, lone surrogates, circular or
 * too deeply nested values, and objects that Kombu would mistake for a typed value.
 */
export function stringifyJson(value: unknown, field: string, nonFinite: NonFinite): string {
  return isPlain(value, 0) ? JSON.stringify(value) : write(value, [field], nonFinite);
}

/**
 * Refuses parsed JSON that would poison a consumer: an object of exactly `__type__` and `__value__` is decoded by Kombu
 * ≥ 5.3 and raises when it does not fit, a value nested too deeply raises `RecursionError`.
 *
 * @throws {EncodeError} Naming the place.
 */
export function checkParsedJson(value: unknown, field: string): void {
  if (!isPlain(value, 0)) write(value, [field], "refuse");
}

/** True when `JSON.stringify` gives exactly what Kombu needs; false for anything unusual, good or bad. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
      return value.isWellFormed();
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return true;
    case "object":
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth >= MAXIMUM_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isPlain(value[index], depth + 1)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const record = value as Record<string, unknown>;
  if (typeof record.toJSON === "function") return false;
  const keys = Object.keys(record);
  // Members that are undefined are left out, so that more than two may become just these.
  if ("__type__" in record && "__value__" in record) return false;
  for (const key of keys) {
    const member = record[key];
    if (member !== undefined && !isPlain(member, depth + 1)) return false;
    if (!key.isWellFormed()) return false;
  }
  return true;
}

type Trail = (string | number)[];

function write(value: unknown, trail: Trail, nonFinite: NonFinite): string {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw fault(trail, "has a lone surrogate, which UTF-8 cannot carry");
      return JSON.stringify(value);
    case "number":
      return writeNumber(value, trail, nonFinite);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return writeInteger(value, trail);
    case "object":
      return value === null ? "null" : writeObject(value, trail, nonFinite);
    default:
      throw fault(trail, `must not be ${typeof value}`);
  }
}

function writeNumber(value: number, trail: Trail, nonFinite: NonFinite): string {
  if (Number.isFinite(value)) return JSON.stringify(value);
  if (nonFinite === "refuse") throw fault(trail, "must be a finite number");
  return String(value);
}

function writeInteger(value: bigint, trail: Trail): string {
  const text = value.toString();
  if (text.length > MAXIMUM_DIGITS + (value < 0n ? 1 : 0)) {
    throw fault(trail, `must not have more than ${MAXIMUM_DIGITS} digits, which Python does not read`);
  }
  return text;
}

function writeObject(value: object, trail: Trail, nonFinite: NonFinite): string {
  if (trail.length > MAXIMUM_DEPTH)
    throw fault([trail[0]!], `is circular or nested deeper than ${MAXIMUM_DEPTH} levels`);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, index) => within(trail, index, () => write(item, trail, nonFinite))).join(",")}]`;
  }
  if (value instanceof TypedValue) return typed(value.type, value.value);
  if (value instanceof Float) return writeFloat(value.value, trail, nonFinite);
  if (value instanceof Date) {
    const text = isoformat(value);
    if (text === undefined) throw fault(trail, "must be a date between the years 1 and 9999");
    return typed("datetime", text);
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return writeBytes(value);
  if ("toJSON" in value && typeof value.toJSON === "function") {
    const replacement: unknown = value.toJSON("");
    if (replacement === value) throw fault(trail, "has a toJSON() that returns the object itself");
    return within(trail, "toJSON()", () => write(replacement, trail, nonFinite));
  }
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== "Object") throw fault(trail, `must not be a ${kind}`);
  return writeRecord(value as Record<string, unknown>, trail, nonFinite);
}

function writeRecord(record: Record<string, unknown>, trail: Trail, nonFinite: NonFinite): string {
  const keys = Object.keys(record).filter((key) => record[key] !== undefined);
  if (keys.length === 2 && keys.includes("__type__") && keys.includes("__value__")) {
    throw fault(
      trail,
      'must not have exactly the keys "__type__" and "__value__": a consumer would decode it',
    );
  }
  const members: string[] = [];
  for (const key of keys) {
    const member = record[key];
    if (!key.isWellFormed()) throw fault(trail, "has a key with a lone surrogate, which UTF-8 cannot carry");
    members.push(`${JSON.stringify(key)}:${within(trail, key, () => write(member, trail, nonFinite))}`);
  }
  return `{${members.join(",")}}`;
}

function writeFloat(value: number, trail: Trail, nonFinite: NonFinite): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = writeNumber(value, trail, nonFinite);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

/** Bytes as Kombu ≥ 5.3 types them; also used for a body that is stored without base64. */
export function writeBytes(value: ArrayBuffer | ArrayBufferView): string {
  const bytes =
    value instanceof ArrayBuffer
      ? new Uint8Array(value)
      : new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  try {
    return typed("bytes", decodeUtf8(bytes));
  } catch {
    return typed("base64", toBase64(bytes));
  }
}

function typed(type: string, value: unknown): string {
  return `{"__type__":"${type}","__value__":${JSON.stringify(value)}}`;
}

function within<Result>(trail: Trail, step: string | number, run: () => Result): Result {
  trail.push(step);
  const result = run();
  trail.pop();
  return result;
}

function fault(trail: Trail, problem: string): EncodeError {
  const [first, ...rest] = trail;
  const path = rest
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step.toWellFormed()}`))
    .join("");
  return new EncodeError(`${first}${path.length > 200 ? `${path.slice(0, 200)}…` : path}`, problem);
}
