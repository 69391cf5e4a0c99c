/**
 * Requests that carry a JSON Web Token (spec webhooks §4).
 * @module
 */
import { allowedUrl, fetchDocument, type VerifyContext } from "./context.ts";
import { decode, isCanonical, utf8 } from "./encoding.ts";
import { checkBodyDigest, freshness, presented, TOLERANCE_SECONDS } from "./extract.ts";
import { jwkKey, publicKey } from "./keys.ts";
import { type Incoming, read } from "./request.ts";
import type { JwtScheme } from "./scheme.ts";
import { renderText } from "./template.ts";
import { type Reason, reject, type Verdict } from "./verdict.ts";

/** Seconds that `exp` and `nbf` may be off. */
const LEEWAY_SECONDS = 30;

type Json = Record<string, unknown>;
type Key = CryptoKey | Uint8Array;

function parsePart(part: string): Json | undefined {
  const bytes = decode(part, "base64url");
  const value: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
  return typeof value === "object" && value !== null ? (value as Json) : undefined;
}

/** The key of that `kid`; a document that does not know it is asked for once more. */
async function fetchedKey(
  scheme: JwtScheme,
  kid: string,
  incoming: Incoming,
  secret: string | undefined,
  context: VerifyContext,
): Promise<Key | Reason> {
  const remote = scheme.key as Exclude<JwtScheme["key"], string>;
  let url: string | undefined = remote.url;
  let ask: { body: Record<string, string>; name: string } | undefined;
  if (remote.from === "lookup") {
    url = allowedUrl(read(incoming, remote.url), remote.allow);
    if (!url) return "not-allowed";
    ask = { body: {}, name: kid };
    for (const [name, template] of Object.entries(remote.ask)) {
      const value = await renderText(template, incoming, { kid, secret });
      if (value === undefined) return "not-configured";
      ask.body[name] = value;
    }
  }
  for (const again of [false, true]) {
    const text = await fetchDocument(url, context, { again, ...ask });
    if (text === undefined) return "key-unavailable";
    const document = JSON.parse(text) as { keys?: unknown; key?: unknown };
    const candidates = [document.keys ?? document.key].flat() as (Json | undefined)[];
    const jwk = candidates.find((one) => one?.kid === kid && !one.expired_at);
    const key = jwk && (await jwkKey(jwk as unknown as JsonWebKey, scheme.alg as "RS256"));
    if (key) return key;
  }
  return "mismatch";
}

async function verifiedClaims(token: string, key: Key, alg: string): Promise<Json | undefined> {
  try {
    // Loaded when first needed: a file of presets holds others that need no tokens.
    const { compactVerify } = await import("jose/jws/compact/verify");
    const { payload } = await compactVerify(token, key, { algorithms: [alg] });
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof claims === "object" && claims !== null ? (claims as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** Why the claims are not good enough, if they are not. */
async function checkClaims(
  scheme: JwtScheme,
  claims: Json,
  incoming: Incoming,
  now: number,
  tolerance: number | undefined,
): Promise<Reason | undefined> {
  const { exp, nbf, iat } = claims as { exp?: number; nbf?: number; iat?: number };
  for (const time of [exp, nbf, iat]) if (time !== undefined && typeof time !== "number") return "malformed";
  if (exp !== undefined && now / 1000 >= exp + LEEWAY_SECONDS) return "stale";
  if (nbf !== undefined && now / 1000 < nbf - LEEWAY_SECONDS) return "future";
  if (scheme.fresh && claims[scheme.fresh] === undefined) return "missing";
  if (scheme.fresh === "iat") {
    const problem = freshness(iat! * 1000, now, tolerance ?? scheme.tolerance ?? TOLERANCE_SECONDS);
    if (problem) return problem;
  }
  for (const [name, template] of Object.entries(scheme.claims ?? {})) {
    const wanted = await renderText(template, incoming);
    if (!wanted) return "not-configured";
    if (![claims[name]].flat().some((value) => String(value) === wanted)) return "not-allowed";
  }
  return scheme.bodyDigest && checkBodyDigest(scheme.bodyDigest, { ...incoming, claims });
}

/** What a {@link JwtScheme} is verified with. */
export type TokenVerifier = (
  scheme: JwtScheme,
  incoming: Incoming,
  secrets: readonly { value: string; index: number }[],
  context: VerifyContext,
  tolerance?: number,
) => Promise<Verdict>;

/** Verifies the token of a request, then its claims and the digest of the body in it. */
export const verifyToken: TokenVerifier = async (scheme, incoming, secrets, context, tolerance) => {
  const tokens = presented(scheme.token, incoming);
  if (typeof tokens === "string") return reject(tokens);
  const token = tokens[0]!;
  const [head = "", , tail = "", ...more] = token.split(".");
  const signature = decode(tail, "base64url");
  const header = parsePart(head);
  if (!signature || !isCanonical(tail, "base64url", signature) || more.length > 0) return reject("malformed");
  // The algorithm is the scheme's; a token that names another is refused before any key is touched.
  if (header?.alg !== scheme.alg) return reject("malformed");
  const remote = typeof scheme.key === "object";
  let reason: Reason = "unusable-secret";
  for (const { value, index } of remote && secrets.length === 0
    ? [{ value: undefined, index: -1 }]
    : secrets) {
    const kid = header.kid;
    if (remote && typeof kid !== "string") return reject("missing");
    const key = remote
      ? await fetchedKey(scheme, kid as string, incoming, value, context)
      : scheme.key === "utf8"
        ? utf8(value!)
        : await publicKey(value!, "spki", scheme.alg as "RS256");
    if (!key) continue;
    if (typeof key === "string") {
      reason = key;
      continue;
    }
    const claims = await verifiedClaims(token, key, scheme.alg);
    reason = "mismatch";
    if (!claims) continue;
    const problem = await checkClaims(scheme, claims, incoming, context.now, tolerance);
    return problem ? reject(problem) : { ok: true, secret: index, scheme: 0, claims };
  }
  return reject(reason);
};
