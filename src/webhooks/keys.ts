/**
 * Secrets and public keys in the forms that senders hand them out, as WebCrypto keys.
 * @module
 */

import { fromPem, publicKeyOf } from "./der.ts";
import { type Bytes, decode, utf8 } from "./encoding.ts";
import type { Ed25519Scheme, HmacScheme, SignedScheme } from "./scheme.ts";

/** An algorithm that WebCrypto verifies with a key. */
export type KeyedAlgorithm = Exclude<SignedScheme["algorithm"], "sha1" | "sha256"> | "RS256" | "ES256";

/** WebCrypto's parameters, for import and for verification alike. */
const parameters: Readonly<
  Record<KeyedAlgorithm, { name: string; hash?: string; namedCurve?: string; saltLength?: number }>
> = {
  "hmac-sha1": { name: "HMAC", hash: "SHA-1" },
  "hmac-sha256": { name: "HMAC", hash: "SHA-256" },
  "hmac-sha512": { name: "HMAC", hash: "SHA-512" },
  ed25519: { name: "Ed25519" },
  "ecdsa-p256-sha256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  "rsa-sha1": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" },
  "rsa-sha256": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  "rsa-pss-sha256": { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  ES256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
};

/** Whether the signature over the message is the key's; WebCrypto compares in constant time. */
export function verifies(
  algorithm: KeyedAlgorithm,
  key: CryptoKey,
  signature: Bytes,
  message: Bytes,
): Promise<boolean> {
  return crypto.subtle.verify(parameters[algorithm], key, signature, message);
}

function strongEnough(key: CryptoKey): CryptoKey | undefined {
  const { modulusLength } = key.algorithm as { modulusLength?: number };
  return modulusLength !== undefined && modulusLength < 2048 ? undefined : key;
}

async function importKey(
  format: "raw" | "spki" | "jwk",
  data: Bytes | JsonWebKey | undefined,
  algorithm: KeyedAlgorithm,
): Promise<CryptoKey | undefined> {
  if (!data) return undefined;
  try {
    return strongEnough(
      await crypto.subtle.importKey(format as "raw", data as Bytes, parameters[algorithm], false, ["verify"]),
    );
  } catch {
    return undefined;
  }
}

/** The bytes of a shared secret. */
export function secretBytes(secret: string, form: HmacScheme["key"] = "utf8"): Bytes | undefined {
  if (form === "utf8") return utf8(secret);
  if (form !== "whsec") return decode(secret.trim(), form);
  // Supabase writes `v1,` before; a `whpk_` is a public key and must never be a shared one.
  return decode(secret.trim().replace(/^(?:v1,)?whsec_/, ""), "base64");
}

/** HMAC keys of this isolate by algorithm, form and secret: making one takes as long as verifying with it. Values only. */
const hmacKeys = new Map<string, CryptoKey>();
const MAXIMUM_KEYS = 100;

/** An HMAC key, or `undefined` when the secret is not of that form. */
export async function hmacKey(secret: string, scheme: HmacScheme): Promise<CryptoKey | undefined> {
  const name = `${scheme.algorithm} ${scheme.key ?? ""} ${secret}`;
  const known = hmacKeys.get(name);
  if (known) return known;
  const key = await importKey("raw", secretBytes(secret, scheme.key), scheme.algorithm);
  if (hmacKeys.size >= MAXIMUM_KEYS) hmacKeys.clear();
  if (key) hmacKeys.set(name, key);
  return key;
}

/** A public key, or `undefined` when the text is not of that form, or the key is too short. */
export function publicKey(
  text: string,
  form: Ed25519Scheme["key"],
  algorithm: KeyedAlgorithm,
): Promise<CryptoKey | undefined> {
  if (form === "hex" || form === "base64") return importKey("raw", decode(text.trim(), form), algorithm);
  if (form === "spki") return importKey("spki", fromPem(text), algorithm);
  const [, base64] = /^whpk_(.+)$/.exec(text.trim()) ?? [];
  return importKey("raw", base64 ? decode(base64, "base64") : undefined, algorithm);
}

/** The key of a PEM certificate. */
export async function certificateKey(pem: string, algorithm: KeyedAlgorithm): Promise<CryptoKey | undefined> {
  const der = pem.includes("-----BEGIN CERTIFICATE-----") ? fromPem(pem) : undefined;
  return importKey("spki", der && publicKeyOf(der), algorithm);
}

/** The key of a JWK. */
export function jwkKey(jwk: JsonWebKey, algorithm: KeyedAlgorithm): Promise<CryptoKey | undefined> {
  return importKey("jwk", jwk, algorithm);
}

/**
 * Whether two texts are the same, in time that does not depend on where they differ or how long they are: both are
 * hashed with a key that nobody knows.
 */
export async function equal(one: string, other: string): Promise<boolean> {
  const key = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  const mac = await crypto.subtle.sign("HMAC", key as CryptoKey, utf8(one));
  return crypto.subtle.verify("HMAC", key as CryptoKey, mac, utf8(other));
}
