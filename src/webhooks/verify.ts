/**
 * The one verifier: any scheme, several secrets, several signatures, and no way through but a match.
 * @module
 */

import { select } from "../routing/json_path.ts";
import { allowedUrl, contextOf, fetchDocument, type VerifyContext, type VerifyOptions } from "./context.ts";
import { rawSignature } from "./der.ts";
import { type Bytes, decode, digest, encode, isCanonical } from "./encoding.ts";
import { checkBodyDigest, presented, readTimestamp, type Stamp } from "./extract.ts";
import { certificateKey, equal, hmacKey, type KeyedAlgorithm, publicKey, verifies } from "./keys.ts";
import { type Incoming, open, type RequestParts, read, readAll } from "./request.ts";
import type { Ed25519Scheme, EqualScheme, HmacScheme, RsaScheme, Scheme, SignedScheme } from "./scheme.ts";
import { MAXIMUM_SECRETS, type Secret, type Settings } from "./settings.ts";
import { render, urlSpellings } from "./template.ts";
import { type Reason, reject, type Verdict } from "./verdict.ts";

/** Elements of one request that must each be signed. */
const MAX_ELEMENTS = 1000;

/** What a request is verified against. */
export interface VerifySource {
  /** One scheme, or several of which one must accept. */
  scheme: Scheme | readonly Scheme[];
  /** The secrets in force: current and, while rotating, previous. */
  secrets: readonly Secret[];
  settings?: Settings;
  /** Name of the form field that holds the JSON payload, for senders that post forms. */
  payload?: string | undefined;
  /** Seconds; replaces the tolerance of the scheme. */
  tolerance?: number | undefined;
}

interface Usable {
  value: string;
  index: number;
}

/** From the least telling reason to the most: with several schemes, the most telling one is reported. */
const telling: readonly Reason[] = [
  "unsupported",
  "missing",
  "unusable-secret",
  "malformed",
  "too-many",
  "stale",
  "future",
  "not-configured",
  "not-allowed",
  "key-unavailable",
  "mismatch",
];

/** The secrets in force; `undefined` when one is empty or there are too many, which is never to be ignored. */
function usableSecrets(secrets: readonly Secret[], now: number): Usable[] | undefined {
  const all = secrets.map((secret, index) => {
    const { value, notBefore, notAfter } =
      typeof secret === "string" ? ({ value: secret } as Exclude<Secret, string>) : secret;
    return { value, index, inForce: now >= (notBefore ?? now) && now <= (notAfter ?? now) };
  });
  if (
    all.length > MAXIMUM_SECRETS ||
    all.some(({ value }) => typeof value !== "string" || value.trim() === "")
  ) {
    return undefined;
  }
  return all.filter(({ inForce }) => inForce);
}

function isHmac(scheme: SignedScheme): scheme is HmacScheme {
  return scheme.algorithm.startsWith("hmac");
}

type Match = (key: Usable, signature: Bytes, message: Bytes) => Promise<boolean | undefined>;

/** How one signature is held against one message with one secret; `undefined`: the secret is not usable. */
function matcher(scheme: SignedScheme): Match {
  const keys = new Map<number, CryptoKey | undefined>();
  return async ({ value, index }, signature, message) => {
    if (scheme.algorithm === "sha1" || scheme.algorithm === "sha256") {
      const own = await digest(scheme.algorithm === "sha1" ? "SHA-1" : "SHA-256", message);
      return equal(encode(own, "hex"), encode(signature, "hex"));
    }
    if (!keys.has(index)) {
      keys.set(
        index,
        typeof scheme.key === "object"
          ? await certificateKey(value, scheme.algorithm as KeyedAlgorithm)
          : isHmac(scheme)
            ? await hmacKey(value, scheme)
            : await publicKey(value, scheme.key as Ed25519Scheme["key"], scheme.algorithm as KeyedAlgorithm),
      );
    }
    const key = keys.get(index);
    return key && verifies(scheme.algorithm as KeyedAlgorithm, key, signature, message);
  };
}

