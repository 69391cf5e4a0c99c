/**
 * How a sender proves that a request is its own: the type of a signature scheme, written so that nonsense does not
 * compile (spec webhooks §1).
 * @module
 */

import type { TokenVerifier } from "./jwt.ts";

/**
 * Where one value of a request is. `a|b` means `a`, and `b` when `a` is missing.
 *
 * | place | value |
 * | --- | --- |
 * | `header:NAME` | a header; a `*` in the name stands for 1, 2, … 100 (DocuSign) |
 * | `query:NAME`, `form:NAME` | a query parameter; a field of a form body |
 * | `json:$.a.b[0]` | in the JSON payload |
 * | `item:$.a` | in one element of the payload, where the scheme has `each` or the preset has `split` |
 * | `claim:$.a` | in the claims of the verified JWT |
 * | `setting:NAME` | in the source's settings |
 * | `key:a,b` | the name of the first top-level key of the payload that is none of these |
 * | `=text` | that text |
 */
export type Place =
  | `header:${string}`
  | `query:${string}`
  | `form:${string}`
  | `json:$${string}`
  | `item:$${string}`
  | `claim:$${string}`
  | `setting:${string}`
  | `key:${string}`
  | `=${string}`;

/** Where signatures or a timestamp are, and how they are cut out of the text there. */
export interface Extract {
  /** The place, or several (Box signs with two keys, in two headers). */
  in: Place | readonly Place[];
  /** Splits the text into items; those that start with `prefix` count. Default: the whole text is one item. */
  separator?: string;
  /** What an item starts with, cut off before decoding: `sha256=`, `v1=`. Default: nothing. */
  prefix?: string;
}

/** When the request was made, by the sender's word, and how old it may be. */
export interface Timestamp extends Extract {
  /** `s`, `ms`: Unix time in whole seconds or milliseconds; `unix`: either, told apart by size. `date`: RFC 3339 or RFC 1123. */
  unit: "s" | "ms" | "unix" | "date";
  /** How old, in seconds. Default 300. The future is bounded by the same figure, and by 300. */
  tolerance?: number;
}

/** How bytes are written: hex in either case, base64 or base64url, both with or without padding. */
export type Encoding = "hex" | "base64" | "base64url";

/** A digest of the body that the sender signed in the body's stead; SHA-256. */
export interface BodyDigest {
  in: Place;
  encoding: Encoding;
}

/**
 * The signed message, with placeholders: `{body}` the raw bytes; `{ts}` the timestamp exactly as sent; `{secret}`;
 * `{method}`; `{url}` the public URL; `{anyUrl}` the same with and without the port, and with its query re-encoded;
 * `{path}`; `{form}` the form's fields sorted, names and values joined; `{sha256}` hex and `{crc32}` decimal of the body;
 * `{lines:A,B}` those keys of the payload as `key\nvalue\n`; `{signedHeaders:NAME}` the headers named there, as
 * `name:value;…`; or any {@link Place}. A `?` at the end of a place allows it to be missing.
 */
export type Template = string;

/** A template in which the whole body takes part. */
export type BodyTemplate =
  | `${string}{body}${string}`
  | `${string}{form}${string}`
  | `${string}{sha256}${string}`
  | `${string}{crc32}${string}`
  | `${string}{lines:${string}}${string}`;

/** A scheme signs the body, or a digest of it that is checked, or says openly that it does neither. */
export type Signs =
  | { sign: BodyTemplate; bodyDigest?: never; bodyUnsigned?: never }
  | { sign: Template; bodyDigest: BodyDigest; bodyUnsigned?: never }
  | { sign: Template; bodyDigest?: never; bodyUnsigned: true };

/** What schemes have in common. */
export interface SchemeCommon {
  /** The scheme applies only when the value there is one of these; `true`: when there is a value at all. */
  when?: { in: Place; is: true | readonly string[] };
  /** The value there must be in the list, or in the setting of that name; checked before anything is fetched. */
  require?: readonly { in: Place; is: readonly string[] | `setting:${string}` }[];
}

