/**
 * The little DER that WebCrypto leaves to its callers: the key inside a certificate, an ECDSA signature.
 * @module
 */
import { type Bytes, decode } from "./encoding.ts";

interface Value {
  tag: number;
  /** Where the value's own bytes begin, its contents begin, and it ends. */
  start: number;
  contents: number;
  end: number;
}

function valueAt(bytes: Uint8Array, start: number, limit: number): Value {
  let length = bytes[start + 1] ?? 0;
  let contents = start + 2;
  if (length > 0x7f) {
    const size = length & 0x7f;
    if (size === 0 || size > 3) throw new RangeError("a length is not definite");
    length = 0;
    for (let index = 0; index < size; index++) length = (length << 8) | (bytes[contents++] ?? 0);
  }
  const end = contents + length;
  if (start + 2 > limit || end > limit) throw new RangeError("a value is cut off");
  return { tag: bytes[start]!, start, contents, end };
}

/**
 * The SubjectPublicKeyInfo of an X.509 certificate (RFC 5280 §4.1). The certificate is not otherwise checked: that
 * it came over TLS from the sender's own host is what makes it the sender's.
 * @throws RangeError when the bytes are no certificate.
 */
export function publicKeyOf(certificate: Bytes): Bytes {
  const outer = valueAt(certificate, 0, certificate.length);
  const signed = valueAt(certificate, outer.contents, outer.end);
  let at = signed.contents;
  // version [0] is optional; then serial, algorithm, issuer, validity, subject come before the key.
  let before = certificate[at] === 0xa0 ? 6 : 5;
  while (before-- > 0) at = valueAt(certificate, at, signed.end).end;
  const key = valueAt(certificate, at, signed.end);
  return certificate.slice(key.start, key.end);
}

/** The bytes of the first PEM block, or of bare base64. */
export function fromPem(text: string): Bytes | undefined {
  const block = /-----BEGIN [A-Z0-9 ]+-----([^-]+)-----END/.exec(text)?.[1] ?? text;
  return decode(block.replace(/\s+/g, ""), "base64");
}

/**
 * An ECDSA signature on a 256-bit curve from DER to the `r || s` of WebCrypto.
 * @returns `undefined` for anything but the one DER spelling of a signature, so that no other spelling passes.
 */
export function rawSignature(der: Bytes): Bytes | undefined {
  const raw = new Uint8Array(64);
  let at = 2;
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return undefined;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    let number = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== 0x02 || length === 0 || number.length !== length || number[0]! > 0x7f) return undefined;
    if (number[0] === 0 && (length === 1 || number[1]! < 0x80)) return undefined;
    if (number[0] === 0) number = number.subarray(1);
    if (number.length > 32) return undefined;
    raw.set(number, end - number.length);
    at += 2 + length;
  }
  return at === der.length ? raw : undefined;
}