function decodeSignature(scheme: SignedScheme, text: string): Bytes | undefined {
  const bytes = decode(text, scheme.encoding);
  if (!bytes || !isCanonical(text, scheme.encoding, bytes)) return undefined;
  return "form" in scheme && scheme.form === "der" ? rawSignature(bytes) : bytes;
}

/** The certificate that signed, as the only "secret". */
async function certificate(
  scheme: RsaScheme,
  incoming: Incoming,
  context: VerifyContext,
): Promise<Usable[] | Reason> {
  const remote = scheme.key as Exclude<RsaScheme["key"], string>;
  const url = allowedUrl(read(incoming, remote.url), remote.allow);
  if (!url) return read(incoming, remote.url) ? "not-allowed" : "missing";
  const value = await fetchDocument(url, context);
  return value === undefined ? "key-unavailable" : [{ value, index: -1 }];
}

async function verifySigned(
  scheme: SignedScheme,
  incoming: Incoming,
  secrets: readonly Usable[],
  context: VerifyContext,
  tolerance?: number,
): Promise<Verdict> {
  const stamp: Stamp | Reason | undefined =
    scheme.timestamp && readTimestamp(scheme.timestamp, incoming, context.now, tolerance);
  if (typeof stamp === "string") return reject(stamp);
  const texts = presented(scheme.signature, incoming);
  if (typeof texts === "string") return reject(texts);
  const signatures = texts.map((text) => decodeSignature(scheme, text)).filter((one) => one !== undefined);
  if (signatures.length === 0) return reject("malformed");
  const bodyProblem = scheme.bodyDigest && (await checkBodyDigest(scheme.bodyDigest, incoming));
  if (bodyProblem) return reject(bodyProblem);

  let candidates = [...secrets];
  if ("keyId" in scheme && scheme.keyId) {
    const keyId = read(incoming, scheme.keyId);
    if (keyId === undefined) return reject("missing");
    const owner = `${keyId}:`;
    candidates = candidates
      .filter(({ value }) => value.startsWith(owner))
      .map(({ value, index }) => ({ value: value.slice(owner.length), index }));
    if (candidates.length === 0) return reject("mismatch");
  } else if ("key" in scheme && typeof scheme.key === "object") {
    const fetched = await certificate(scheme as RsaScheme, incoming, context);
    if (typeof fetched === "string") return reject(fetched);
    candidates = fetched;
  }

  const urls = scheme.sign.includes("{anyUrl}") ? urlSpellings(incoming) : [undefined];
  const timestampHeader = scheme.timestamp && [scheme.timestamp.in].flat()[0]?.replace(/^header:/, "");
  const matches = matcher(scheme);
  let reason: Reason = "unusable-secret";
  for (const secret of candidates) {
    if (secret.value === "") continue;
    for (const url of urls) {
      const inputs = { ts: stamp?.text, secret: secret.value, url, timestampHeader };
      const message = await render(scheme.sign, incoming, inputs);
      if (!message) return reject("missing");
      for (const signature of signatures) {
        const matched = await matches(secret, signature, message);
        if (matched === undefined) continue;
        if (matched)
          return { ok: true, secret: secret.index, scheme: 0, ...(stamp && { timestamp: stamp.at }) };
        reason = "mismatch";
      }
    }
  }
  return reject(reason);
}

async function verifyEqual(
  scheme: EqualScheme,
  incoming: Incoming,
  secrets: readonly Usable[],
): Promise<Verdict> {
  const texts = presented(scheme.token, incoming);
  if (typeof texts === "string") return reject(texts);
  for (const { value, index } of secrets) {
    for (const text of texts) if (await equal(value, text)) return { ok: true, secret: index, scheme: 0 };
  }
  return reject("mismatch");
}

