/**
 * The name under which workers know a signer: its certificate's issuer and serial number. Spec celery §10.1.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/**
 * Reads the signer's id from a certificate.
 *
 * @throws {InvalidArgumentError} When it is not a PEM certificate.
 */
export function signerId(pem: string, field: string): string {
  try {
    const [certificate] = elements(pemBytes(pem, field));
    const [signed] = elements(certificate!.content);
    const parts = elements(signed!.content);
    // The version may be absent; it alone has this tag.
    const [serial, , issuer] = parts[0]!.tag === 0xa0 ? parts.slice(1) : parts;
    const names = elements(issuer!.content)
      .flatMap((set) => elements(set.content))
      .map((attribute) => text(elements(attribute.content)[1]!));
    return [...names, wholeNumber(serial!.content)].join(" ");
  } catch (cause) {
    throw new InvalidArgumentError(field, "must be an X.509 certificate in PEM form", { cause });
  }
}

/** The bytes of a PEM block. Throws {@link InvalidArgumentError} when there is none. */
export function pemBytes(pem: string, field: string): Uint8Array<ArrayBuffer> {
  const block = /-----BEGIN [A-Z0-9 ]+-----([\sA-Za-z0-9+/=]+)-----END /.exec(pem)?.[1];
  if (!block) throw new InvalidArgumentError(field, "must be in PEM form");
  return Uint8Array.from(atob(block.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
}

function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++]!;
    let length = bytes[at++]!;
    if (length > 0x80) {
      let count = length - 0x80;
      for (length = 0; count > 0; count--) length = length * 256 + bytes[at++]!;
    }
    if (at + length > bytes.length) throw new RangeError("an element ends after its container");
    found.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}

function text({ tag, content }: Element): string {
  return new TextDecoder(tag === 0x1e ? "utf-16be" : tag === 0x14 ? "latin1" : "utf-8").decode(content);
}

function wholeNumber(bytes: Uint8Array): string {
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return String(bytes[0]! < 0x80 ? value : value - (1n << BigInt(8 * bytes.length)));
}
