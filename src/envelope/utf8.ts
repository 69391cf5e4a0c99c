/**
 * UTF-8 to the letter: bytes that are none are refused, and a byte order mark is a character like any other.
 * @module
 */

/** One for all: making one takes a Worker as long as decoding a message with it. It keeps nothing between two calls. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes. Throws a `TypeError` when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
