/**
 * Signs sample requests as a sender would, for trying a source without its sender. Not part of the Worker.
 * @module
 */
import { importPKCS8, SignJWT } from "jose";
import { InvalidArgumentError } from "../errors.ts";
import { select } from "../routing/json_path.ts";
import { type Bytes, concat, digest, encode, utf8 } from "./encoding.ts";
import { secretBytes } from "./keys.ts";
import type { Preset } from "./preset.ts";
import { type Incoming, open } from "./request.ts";
import { type Draft, draftOf, place, type SampleValues } from "./sample.ts";
import type { BodyDigest, Extract, JwtScheme, Place, Scheme, SignedScheme, Timestamp } from "./scheme.ts";
import type { Settings } from "./settings.ts";
import { publicUrl, render, renderText } from "./template.ts";

/** Options of {@link signSample}. */
export interface SignOptions extends SampleValues {
  /** The URL that the request goes to, as registered. Default: `settings.publicUrl`, else a local one. */
  url?: string;
  /** The body. Default: as little as has a type and an id. Senders that sign fields of the body take no other. */
  body?: string;
  /** Default `application/json`, or a form where the sender posts forms. */
  contentType?: string;
  /** Milliseconds of Unix time. Default `Date.now()`. */
  now?: number;
  settings?: Settings;
  /** PKCS #8 PEM, for senders that sign with a private key. */
  privateKey?: string;
  /** Which scheme, where the preset has several. Default: the first that needs no digest in the URL. */
  scheme?: number;
}

/** A signed request. */
export interface SampleRequest {
  method: string;
  /** The URL with its query. */
  url: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

const hashes = { "1": "SHA-1", "256": "SHA-256", "512": "SHA-512" } as const;

function derSignature(raw: Uint8Array): Bytes {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((number) => {
    let from = 0;
    while (from < 31 && number[from] === 0) from++;
    const digits = number.subarray(from);
    return digits[0]! > 0x7f
      ? concat([Uint8Array.of(0x02, digits.length + 1, 0), digits])
      : concat([Uint8Array.of(0x02, digits.length), digits]);
  });
  const both = concat(integers);
  return concat([Uint8Array.of(0x30, both.length), both]);
}

async function privateSignature(
  scheme: SignedScheme,
  pem: string | undefined,
  message: Bytes,
): Promise<Bytes> {
  if (!pem) throw new InvalidArgumentError("privateKey", "is needed: this sender signs with a private key");
  const { algorithm } = scheme;
  const parameters = {
    ed25519: { name: "Ed25519" },
    "ecdsa-p256-sha256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
    "rsa-sha1": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" },
    "rsa-sha256": { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    "rsa-pss-sha256": { name: "RSA-PSS", hash: "SHA-256", saltLength: 32 },
  }[algorithm as "ed25519"] as { name: string };
  const der = Uint8Array.from(atob(pem.replace(/-----[^-]+-----|\s/g, "")), (character) =>
    character.charCodeAt(0),
  );
  const key = await crypto.subtle.importKey("pkcs8", der, parameters, false, ["sign"]);
  const raw = new Uint8Array(await crypto.subtle.sign(parameters, key, message));
  return "form" in scheme && scheme.form === "der" ? derSignature(raw) : raw;
}

async function signatureOf(
  scheme: SignedScheme,
  secret: string,
  options: SignOptions,
  message: Bytes,
): Promise<string> {
  const { algorithm } = scheme;
  let bytes: Bytes;
  if (algorithm === "sha1" || algorithm === "sha256") {
    bytes = await digest(algorithm === "sha1" ? "SHA-1" : "SHA-256", message);
  } else if (algorithm.startsWith("hmac")) {
    const form = "key" in scheme ? (scheme.key as "utf8" | undefined) : undefined;
    const raw = secretBytes(
      "keyId" in scheme && scheme.keyId ? secret.slice(secret.indexOf(":") + 1) : secret,
      form,
    );
    if (!raw?.length) throw new InvalidArgumentError("secret", "is not of the form that this sender uses");
    const hash = hashes[algorithm.slice(8) as keyof typeof hashes];
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash }, false, ["sign"]);
    bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
  } else {
    bytes = await privateSignature(scheme, options.privateKey, message);
  }
  return encode(bytes, scheme.encoding);
}

async function token(
  scheme: JwtScheme,
  secret: string,
  options: SignOptions,
  incoming: Incoming,
): Promise<string> {
  const seconds = Math.floor((options.now ?? Date.now()) / 1000);
  const claims: Record<string, unknown> = {};
  for (const [name, template] of Object.entries(scheme.claims ?? {}))
    claims[name] = await renderText(template, incoming);
  const { bodyDigest } = scheme;
  if (bodyDigest) {
    const hash = encode(await digest("SHA-256", incoming.body), bodyDigest.encoding);
    claims[bodyDigest.in.slice("claim:$.".length)] = hash;
  }
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg: scheme.alg, typ: "JWT", kid: "sample" })
    .setIssuedAt(seconds);
  if (scheme.fresh === "exp") jwt.setExpirationTime(seconds + 300);
  if (scheme.alg.startsWith("HS")) return jwt.sign(utf8(secret));
  if (!options.privateKey)
    throw new InvalidArgumentError("privateKey", "is needed: this sender signs with a private key");
  return jwt.sign(await importPKCS8(options.privateKey, scheme.alg));
}

