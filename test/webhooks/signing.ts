/**
 * Signatures as senders make them, written apart from the verifier and sharing no code with it.
 * @module
 */
export type Hash = "SHA-1" | "SHA-256" | "SHA-512";
export type Text = "hex" | "base64" | "base64url";

const encoder = new TextEncoder();

export function toText(buffer: ArrayBuffer, text: Text): string {
  const bytes = [...new Uint8Array(buffer)];
  if (text === "hex") return bytes.map((byte) => (byte + 256).toString(16).slice(1)).join("");
  const base64 = btoa(String.fromCodePoint(...bytes));
  if (text === "base64") return base64;
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...atob(text)].map((character) => character.codePointAt(0)!));
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    Array.from({ length: text.length / 2 }, (_, at) => Number(`0x${text.slice(at * 2, at * 2 + 2)}`)),
  );
}

/** HMAC of a text. */
export async function mac(
  hash: Hash,
  key: string | Uint8Array<ArrayBuffer>,
  message: string,
  text: Text,
): Promise<string> {
  const bytes = typeof key === "string" ? encoder.encode(key) : key;
  const imported = await crypto.subtle.importKey(
    "raw",
    bytes,
    { name: "HMAC", hash: { name: hash } },
    false,
    ["sign"],
  );
  return toText(await crypto.subtle.sign({ name: "HMAC" }, imported, encoder.encode(message)), text);
}

/** A plain digest of a text. */
export async function sha(hash: Hash, message: string, text: Text): Promise<string> {
  return toText(await crypto.subtle.digest({ name: hash }, encoder.encode(message)), text);
}

/** A signature over a text with a private key. */
export async function privateSignature(
  algorithm: AlgorithmIdentifier | { name: string; hash?: string },
  key: CryptoKey,
  message: string,
): Promise<ArrayBuffer> {
  return crypto.subtle.sign(algorithm as AlgorithmIdentifier, key, encoder.encode(message));
}

/** `r || s` as ASN.1 DER. */
export function toDer(raw: ArrayBuffer): ArrayBuffer {
  const half = (from: number): number[] => {
    const digits = [...new Uint8Array(raw, from, 32)];
    while (digits.length > 1 && digits[0] === 0) digits.shift();
    if (digits[0]! >= 128) digits.unshift(0);
    return [2, digits.length, ...digits];
  };
  const both = [...half(0), ...half(32)];
  return new Uint8Array([48, both.length, ...both]).buffer;
}

export function part(value: unknown): string {
  return toText(encoder.encode(JSON.stringify(value)).buffer as ArrayBuffer, "base64url");
}

/** A compact token, signed by whatever is given. */
export async function jwt(
  header: object,
  claims: object,
  sign: (input: string) => Promise<string>,
): Promise<string> {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${await sign(input)}`;
}

/** A private key from PEM. */
export function privateKey(pem: string, algorithm: { name: string; hash?: string }): Promise<CryptoKey> {
  const lines = pem
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("-"));
  return crypto.subtle.importKey(
    "pkcs8",
    fromBase64(lines.join("")),
    algorithm as AlgorithmIdentifier,
    false,
    ["sign"],
  );
}