/** What schemes with a signature over a message have in common. */
export type Signed = SchemeCommon &
  Signs & {
    signature: Extract;
    encoding: Encoding;
    timestamp?: Timestamp;
    /** Every element here must carry its own valid signature (Adyen); `item:` places are read in it. */
    each?: `$${string}`;
  };

/** HMAC with a shared secret. */
export type HmacScheme = Signed & {
  algorithm: "hmac-sha1" | "hmac-sha256" | "hmac-sha512";
  /** How the secret is written. `whsec`: base64 after an optional `whsec_`. Default `utf8`. */
  key?: "utf8" | "base64" | "hex" | "whsec";
  /** Names the key that signed; secrets are then written `<key id>:<secret>` and only that key's is tried. */
  keyId?: Place;
};

/** A plain digest in which the secret takes part. Weaker than HMAC; only where the sender has nothing else. */
export type DigestScheme = Omit<Signed, "sign"> & {
  algorithm: "sha1" | "sha256";
  key?: never;
  sign: `${string}{secret}${string}{body}${string}` | `${string}{body}${string}{secret}${string}`;
};

/** A public key that is fetched. */
export type RemoteKey =
  /** A PEM certificate at an address from the request; the address must match `allow` whole. */
  | { from: "x509"; url: Place; allow: RegExp }
  /** A JWK set; chosen by `kid` where the request names one. */
  | { from: "jwks"; url: `https://${string}` }
  /** A JWK asked for by `kid`: a JSON `POST` whose values may be places or `{secret}` and `{kid}`. */
  | { from: "lookup"; url: Place; allow: RegExp; ask: Readonly<Record<string, Template>> };

/** Ed25519. The secret is the public key: 32 bytes in hex, base64 or `whpk_` + base64, or SPKI (PEM or base64). */
export type Ed25519Scheme = Signed & { algorithm: "ed25519"; key: "hex" | "base64" | "whpk" | "spki" };

/** ECDSA on P-256 with SHA-256; `form` says how the signature is laid out. */
export type EcdsaScheme = Signed & { algorithm: "ecdsa-p256-sha256"; form: "der" | "raw"; key: "spki" };

/** RSA. The secret is the public key as SPKI (PEM or base64), unless it is fetched. */
export type RsaScheme = Signed & {
  algorithm: "rsa-sha1" | "rsa-sha256" | "rsa-pss-sha256";
  key: "spki" | (RemoteKey & { from: "x509" });
};

/** A JSON Web Token; the algorithm is pinned here and never taken from the token. */
export type JwtScheme = SchemeCommon & {
  algorithm: "jwt";
  /** The code that verifies tokens; always `verifyToken`. It is named by the scheme so that a Worker without such senders does not carry it. */
  verifier: TokenVerifier;
  token: Extract;
  /** Claims that must be so; a template, so `{setting:audience}` and `{url}` work. A list claim must contain it. */
  claims?: Readonly<Record<string, Template>>;
  bodyDigest?: BodyDigest;
  /** `exp`: the token must have and keep to an expiry. `iat`: it must be younger than `tolerance`. */
  fresh?: "exp" | "iat";
  /** Seconds, for `iat`. Default 300. */
  tolerance?: number;
} & (
    | { alg: "HS256" | "HS384" | "HS512"; key: "utf8" }
    | { alg: "RS256" | "ES256"; key: "spki" | (RemoteKey & { from: "jwks" | "lookup" }) }
  );

/** A token that is equal to the secret. Nothing of the request is signed. */
export type EqualScheme = SchemeCommon & {
  algorithm: "equal";
  sign?: never;
  token: Extract;
  /** Every element here must carry the token, in an `item:` place (Microsoft Graph). */
  each?: `$${string}`;
};

/** HTTP Basic; the secret is `user:password`. */
export type BasicScheme = SchemeCommon & { algorithm: "basic"; sign?: never };

/** One way to sign a request. */
export type Scheme =
  | HmacScheme
  | DigestScheme
  | Ed25519Scheme
  | EcdsaScheme
  | RsaScheme
  | JwtScheme
  | EqualScheme
  | BasicScheme;

/** The schemes that have a signature over a message. */
export type SignedScheme = HmacScheme | DigestScheme | Ed25519Scheme | EcdsaScheme | RsaScheme;
