import { describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { verify } from "../../src/webhooks/verify.ts";
import { NOW, PUBLIC_URL, senderCases } from "./sender-cases.ts";
import { mac } from "./signing.ts";

/** Mistakes seen in other verifiers (spec webhooks §10), each shown not to be made here. */

const url = PUBLIC_URL;
const body = '{"type":"thing.made"}';
const seconds = NOW / 1000;
const secret = "a secret of the sender";
const bad = "00".repeat(32);

type Name = keyof typeof presets;
async function outcome(preset: Name, headers: Record<string, string>, secrets = [secret], given = body): Promise<string> {
  const verdict = await verify({ method: "POST", url, headers, body: given }, { scheme: presets[preset].scheme, secrets }, { now: NOW });
  return verdict.ok ? "accepted" : verdict.reason;
}

describe("several signatures in one header", () => {
  it.each([
    ["first", (good: string) => `v1=${good},v1=${bad}`],
    ["middle", (good: string) => `v1=${bad},v1=${good},v1=${bad}`],
    ["last", (good: string) => `v1=${bad},v1=${good}`],
  ])("Stripe: the good one may be %s", async (_, list) => {
    const good = await mac("SHA-256", secret, `${seconds}.${body}`, "hex");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},${list(good)}` })).toBe("accepted");
  });

  it("Paddle: the good one may come first, before another h1 and an h2", async () => {
    const good = await mac("SHA-256", secret, `${seconds}:${body}`, "hex");
    expect(await outcome("paddle", { "paddle-signature": `ts=${seconds};h1=${good};h1=${bad};h2=x` })).toBe("accepted");
  });

  it("PagerDuty: a list of v1 is a list", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    expect(await outcome("pagerduty", { "x-pagerduty-signature": `v1=${bad},v1=${good}` })).toBe("accepted");
    expect(await outcome("pagerduty", { "x-pagerduty-signature": `v1=${bad},v1=${bad}` })).toBe("mismatch");
  });

  it("Stripe: v0 is no signature, and two different times are refused", async () => {
    const good = await mac("SHA-256", secret, `${seconds}.${body}`, "hex");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},v0=${good}` })).toBe("malformed");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},t=1,v1=${good}` })).toBe("malformed");
    expect(await outcome("stripe", { "stripe-signature": `t=1,t=${seconds},v1=${good}` })).toBe("malformed");
  });

  it("more than 16 are not tried", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    const list = [...Array.from({ length: 16 }, () => `v1=${bad}`), `v1=${good}`].join(",");
    expect(await outcome("pagerduty", { "x-pagerduty-signature": list })).toBe("too-many");
  });

  it("DocuSign and Box: any numbered or named header may hold the good one", async () => {
    const good = await mac("SHA-256", secret, body, "base64");
    const wrong = await mac("SHA-256", "other", body, "base64");
    expect(await outcome("docusign", { "x-docusign-signature-1": wrong, "x-docusign-signature-2": good })).toBe("accepted");
    const time = new Date(NOW).toISOString();
    const boxed = await mac("SHA-256", secret, body + time, "base64");
    const headers = { "box-delivery-timestamp": time, "box-signature-primary": wrong, "box-signature-secondary": boxed };
    expect(await outcome("box", headers)).toBe("accepted");
  });
});

describe("algorithms", () => {
  it("Vercel signs with SHA-1 and no time; SHA-256 is refused", async () => {
    expect(await outcome("vercel", { "x-vercel-signature": await mac("SHA-1", secret, body, "hex") })).toBe("accepted");
    expect(await outcome("vercel", { "x-vercel-signature": await mac("SHA-256", secret, body, "hex") })).toBe("mismatch");
  });

  it("GitHub's old SHA-1 header is ignored", async () => {
    const old = { "x-hub-signature": `sha1=${await mac("SHA-1", secret, body, "hex")}` };
    expect(await outcome("github", old)).toBe("missing");
  });

  it("CircleCI: a version that is not known is not tried", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    expect(await outcome("circleci", { "circleci-signature": `v2=${good}` })).toBe("malformed");
  });

  it("HubSpot: a request with an old signature does not pass as v3", async () => {
    const headers = { "x-hubspot-signature": bad, "x-hubspot-signature-version": "v1" };
    expect(await outcome("hubspot", headers)).toBe("missing");
  });
});

describe("keys", () => {
  const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const standard = async (raw: string | Uint8Array<ArrayBuffer>): Promise<Record<string, string>> => ({
    "webhook-id": "m",
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,${await mac("SHA-256", raw, `m.${seconds}.${body}`, "base64")}`,
  });

  it("whsec_ is base64 for Standard Webhooks, with or without the prefix, and text for Stripe", async () => {
    const raw = Uint8Array.from(atob(key.slice(6)), (character) => character.charCodeAt(0));
    expect(await outcome("standard", await standard(raw), [key])).toBe("accepted");
    expect(await outcome("standard", await standard(raw), [key.slice(6)])).toBe("accepted");
    expect(await outcome("standard", await standard(raw), [`v1,${key}`])).toBe("accepted");
    expect(await outcome("standard", await standard(key), [key])).toBe("mismatch");
    const signature = await mac("SHA-256", key, `${seconds}.${body}`, "hex");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},v1=${signature}` }, [key])).toBe("accepted");
  });

  it("a public key is never a shared secret", async () => {
    const publicKey = `whpk_${key.slice(6)}`;
    const raw = Uint8Array.from(atob(key.slice(6)), (character) => character.charCodeAt(0));
    expect(await outcome("standard", await standard(raw), [publicKey])).not.toBe("accepted");
    expect(await outcome("standard", await standard(publicKey), [publicKey])).not.toBe("accepted");
  });

  it("Pusher and Ably: only the secret of the key that is named is tried", async () => {
    const signature = await mac("SHA-256", "tofu", body, "hex");
    const headers = (owner: string): Record<string, string> => ({ "x-pusher-key": owner, "x-pusher-signature": signature });
    expect(await outcome("pusher", headers("one"), ["one:tofu", "two:milk"])).toBe("accepted");
    expect(await outcome("pusher", headers("two"), ["one:tofu", "two:milk"])).toBe("mismatch");
    expect(await outcome("pusher", headers("three"), ["one:tofu", "two:milk"])).toBe("mismatch");
    expect(await outcome("pusher", { "x-pusher-signature": signature }, ["undefined:tofu"])).not.toBe("accepted");
  });
});

describe("no secret, no verification", () => {
  it.each(senderCases.map((one) => [one.preset, one] as const))("%s without a secret is not configured", async (preset, one) => {
    const signed = await one.make(one.secret, one.body, NOW);
    const source = { scheme: presets[preset].scheme, secrets: [], settings: one.settings ?? {} };
    expect(await verify(signed, source, { now: NOW })).toEqual({ ok: false, reason: "not-configured" });
  });

  it("a secret outside its time is not in force", async () => {
    const headers = { "x-hub-signature-256": `sha256=${await mac("SHA-256", secret, body, "hex")}` };
    const check = async (limits: object): Promise<unknown> => {
      const secrets = [{ value: secret, ...limits }];
      return verify({ method: "POST", url, headers, body }, { scheme: presets.github.scheme, secrets }, { now: NOW });
    };
    expect(await check({ notBefore: NOW, notAfter: NOW })).toMatchObject({ ok: true });
    expect(await check({ notAfter: NOW - 1 })).toEqual({ ok: false, reason: "not-configured" });
    expect(await check({ notBefore: NOW + 1 })).toEqual({ ok: false, reason: "not-configured" });
  });

  it("an algorithm that is not known accepts nothing", async () => {
    const scheme = { ...presets.github.scheme, algorithm: "hmac-md5" } as never;
    const headers = { "x-hub-signature-256": `sha256=${bad}` };
    const verdict = await verify({ method: "POST", url, headers, body }, { scheme, secrets: [secret] }, { now: NOW });
    expect(verdict.ok).toBe(false);
  });
});

describe("what is signed is what arrived", () => {
  it("Sentry and Meta: the raw bytes, never a re-written JSON", async () => {
    const raw = '{ "b":1,\r\n"a":"\\u00e9" }';
    expect(await outcome("sentry", { "sentry-hook-signature": await mac("SHA-256", secret, raw, "hex") }, [secret], raw)).toBe("accepted");
    const rewritten = JSON.stringify(JSON.parse(raw));
    const signature = await mac("SHA-256", secret, rewritten, "hex");
    expect(await outcome("sentry", { "sentry-hook-signature": signature }, [secret], raw)).toBe("mismatch");
  });

  it("a byte order mark and bytes that are no UTF-8 are signed as they are", async () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d, 0xff, 0x00]);
    const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes));
    const hex = Array.from(signature, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const parts = { method: "POST", url, headers: { "x-hub-signature-256": `sha256=${hex}` }, body: bytes };
    expect(await verify(parts, { scheme: presets.github.scheme, secrets: [secret] })).toMatchObject({ ok: true });
  });

  it("Twilio: a JSON body without its digest in the URL is refused", async () => {
    const signature = await mac("SHA-1", secret, url, "base64");
    const source = { scheme: presets.twilio.scheme, secrets: [secret], settings: { publicUrl: url } };
    const parts = { method: "POST", url, headers: { "content-type": "application/json", "x-twilio-signature": signature }, body };
    expect(await verify(parts, source)).toEqual({ ok: false, reason: "missing" });
  });

  it("Twilio: the query of the request is signed, also when the configured URL has another", async () => {
    const signature = await mac("SHA-1", secret, `${url}?a=1`, "base64");
    const source = { scheme: presets.twilio.scheme, secrets: [secret], settings: { publicUrl: `${url}?a=1` } };
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature };
    expect(await verify({ method: "POST", url: `http://10.0.0.1:8787/x?a=1`, headers, body: "" }, source)).toMatchObject({ ok: true });
    expect(await verify({ method: "POST", url: `${url}?a=2`, headers, body: "" }, source)).toEqual({ ok: false, reason: "mismatch" });
  });

  it("Contentful: a list of signed headers without the time is refused", async () => {
    const names = "x-contentful-signed-headers";
    const message = ["POST", new URL(url).pathname, `${names}:${names}`, body].join("\n");
    const headers = {
      [names]: names,
      "x-contentful-timestamp": String(NOW),
      "x-contentful-signature": await mac("SHA-256", secret, message, "hex"),
    };
    expect(await outcome("contentful", headers)).toBe("missing");
  });

  it("Adyen: every item must be signed", async () => {
    const one = senderCases.find(({ preset }) => preset === "adyen")!;
    const signed = await one.make(one.secret, one.body, NOW);
    const { notificationItems, ...rest } = JSON.parse(signed.body) as { notificationItems: unknown[] };
    const check = async (items: unknown[]): Promise<unknown> =>
      verify({ ...signed, body: JSON.stringify({ ...rest, notificationItems: items }) }, { scheme: presets.adyen.scheme, secrets: [one.secret] });
    expect(await check([...notificationItems, ...notificationItems])).toMatchObject({ ok: true });
    expect(await check([...notificationItems, { NotificationRequestItem: { eventCode: "REFUND" } }])).toMatchObject({ ok: false });
    expect(await check([])).toEqual({ ok: false, reason: "missing" });
  });

  it("Graph: every notification must carry the state", async () => {
    const check = async (value: unknown[]): Promise<unknown> =>
      verify({ method: "POST", url, headers: {}, body: JSON.stringify({ value }) }, { scheme: presets.graph.scheme, secrets: [secret] });
    expect(await check([{ clientState: secret }, { clientState: secret }])).toMatchObject({ ok: true });
    expect(await check([{ clientState: secret }, {}])).toEqual({ ok: false, reason: "missing" });
    expect(await check([{ clientState: secret }, { clientState: "x" }])).toEqual({ ok: false, reason: "mismatch" });
  });
});

describe("a signature has one spelling", () => {
  it("base64 whose unused bits were changed is refused", async () => {
    const good = await mac("SHA-256", secret, body, "base64");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const last = good.at(-2)!;
    const other = `${good.slice(0, -2)}${alphabet[alphabet.indexOf(last) + 1]}=`;
    expect(atob(other)).toBe(atob(good));
    expect(await outcome("shopify", { "x-shopify-hmac-sha256": good })).toBe("accepted");
    expect(await outcome("shopify", { "x-shopify-hmac-sha256": other })).toBe("malformed");
  });

  it("hex may be in either case, and nothing else", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    expect(await outcome("dropbox", { "x-dropbox-signature": good.toUpperCase() })).toBe("accepted");
    for (const other of [`${good}00`, good.slice(2), good.slice(1), `0x${good}`, `${good}\u00e9`]) {
      expect(await outcome("dropbox", { "x-dropbox-signature": other })).not.toBe("accepted");
    }
  });
});
