import { beforeAll, describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { verify } from "../../src/webhooks/verify.ts";
import { body, ed25519, type Parts, p256, post, rsa, seconds } from "./key-pair-parts.ts";
import { NOW } from "./sender-cases.ts";
import { privateSignature, type Text, toDer, toText } from "./signing.ts";

interface KeyPair {
  /** The public key in the form that the sender hands out. */
  public: string;
  private: CryptoKey;
}

async function keyPair(algorithm: object, format: "raw" | "spki" | "pem", text: Text): Promise<KeyPair> {
  const pair = (await crypto.subtle.generateKey(algorithm as EcKeyGenParams, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const exported = await crypto.subtle.exportKey(format === "raw" ? "raw" : "spki", pair.publicKey);
  const written = toText(exported as ArrayBuffer, text);
  return {
    private: pair.privateKey,
    public: format === "pem" ? `-----BEGIN PUBLIC KEY-----\n${written}\n-----END PUBLIC KEY-----` : written,
  };
}

interface Case {
  preset: keyof typeof presets;
  keys: () => Promise<KeyPair>;
  sign: (key: CryptoKey) => Promise<Parts>;
  signatureHeader: string;
  timestampHeader?: string;
}

const cases: Case[] = [
  ...(["discord", "discordEvents"] as const).map(
    (preset): Case => ({
      preset,
      keys: () => keyPair(ed25519, "raw", "hex"),
      signatureHeader: "X-Signature-Ed25519",
      sign: async (key) => {
        const signature = toText(await privateSignature(ed25519, key, seconds + body), "hex");
        return post({ "X-Signature-Ed25519": signature, "X-Signature-Timestamp": seconds });
      },
    }),
  ),
  {
    preset: "telnyx",
    keys: () => keyPair(ed25519, "raw", "base64"),
    signatureHeader: "telnyx-signature-ed25519",
    sign: async (key) => {
      const signature = toText(await privateSignature(ed25519, key, `${seconds}|${body}`), "base64");
      return post({ "telnyx-signature-ed25519": signature, "telnyx-timestamp": seconds });
    },
  },
  {
    preset: "kick",
    keys: () => keyPair(rsa, "pem", "base64"),
    signatureHeader: "Kick-Event-Signature",
    sign: async (key) => {
      const time = new Date(NOW).toISOString();
      const signature = toText(await privateSignature(rsa, key, `msg-1.${time}.${body}`), "base64");
      return post({
        "Kick-Event-Message-Id": "msg-1",
        "Kick-Event-Message-Timestamp": time,
        "Kick-Event-Signature": signature,
      });
    },
  },
  {
    preset: "sendgrid",
    keys: () => keyPair(p256, "spki", "base64"),
    signatureHeader: "X-Twilio-Email-Event-Webhook-Signature",
    sign: async (key) => {
      const signature = toText(toDer(await privateSignature(p256, key, seconds + body)), "base64");
      return post({
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": seconds,
      });
    },
  },
  {
    preset: "standard",
    keys: async () => {
      const pair = await keyPair(ed25519, "raw", "base64");
      return { ...pair, public: `whpk_${pair.public}` };
    },
    signatureHeader: "webhook-signature",
    sign: async (key) => {
      const signature = toText(await privateSignature(ed25519, key, `msg_1.${seconds}.${body}`), "base64");
      return post({
        "webhook-id": "msg_1",
        "webhook-timestamp": seconds,
        "webhook-signature": `v1a,${signature}`,
      });
    },
  },
];

describe.each(cases.map((one) => [one.preset, one] as const))("%s", (preset, one) => {
  let keys: KeyPair;
  let signed: Parts;
  beforeAll(async () => {
    keys = await one.keys();
    signed = await one.sign(keys.private);
  });
  const check = (parts: Parts, secrets: string[], now = NOW): ReturnType<typeof verify> =>
    verify(parts, { scheme: presets[preset].scheme, secrets }, { now });

  it("accepts what the sender signed, with the first or the second key", async () => {
    const other = (await one.keys()).public;
    expect(await check(signed, [keys.public])).toMatchObject({ ok: true, secret: 0, timestamp: NOW });
    expect(await check(signed, [other, keys.public])).toMatchObject({ ok: true, secret: 1 });
  });

  it("rejects another key, another body, another time, no signature, no key", async () => {
    const { [one.signatureHeader]: _, ...bare } = signed.headers;
    expect(await check(signed, [(await one.keys()).public])).toEqual({ ok: false, reason: "mismatch" });
    expect(await check({ ...signed, body: `${body} ` }, [keys.public])).toEqual({
      ok: false,
      reason: "mismatch",
    });
    expect(await check(signed, [keys.public], NOW + 301_000)).toEqual({ ok: false, reason: "stale" });
    expect(await check(signed, [keys.public], NOW - 301_000)).toEqual({ ok: false, reason: "future" });
    expect(await check({ ...signed, headers: bare }, [keys.public])).toEqual({
      ok: false,
      reason: "missing",
    });
    expect(await check(signed, [""])).toEqual({ ok: false, reason: "unusable-secret" });
    // Standard Webhooks has a second scheme, for which the request carries nothing.
    const reason = preset === "standard" ? "malformed" : "unusable-secret";
    expect(await check(signed, ["not a key"])).toEqual({ ok: false, reason });
  });
});
