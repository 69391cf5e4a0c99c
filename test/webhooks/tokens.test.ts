import { describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import type { KeyRequest } from "../../src/webhooks/remote-keys.ts";
import { type VerifySource, verify } from "../../src/webhooks/verify.ts";
import { body, p256, post, rsa } from "./key-pair-parts.ts";
import { NOW } from "./sender-cases.ts";
import { jwt, privateSignature, sha, toText } from "./signing.ts";

describe("tokens signed with keys that are fetched", () => {
  async function jwkOf(pair: CryptoKeyPair, kid: string): Promise<object> {
    const { kty, n, e, crv, x, y } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
    return { kty, n, e, crv, x, y, kid, use: "sig" };
  }
  const signer = (algorithm: object, pair: CryptoKeyPair) => async (input: string) =>
    toText(await privateSignature(algorithm as { name: string }, pair.privateKey, input), "base64url");

  it("Google Pub/Sub: issuer, audience, account, expiry and key all count", async () => {
    const pair = (await crypto.subtle.generateKey(rsa, true, ["sign", "verify"])) as CryptoKeyPair;
    const other = (await crypto.subtle.generateKey(rsa, true, ["sign", "verify"])) as CryptoKeyPair;
    const good = {
      iss: "https://accounts.google.com",
      aud: "https://hooks.example.com/",
      email: "push@project.iam.gserviceaccount.com",
      email_verified: true,
      iat: NOW / 1000,
      exp: NOW / 1000 + 3600,
    };
    const asked: string[] = [];
    const text = JSON.stringify({ keys: [await jwkOf(other, "k0"), await jwkOf(pair, "k1")] });
    const fetchKey = async ({ url: address }: KeyRequest) => {
      asked.push(address);
      return { text };
    };
    const check = async (
      claims: object,
      header: object = { alg: "RS256", kid: "k1" },
      by = pair,
      now = NOW,
    ): Promise<string> => {
      const token = await jwt(header, claims, signer(rsa, by));
      const settings = { audience: good.aud, email: good.email };
      const source: VerifySource = { scheme: presets.googlePubsub.scheme, secrets: [], settings };
      const verdict = await verify(post({ authorization: `Bearer ${token}` }), source, {
        now,
        fetchKey,
        keyCache: new Map(),
      });
      return verdict.ok ? "accepted" : verdict.reason;
    };
    expect(await check(good)).toBe("accepted");
    expect(asked).toEqual(["https://www.googleapis.com/oauth2/v3/certs"]);
    expect(await check({ ...good, aud: ["https://other.example/", good.aud] })).toBe("accepted");
    expect(await check({ ...good, iss: "accounts.google.com" })).toBe("not-allowed");
    expect(await check({ ...good, aud: "https://other.example/" })).toBe("not-allowed");
    expect(await check({ ...good, email: "other@project.iam.gserviceaccount.com" })).toBe("not-allowed");
    expect(await check({ ...good, email_verified: false })).toBe("not-allowed");
    expect(await check({ ...good, exp: NOW / 1000 - 31 })).toBe("stale");
    expect(await check({ ...good, exp: undefined })).toBe("missing");
    expect(await check({ ...good, exp: "never" })).toBe("malformed");
    expect(await check({ ...good, nbf: NOW / 1000 + 31 })).toBe("future");
    expect(await check(good, { alg: "RS256", kid: "k1" }, other)).toBe("mismatch");
    expect(await check(good, { alg: "RS256", kid: "k9" })).toBe("mismatch");
    expect(await check(good, { alg: "RS256" })).toBe("missing");
    expect(await check(good, { alg: "none", kid: "k1" })).toBe("malformed");
    expect(await check(good, { alg: "HS256", kid: "k1" })).toBe("malformed");
  });

  it("Plaid: the key is asked for by id, and the body's digest counts", async () => {
    const pair = (await crypto.subtle.generateKey(p256, true, ["sign", "verify"])) as CryptoKeyPair;
    const key = { ...(await jwkOf(pair, "k1")), alg: "ES256", created_at: 1, expired_at: null };
    const asked: KeyRequest[] = [];
    const check = async (
      change: object = {},
      document: object = { key },
      given = body,
      keyUrl?: string,
    ): Promise<string> => {
      const claims = { iat: NOW / 1000, request_body_sha256: await sha("SHA-256", body, "hex"), ...change };
      const token = await jwt({ alg: "ES256", kid: "k1", typ: "JWT" }, claims, signer(p256, pair));
      const settings = { clientId: "client", ...(keyUrl && { keyUrl }) };
      const source: VerifySource = { scheme: presets.plaid.scheme, secrets: ["plaid secret"], settings };
      const fetchKey = async (request: KeyRequest) => {
        asked.push(request);
        return { text: JSON.stringify(document) };
      };
      const verdict = await verify(post({ "Plaid-Verification": token }, given), source, {
        now: NOW,
        fetchKey,
        keyCache: new Map(),
      });
      return verdict.ok ? "accepted" : verdict.reason;
    };
    expect(await check()).toBe("accepted");
    expect(asked).toEqual([
      {
        url: "https://production.plaid.com/webhook_verification_key/get",
        body: { client_id: "client", secret: "plaid secret", key_id: "k1" },
      },
    ]);
    expect(await check({}, { key }, body, "https://sandbox.plaid.com/webhook_verification_key/get")).toBe(
      "accepted",
    );
    expect(await check({}, { key }, body, "https://evil.example/webhook_verification_key/get")).toBe(
      "not-allowed",
    );
    expect(await check({}, { key }, `${body} `)).toBe("mismatch");
    expect(await check({ iat: NOW / 1000 - 301 })).toBe("stale");
    expect(await check({ iat: NOW / 1000 + 301 })).toBe("future");
    expect(await check({ iat: undefined })).toBe("missing");
    expect(await check({}, { key: { ...key, expired_at: 5 } })).toBe("mismatch");
    expect(await check({}, {})).toBe("mismatch");
  });
});
