/**
 * An event as the argument of a task.
 * @module
 */

/** Characters of what monitors show, so that a sender's long id does not fill them. */
const MAXIMUM_REPR = 400;

/** What monitors and logs show for the arguments: type and id only, since what senders tell is not for them. */
export function eventRepr(type: string, id: string): string {
  // The cut may fall inside a character of two units.
  return `(<${type} ${id}>,)`.slice(0, MAXIMUM_REPR).toWellFormed();
}

/** Bytes as text, where they are UTF-8: as bytes they reach only consumers with Kombu 5.3 or later. */
export function argumentOf(bytes: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