function addTo(draft: Draft, extract: Extract, value: string, elements: string): void {
  const at = [extract.in].flat()[0] as Place;
  const header = at
    .split("|")[0]!
    .replace(/^header:/, "")
    .replace("*", "1");
  const known = extract.separator && at.startsWith("header:") ? draft.headers[header] : undefined;
  const item = `${extract.prefix ?? ""}${value}`;
  place(draft, at, known ? `${known}${extract.separator}${item}` : item, elements);
}

function timestampText(at: Place, unit: Timestamp["unit"], now: number): string {
  if (unit === "date")
    return at.includes("klaviyo") ? new Date(now).toUTCString() : new Date(now).toISOString();
  return String(unit === "s" || unit === "unix" ? Math.floor(now / 1000) : now);
}

/** Addresses that the allow-lists admit; what is there must come from the `fetchKey` of whoever verifies. */
function sampleCertificateUrl(at: Place): string {
  return at.includes("paypal")
    ? "https://api.paypal.com/v1/notifications/certs/sample"
    : "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-sample.pem";
}

/**
 * A request that the sender of a preset could have sent.
 * @param preset The preset, or a preset of one's own.
 * @param secret The secret as the source has it; not used by senders that sign with a private key.
 * @throws InvalidArgumentError when the secret has the wrong form, or a private key is needed.
 */
export async function signSample(
  preset: Preset,
  secret: string,
  options: SignOptions = {},
): Promise<SampleRequest> {
  const schemes = [preset.scheme as Scheme | Scheme[]].flat();
  const index =
    options.scheme ??
    Math.max(
      0,
      schemes.findIndex((one) => !one.when?.in.startsWith("query:")),
    );
  const scheme = schemes[index];
  if (!scheme) throw new InvalidArgumentError("scheme", "is not one of the preset's");
  const { settings = {}, now = Date.now() } = options;
  const target = options.url ?? settings.publicUrl ?? "http://localhost:8787/v1/webhooks/sample";
  const draft = draftOf(preset, scheme, settings, options);
  const elements = ("each" in scheme && scheme.each) || preset.split || "$";
  const asForm =
    Object.keys(draft.form).length > 0 || preset.payload === "mandrill_events" || preset.payload === "json";
  const contentType =
    options.contentType ?? (asForm ? "application/x-www-form-urlencoded" : "application/json");
  draft.headers["content-type"] = contentType;

  const request = (): SampleRequest => {
    const payload = draft.json === undefined ? "" : JSON.stringify(draft.json);
    const form = { ...draft.form, ...(preset.payload && payload && { [preset.payload]: payload }) };
    const url = new URL(target);
    for (const [name, value] of Object.entries(draft.query)) url.searchParams.set(name, value);
    const body = options.body ?? (asForm ? new URLSearchParams(form).toString() : payload);
    return { method: "POST", url: url.href, query: draft.query, headers: draft.headers, body };
  };
  const opened = (): Promise<Incoming> => open(request(), { publicUrl: target, ...settings }, preset.payload);

  if (scheme.algorithm === "basic") {
    draft.headers.authorization = `Basic ${encode(utf8(secret), "base64")}`;
  } else if (scheme.algorithm === "equal") {
    addTo(draft, scheme.token, secret, elements);
  } else if (scheme.algorithm === "jwt") {
    addTo(draft, scheme.token, await token(scheme, secret, options, await opened()), elements);
  } else {
    const { timestamp } = scheme;
    const ts = timestamp && timestampText([timestamp.in].flat()[0]!, timestamp.unit, now);
    if (timestamp && ts) addTo(draft, timestamp, ts, elements);
    const list = /\{signedHeaders:([^{}]+)\}/.exec(scheme.sign)?.[1];
    const timestampHeader = timestamp && [timestamp.in].flat()[0]!.replace(/^header:/, "");
    if (list) draft.headers[list] = [list, timestampHeader].filter(Boolean).sort().join(",");
    if ("keyId" in scheme && scheme.keyId)
      place(draft, scheme.keyId, secret.slice(0, secret.indexOf(":")), elements);
    if ("key" in scheme && typeof scheme.key === "object")
      place(draft, scheme.key.url, sampleCertificateUrl(scheme.key.url), elements);
    const bodyDigest: BodyDigest | undefined = scheme.bodyDigest;
    if (bodyDigest)
      place(
        draft,
        bodyDigest.in,
        encode(await digest("SHA-256", utf8(request().body)), bodyDigest.encoding),
        elements,
      );
    const incoming = await opened();
    const item = "each" in scheme && scheme.each ? select(incoming.json, scheme.each)[0] : undefined;
    const inputs = { ts, secret, url: publicUrl(incoming), timestampHeader };
    const message = await render(scheme.sign, item === undefined ? incoming : { ...incoming, item }, inputs);
    if (!message) throw new InvalidArgumentError("body", "lacks something that this sender signs");
    addTo(draft, scheme.signature, await signatureOf(scheme, secret, options, message), elements);
  }
  return request();
}