async function verifyBasic(incoming: Incoming, secrets: readonly Usable[]): Promise<Verdict> {
  const bytes = decode(
    /^basic +(\S+)$/i.exec(read(incoming, "header:authorization") ?? "")?.[1] ?? "",
    "base64",
  );
  if (!bytes) return reject(incoming.headers.has("authorization") ? "malformed" : "missing");
  const given = new TextDecoder().decode(bytes);
  for (const { value, index } of secrets) {
    if (value.includes(":") && (await equal(value, given))) return { ok: true, secret: index, scheme: 0 };
  }
  return reject("mismatch");
}

async function verifyOne(
  scheme: Scheme,
  incoming: Incoming,
  secrets: readonly Usable[],
  context: VerifyContext,
  tolerance?: number,
): Promise<Verdict> {
  if (scheme.algorithm === "jwt") return scheme.verifier(scheme, incoming, secrets, context, tolerance);
  if (scheme.algorithm === "equal") return verifyEqual(scheme, incoming, secrets);
  if (scheme.algorithm === "basic") return verifyBasic(incoming, secrets);
  return verifySigned(scheme, incoming, secrets, context, tolerance);
}

/** Why the scheme has nothing to say about this request, or refuses it outright. */
function precondition(scheme: Scheme, incoming: Incoming, secrets: readonly Usable[]): Reason | undefined {
  const fetched = "key" in scheme && typeof scheme.key === "object" && scheme.key.from !== "lookup";
  if (!fetched && secrets.length === 0) return "not-configured";
  if (scheme.when) {
    const { in: place, is } = scheme.when;
    const value = read(incoming, place);
    if (value === undefined || (is !== true && !is.includes(value))) return "unsupported";
  }
  for (const { in: place, is } of scheme.require ?? []) {
    const allowed = typeof is === "string" ? readAll(incoming, is) : is;
    if (allowed.length === 0) return "not-configured";
    const value = read(incoming, place);
    if (value === undefined) return "missing";
    if (!allowed.includes(value)) return "not-allowed";
  }
  return undefined;
}

/** Verifies an opened request; see {@link verify}. */
export async function verifyIncoming(
  incoming: Incoming,
  source: VerifySource,
  options?: VerifyOptions,
): Promise<Verdict> {
  try {
    const context = contextOf(options);
    const secrets = usableSecrets(source.secrets, context.now);
    if (!secrets) return reject("unusable-secret");
    let worst: Reason = "unsupported";
    for (const [index, scheme] of [source.scheme as Scheme | Scheme[]].flat().entries()) {
      const elements = "each" in scheme && scheme.each ? select(incoming.json, scheme.each) : [undefined];
      let reason: Reason | undefined = precondition(scheme, incoming, secrets);
      if (elements.length === 0) reason ??= "missing";
      if (elements.length > MAX_ELEMENTS) reason ??= "too-many";
      let verdict: Verdict = reject("missing");
      for (const item of reason ? [] : elements) {
        verdict = await verifyOne(
          scheme,
          item === undefined ? incoming : { ...incoming, item },
          secrets,
          context,
          source.tolerance,
        );
        if (!verdict.ok) break;
      }
      if (!reason && verdict.ok) return { ...verdict, scheme: index };
      reason ??= (verdict as { reason: Reason }).reason;
      if (telling.indexOf(reason) > telling.indexOf(worst)) worst = reason;
    }
    return reject(worst);
  } catch {
    return reject("malformed");
  }
}

/**
 * Verifies a request. Accepts only on a match of a known scheme with a usable secret; whatever else happens, it
 * rejects, and it never throws.
 * @param parts The request as it came, its body raw.
 * @param source Scheme, secrets and settings.
 * @param options The clock, and how keys are fetched.
 * @see spec webhooks §1, §11
 */
export async function verify(
  parts: RequestParts,
  source: VerifySource,
  options?: VerifyOptions,
): Promise<Verdict> {
  try {
    return await verifyIncoming(await open(parts, source.settings ?? {}, source.payload), source, options);
  } catch {
    return reject("malformed");
  }
}
