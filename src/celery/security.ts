/**
 * Celery's `auth` serialiser: a JSON body signed with RSA-PSS, for workers that run `setup_security()`. Spec celery §10.1.
 *
 * Only the body is signed: the headers, with the task's name and id, are not, and a message can be replayed.
 * @module
 */
import { toBase64 } from "../envelope/base64.ts";
import { InvalidArgumentError } from "../errors.ts";
import { pemBytes, signerId } from "./certificate.ts";

/** What signs messages: the setting `security`. Only those who make one have it in their bundle. */
export interface Signer {
  /** Signs a JSON text and packs it as Celery does. */
  sign(json: string): Promise<string>;
  /** The JSON text inside a packed body. The signature is not checked. */
  unpack(packed: string): string;
}

/** What a signer is made of. */
export interface SignerOptions {
  /** An RSA key: PKCS #8 in PEM form, not encrypted, or imported for RSA-PSS with the same digest. */
  readonly privateKey: string | CryptoKey;
  /** The certificate that the workers have in their store, in PEM form; or give `signer`. */
  readonly certificate?: string;
  /** The certificate's issuer and serial number as Celery joins them. */
  readonly signer?: string;
  /** The workers' `setup_security(digest=…)`. Default `sha256`. */
  readonly digest?: "sha256" | "sha384" | "sha512";
  /** How the parts are packed: `base64` for Celery ≥ 5.5, `raw` for older workers; neither reads the other. Default `base64`. */
  readonly format?: "base64" | "raw";
}

const HASHES = { sha256: ["SHA-256", 32], sha384: ["SHA-384", 48], sha512: ["SHA-512", 64] } as const;
const SEPARATOR = new Uint8Array([0, 1]);
const encoder = new TextEncoder();

/** Imported keys outlive a request: they are plain values, not I/O. */
const imported = new WeakMap<SignerOptions, CryptoKey>();

/**
 * Makes a signer. Keep the options, or the signer, outside the handler: the key is then imported once.
 *
 * @throws {InvalidArgumentError} When it is used with a key or certificate that cannot be used, naming it.
 */
export function signer(options: SignerOptions): Signer {
  return { sign: async (json) => await sign(options, json), unpack };
}

async function sign(options: SignerOptions, json: string): Promise<string> {
  const { digest = "sha256", format = "base64" } = options;
  const name = encoder.encode(signerOf(options));
  const key = await keyOf(options, digest);
  const { modulusLength } = key.algorithm as unknown as { modulusLength: number };
  // Celery verifies with the longest salt there is and accepts no other.
  const saltLength = Math.ceil((modulusLength - 1) / 8) - HASHES[digest][1] - 2;
  const payload = encoder.encode(json);
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "RSA-PSS", saltLength }, key, payload));
  const wrap = (bytes: Uint8Array) => (format === "raw" ? bytes : encoder.encode(toBase64(bytes)));
  const fields = [wrap(name), wrap(signature), encoder.encode("application/json"), encoder.encode("utf-8")];
  return toBase64(joined([...fields.flatMap((field) => [field, SEPARATOR]), payload]));
}

function unpack(packed: string): string {
  const text = atob(packed);
  const mark = "\0\x01application/json\0\x01utf-8\0\x01";
  const at = text.indexOf(mark);
  if (at < 0) throw new TypeError("not a signed body");
  const bytes = Uint8Array.from(text.slice(at + mark.length), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function signerOf({ signer, certificate }: SignerOptions): string {
  if (signer) return signer;
  if (!certificate) throw new InvalidArgumentError("signer.certificate", "or signer.signer must be given");
  return signerId(certificate, "signer.certificate");
}

async function keyOf(options: SignerOptions, digest: keyof typeof HASHES): Promise<CryptoKey> {
  const { privateKey } = options;
  if (!Object.hasOwn(HASHES, digest)) {
    throw new InvalidArgumentError("signer.digest", "must be sha256, sha384 or sha512");
  }
  if (typeof privateKey !== "string") return privateKey;
  const known = imported.get(options);
  if (known) return known;
  const bytes = pemBytes(privateKey, "signer.privateKey");
  try {
    const algorithm = { name: "RSA-PSS", hash: HASHES[digest][0] };
    const key = await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
    imported.set(options, key);
    return key;
  } catch {
    // The engine's error may quote the key.
    throw new InvalidArgumentError("signer.privateKey", "must be an RSA key in PKCS #8 form, not encrypted");
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
