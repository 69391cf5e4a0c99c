/**
 * Delivery tags: random UUIDs (version 4), as Kombu's are. Spec kombu-redis §5.3.
 *
 * They are written many at a time: `crypto.randomUUID()` puts each together from twenty pieces in Node, and batches keep
 * thousands of them.
 * @module
 */
import { decodeUtf8 } from "../envelope/utf8.ts";

const LENGTH = 36;
const BLOCK = 128;
const DIGITS: Uint8Array = new TextEncoder().encode("0123456789abcdef");
const DASH = 45;

let block = "";
let used = 0;

/** A new delivery tag. */
export function newDeliveryTag(): string {
  if (used === block.length) {
    block = writeBlock();
    used = 0;
  }
  used += LENGTH;
  return block.slice(used - LENGTH, used);
}

function writeBlock(): string {
  const random = crypto.getRandomValues(new Uint8Array(BLOCK * 16));
  const text = new Uint8Array(BLOCK * LENGTH);
  let at = 0;
  for (let index = 0; index < random.length; index++) {
    const place = index % 16;
    let byte = random[index]!;
    if (place === 6) byte = (byte & 0x0f) | 0x40;
    if (place === 8) byte = (byte & 0x3f) | 0x80;
    if (place === 4 || place === 6 || place === 8 || place === 10) text[at++] = DASH;
    text[at++] = DIGITS[byte >> 4]!;
    text[at++] = DIGITS[byte & 0x0f]!;
  }
  return decodeUtf8(text);
}
