import { createHmac } from "node:crypto";
import { sign as octokitSign } from "@octokit/webhooks-methods";
import { encodeSignatureHeader } from "@sanity/webhook";
import { verifyKey } from "discord-interactions";
import { SignJWT } from "jose";
import Pusher from "pusher";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import twilio from "twilio";
import { describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import type { RequestParts } from "../../src/webhooks/request.ts";
import type { Settings } from "../../src/webhooks/settings.ts";
import { signSample } from "../../src/webhooks/sign.ts";
import { verify } from "../../src/webhooks/verify.ts";

/** The senders' own libraries: what they sign, we accept; what we sign, they accept. */

const body = '{"type":"thing.made","name":"Zoë 🎉","n":1.50}';
const url = "https://hooks.example.com/v1/webhooks/source?foo=1&bar=it%27s";
const settings: Settings = { publicUrl: "https://hooks.example.com/v1/webhooks/source" };

async function accepts(
  preset: keyof typeof presets,
  secret: string,
  parts: Partial<RequestParts>,
): Promise<unknown> {
  const whole = { method: "POST", url, headers: {}, body, ...parts };
  const good = await verify(whole, { scheme: presets[preset].scheme, secrets: [secret], settings });
  const altered = await verify(
    { ...whole, body: `${whole.body as string}x` },
    { scheme: presets[preset].scheme, secrets: [secret], settings },
  );
  return { good: good.ok, altered: altered.ok };
}

const both = { good: true, altered: false };

describe("what they sign, we accept", () => {
  it("@octokit/webhooks-methods", async () => {
    expect(
      await accepts("github", "s3cret", {
        headers: { "x-hub-signature-256": await octokitSign("s3cret", body) },
      }),
    ).toEqual(both);
  });

  it("stripe", async () => {
    const header = new Stripe("sk_test_x").webhooks.generateTestHeaderString({
      payload: body,
      secret: "whsec_abc",
    });
    expect(await accepts("stripe", "whsec_abc", { headers: { "stripe-signature": header } })).toEqual(both);
  });

  it("standardwebhooks and svix", async () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const now = new Date();
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const standard = new StandardWebhook(secret).sign("msg_1", now, body);
    const headers = { "webhook-id": "msg_1", "webhook-timestamp": timestamp, "webhook-signature": standard };
    expect(await accepts("standard", secret, { headers })).toEqual(both);
    const svix = new SvixWebhook(secret).sign("msg_1", now, body);
    expect(
      await accepts("svix", secret, {
        headers: { "svix-id": "msg_1", "svix-timestamp": timestamp, "svix-signature": svix },
      }),
    ).toEqual(both);
  });

  it("twilio, forms with lists, awkward queries, and with a port", async () => {
    const form = {
      To: "+15550001",
      Body: "a & b = ç",
      MediaUrl: ["https://b/", "https://a/", "https://b/"],
      From: "+1",
    };
    const fields = Object.entries(form).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
    const encoded = new URLSearchParams(fields).toString();
    for (const signedUrl of [url, url.replace(".com/", ".com:443/"), url.replace("%27", "'")]) {
      const signature = twilio.getExpectedTwilioSignature("token", signedUrl, form);
      const headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": signature,
      };
      expect(await accepts("twilio", "token", { headers, body: encoded }), signedUrl).toEqual(both);
    }
  });

  it("twilio, JSON", async () => {
    const signed = `${url}&bodySHA256=${twilio.getExpectedBodyHash(body)}`;
    const headers = {
      "content-type": "application/json",
      "x-twilio-signature": twilio.getExpectedTwilioSignature("token", signed, {}),
    };
    expect(await accepts("twilio", "token", { url: signed, headers })).toEqual(both);
  });

  it("@sanity/webhook", async () => {
    const header = await encodeSignatureHeader(body, Date.now(), "s3cret");
    expect(await accepts("sanity", "s3cret", { headers: { "sanity-webhook-signature": header } })).toEqual(
      both,
    );
  });

  it("jose, a token as QStash makes it", async () => {
    const hash = (await import("node:crypto")).createHash("sha256").update(body).digest("base64url");
    const token = await new SignJWT({ body: hash })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuer("Upstash")
      .setSubject(url)
      .setExpirationTime("5m")
      .setNotBefore("0s")
      .sign(new TextEncoder().encode("sig_1"));
    expect(await accepts("qstash", "sig_1", { headers: { "upstash-signature": token } })).toEqual(both);
  });
});

describe("what we sign, they accept", () => {
  it("stripe, standardwebhooks, svix", async () => {
    const stripe = await signSample(presets.stripe, "whsec_abc", { url, type: "invoice.paid" });
    const event = new Stripe("sk_test_x").webhooks.constructEvent(
      stripe.body,
      stripe.headers["stripe-signature"]!,
      "whsec_abc",
    );
    expect(event.type).toBe("invoice.paid");
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const standard = await signSample(presets.standard, secret, { url, type: "thing.made" });
    expect(new StandardWebhook(secret).verify(standard.body, standard.headers)).toMatchObject({
      type: "thing.made",
    });
    expect(() => new SvixWebhook(secret).verify(standard.body, standard.headers)).not.toThrow();
    expect(() => new SvixWebhook(secret).verify(`${standard.body} `, standard.headers)).toThrow();
  });

  it("twilio and pusher", async () => {
    const sample = await signSample(presets.twilio, "token", { url });
    const form = Object.fromEntries(new URLSearchParams(sample.body));
    expect(twilio.validateRequest("token", sample.headers["x-twilio-signature"]!, sample.url, form)).toBe(
      true,
    );
    const pusher = new Pusher({ appId: "1", key: "key1", secret: "tofu", cluster: "eu" });
    const hook = await signSample(presets.pusher, "key1:tofu", { url });
    expect(pusher.webhook({ headers: hook.headers, rawBody: hook.body }).isValid()).toBe(true);
  });

  it("discord-interactions", async () => {
    const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
    const pkcs8 = Buffer.from(
      await crypto.subtle.exportKey("pkcs8", (pair as CryptoKeyPair).privateKey),
    ).toString("base64");
    const publicKey = Buffer.from(
      await crypto.subtle.exportKey("raw", (pair as CryptoKeyPair).publicKey),
    ).toString("hex");
    const sample = await signSample(presets.discord, publicKey, { url, privateKey: pkcs8 });
    const { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp } = sample.headers;
    expect(await verifyKey(sample.body, signature!, timestamp!, publicKey)).toBe(true);
  });

  it("node:crypto, for every sender that signs the bare body with SHA-256", async () => {
    const bare = Object.entries(presets).filter(
      ([, { scheme }]) =>
        "sign" in scheme &&
        scheme.sign === "{body}" &&
        scheme.algorithm === "hmac-sha256" &&
        !scheme.key &&
        !scheme.keyId &&
        !scheme.timestamp,
    );
    expect(bare.length).toBeGreaterThan(35);
    for (const [name, preset] of bare) {
      const sample = await signSample(preset, "s3cret", { url });
      const { encoding } = preset.scheme as { encoding: "hex" | "base64" };
      const expected = createHmac("sha256", "s3cret").update(sample.body).digest(encoding);
      const sent = [
        ...Object.values(sample.headers),
        new URL(sample.url).searchParams.get("signature") ?? "",
      ];
      expect(
        sent.some((value) => value.endsWith(expected)),
        name,
      ).toBe(true);
    }
  });
});
