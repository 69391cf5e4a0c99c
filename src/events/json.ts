/**
 * Text into the values of events, and what no event may hold.
 * @module
 */
import { Rejection } from "./rejection.ts";

/** Parses JSON, at once or later, and throws whatever it likes for what is none. */
export type ParseJson = (text: string) => unknown | Promise<unknown>;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** UTF-8 as text, without a byte order mark. Throws {@link Rejection} for other bytes. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Rejection("invalid-utf8", "The text is not UTF-8.");
  }
}

/** Parses a text. Throws {@link Rejection} `malformed-json`, with the place where the parser tells it. */
export async function parseText(text: string, parse: ParseJson): Promise<unknown> {
  try {
    return await parse(text);
  } catch (error) {
    const { details } = error as { details?: { position?: unknown } };
    const position = details?.position;
    const place = typeof position === "number" ? ` at position ${position}` : "";
    throw new Rejection("malformed-json", `The text is not JSON${place}.`);
  }
}

/**
 * Refuses a value that is nested too deeply, or has a key that means something to a consumer: `__proto__` changes what a
 * JavaScript object inherits, and an object of `__type__` and `__value__` is decoded by Kombu (spec kombu-redis §3.1).
 *
 * @param depth How many levels the value may have.
 * @throws {Rejection} `too-deep` or `forbidden-key`.
 */
export function checkStructure(value: unknown, depth: number): void {
  if (value === null || typeof value !== "object") return;
  if (depth <= 0) throw new Rejection("too-deep", "The event is nested too deeply.");
  if (Array.isArray(value)) {
    for (const item of value) checkStructure(item, depth - 1);
    return;
  }
  // Any other prototype is a wrapper that the parser made of a number.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return;
  const keys = Object.keys(value);
  for (const key of keys) {
    if (key === "__proto__") throw new Rejection("forbidden-key", 'No object may have the key "__proto__".');
    checkStructure((value as Record<string, unknown>)[key], depth - 1);
  }
  if (keys.length === 2 && keys.includes("__type__") && keys.includes("__value__")) {
    throw new Rejection("forbidden-key", 'No object may have just the keys "__type__" and "__value__".');
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
