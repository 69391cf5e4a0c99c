/**
 * Bytes to text and back: hex, base64, base64url; digests.
 * @module
 */
import type { Encoding } from "./scheme.ts";

/** Bytes that WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text) as Bytes;
}

/** Each byte in two digits. */
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The bytes as text. */
export function encode(bytes: Uint8Array, encoding: Encoding): string {
  if (encoding === "hex") {
    let text = "";
    for (const byte of bytes) text += HEX[byte]!;
    return text;
  }
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return encoding === "base64"
    ? base64
    : base64
        .replace(/\+/g, "-")
        .replace(/\//g, "_")
        .replace(/={1,2}$/, "");
}

/** The bytes that the text stands for, or `undefined` when it is not in that encoding or is empty. */
export function decode(text: string, encoding: Encoding): Bytes | undefined {
  if (encoding === "hex") {
    if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return undefined;
    const bytes = new Uint8Array(text.length / 2);
    for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
    return bytes;
  }
  const alphabet = encoding === "base64" ? /^[A-Za-z0-9+/]+={0,2}$/ : /^[\w-]+={0,2}$/;
  if (!alphabet.test(text)) return undefined;
  const bare = text
    .replace(/={1,2}$/, "")
    .replace(/-/g, "+")
    .replace(/_/g, "/");
  if (bare.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(bare), (character) => character.charCodeAt(0));
}

/**
 * Whether no other text decodes to the same bytes: the last character of base64 has bits that are not used, and a
 * signature in which they were changed is not the one that was sent.
 */
export function isCanonical(text: string, encoding: Encoding, bytes: Uint8Array): boolean {
  return encoding === "hex" || encode(bytes, encoding).replace(/={1,2}$/, "") === text.replace(/={1,2}$/, "");
}

/** A digest of the bytes. */
export async function digest(hash: "SHA-1" | "SHA-256", bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(hash, bytes));
}

/** CRC-32 (IEEE) of the bytes, as PayPal signs it. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Joins bytes. */
export function concat(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
