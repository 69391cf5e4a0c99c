/**
 * Values of Python as plain JSON: an integer of any size stays a number, dates and decimals are text, bytes are base64.
 * @module
 */
import { toBase64 } from "../../envelope/base64.ts";
import { Float, isoformat, TypedValue } from "../../envelope/typed.ts";

/** The text of a value. What JSON has no word for, such as not a number, is `null`. */
export function jsonText(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (value instanceof Float) return JSON.stringify(value.value);
  if (value instanceof Date) return JSON.stringify(isoformat(value) ?? null);
  if (value instanceof Uint8Array) return JSON.stringify(toBase64(value));
  if (value instanceof TypedValue) {
    return JSON.stringify(typeof value.value === "string" ? value.value : value.value.hex);
  }
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member)}`).join(",")}}`;
}

/** An answer of such values. */
export function jsonResponse(value: unknown, init: ResponseInit = {}): Response {
  return new Response(jsonText(value), { ...init, headers: { "content-type": "application/json" } });
}
