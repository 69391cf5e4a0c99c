import { beforeAll, describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import type { KeyRequest } from "../../src/webhooks/remote-keys.ts";
import type { RequestParts } from "../../src/webhooks/request.ts";
import { type VerifySource, verify } from "../../src/webhooks/verify.ts";
import { certificateKeyPem, certificatePem } from "./certificate.ts";
import { NOW } from "./sender-cases.ts";
import { jwt, privateKey, privateSignature, sha, type Text, toDer, toText } from "./signing.ts";

type Parts = RequestParts & { headers: Record<string, string>; body: string };

const url = "https://hooks.example.com/";
const body = '{"id":"1","type":2,"note":"é"}';
const seconds = String(NOW / 1000);
const post = (headers: Record<string, string>, given = body): Parts => ({ method: "POST", url, headers, body: given });

interface KeyPair {
  /** The public key in the form that the sender hands out. */
  public: string;
  private: CryptoKey;
}

const ed25519 = { name: "Ed25519" };
const p256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };

async function keyPair(algorithm: object, format: "raw" | "spki" | "pem", text: Text): Promise<KeyPair> {
  const pair = (await crypto.subtle.generateKey(algorithm as EcKeyGenParams, true, ["sign", "verify"])) as CryptoKeyPair;
  const exported = await crypto.subtle.exportKey(format === "raw" ? "raw" : "spki", pair.publicKey);
  const written = toText(exported as ArrayBuffer, text);
  return { private: pair.privateKey, public: format === "pem" ? `-----BEGIN PUBLIC KEY-----\n${written}\n-----END PUBLIC KEY-----` : written };
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
      return post({ "webhook-id": "msg_1", "webhook-timestamp": seconds, "webhook-signature": `v1a,${signature}` });
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
    expect(await check({ ...signed, body: `${body} ` }, [keys.public])).toEqual({ ok: false, reason: "mismatch" });
    expect(await check(signed, [keys.public], NOW + 301_000)).toEqual({ ok: false, reason: "stale" });
    expect(await check(signed, [keys.public], NOW - 301_000)).toEqual({ ok: false, reason: "future" });
    expect(await check({ ...signed, headers: bare }, [keys.public])).toEqual({ ok: false, reason: "missing" });
    expect(await check(signed, [""])).toEqual({ ok: false, reason: "unusable-secret" });
    // Standard Webhooks has a second scheme, for which the request carries nothing.
    const reason = preset === "standard" ? "malformed" : "unusable-secret";
    expect(await check(signed, ["not a key"])).toEqual({ ok: false, reason });
  });
});

describe("certificates that are fetched", () => {
  const topic = "arn:aws:sns:eu-west-1:123456789012:orders";
  const certificateUrl = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem";
  const notification = {
    Type: "Notification",
    MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    TopicArn: topic,
    Subject: "My First Message",
    Message: "Hello\nworld!",
    Timestamp: "2026-11-23T10:00:00.000Z",
  };
  const confirmation = {
    Type: "SubscriptionConfirmation",
    MessageId: "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    Token: "2336412f37",
    TopicArn: topic,
    Message: "You have chosen to subscribe",
    SubscribeURL: "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37",
    Timestamp: "2026-11-23T10:00:00.000Z",
  };
  const orders: Record<string, string[]> = {
    Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
    UnsubscribeConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  };

  async function sns(message: Record<string, string>, version = "2", at = certificateUrl): Promise<Parts> {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: version === "1" ? "SHA-1" : "SHA-256" };
    const lines = orders[message.Type!]!.filter((key) => message[key] !== undefined).map((key) => `${key}\n${message[key]}\n`);
    const signature = await privateSignature(algorithm, await privateKey(certificateKeyPem, algorithm), lines.join(""));
    const whole = { ...message, SignatureVersion: version, Signature: toText(signature, "base64"), SigningCertURL: at };
    return post({ "content-type": "text/plain; charset=UTF-8" }, JSON.stringify(whole));
  }

  const asked: string[] = [];
  const options = {
    now: NOW,
    fetchKey: async ({ url: address }: KeyRequest) => {
      asked.push(address);
      return { text: certificatePem };
    },
  };
  const check = async (parts: Parts, topics = [topic], fetchKey = options.fetchKey): Promise<string> => {
    const source: VerifySource = { scheme: presets.sns.scheme, secrets: [], settings: { topics } };
    const verdict = await verify(parts, source, { now: NOW, fetchKey, keyCache: new Map() });
    return verdict.ok ? "accepted" : verdict.reason;
  };

  it.each(["1", "2"])("accepts SNS, signature version %s, all three types", async (version) => {
    expect(await check(await sns(notification, version))).toBe("accepted");
    expect(await check(await sns(confirmation, version))).toBe("accepted");
    expect(await check(await sns({ ...confirmation, Type: "UnsubscribeConfirmation" }, version))).toBe("accepted");
    const { Subject: _, ...untitled } = notification;
    expect(await check(await sns(untitled, version))).toBe("accepted");
  });

  it("rejects SNS when any signed field differs, Token of an unsubscription among them", async () => {
    const signed = await sns({ ...confirmation, Type: "UnsubscribeConfirmation" });
    for (const field of ["Message", "MessageId", "Timestamp", "Token", "SubscribeURL"]) {
      const other = { ...(JSON.parse(signed.body) as Record<string, string>), [field]: "other" };
      expect(await check({ ...signed, body: JSON.stringify(other) }), field).toBe("mismatch");
    }
    const added = { ...(JSON.parse((await sns(notification)).body) as object), Token: "added" };
    expect(await check({ ...signed, body: JSON.stringify(added) })).toBe("mismatch");
  });

  it("rejects a topic that is not allowed, before it fetches anything", async () => {
    asked.length = 0;
    expect(await check(await sns({ ...notification, TopicArn: "arn:aws:sns:eu-west-1:666666666666:orders" }))).toBe("not-allowed");
    expect(await check(await sns(notification), [])).toBe("not-configured");
    expect(asked).toEqual([]);
  });

  it("rejects a message of another topic whose tail was moved into Type", async () => {
    const foreign = { ...notification, TopicArn: "arn:aws:sns:eu-west-1:666666666666:mine" };
    const inner = `x\nMessageId\n1\nTimestamp\n2\nTopicArn\n${topic}\nType\nNotification`;
    const signed = await sns({ ...foreign, Message: inner });
    const outer = JSON.parse(signed.body) as Record<string, string>;
    const forged = {
      ...outer,
      Message: "x",
      MessageId: "1",
      Timestamp: "2",
      TopicArn: topic,
      Subject: undefined,
      Type: `Notification\nMessageId\n${foreign.MessageId}\nSubject\n${foreign.Subject}\nTimestamp\n${foreign.Timestamp}\nTopicArn\n${foreign.TopicArn}\nType\nNotification`,
    };
    expect(await check({ ...signed, body: JSON.stringify(forged) })).toBe("not-allowed");
  });

  it.each([
    "http://sns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
    "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
    "https://sns.eu-west-1.amazonaws.com/a.pem?x=.pem",
    "https://sns.eu-west-1.amazonaws.com/a.txt",
    "https://bucket.s3.amazonaws.com/a.pem",
    "https://evil.example\\.sns.eu-west-1.amazonaws.com/a.pem",
    "not a url",
  ])("never fetches %s", async (address) => {
    asked.length = 0;
    expect(await check(await sns(notification, "2", address))).toBe("not-allowed");
    expect(asked).toEqual([]);
  });

  it("says so when the certificate cannot be had, or is none", async () => {
    const parts = await sns(notification);
    expect(await check(parts, [topic], () => Promise.reject(new Error("down")))).toBe("key-unavailable");
    expect(await check(parts, [topic], async () => ({ text: "<html>" }))).toBe("unusable-secret");
    const cut = certificatePem.replace(/\n[^\n]+\n[^\n]+\n-----END/, "\n-----END");
    expect(await check(parts, [topic], async () => ({ text: cut }))).not.toBe("accepted");
  });

  it("accepts PayPal over the CRC of the body, and rejects all else", async () => {
    // 966070331 is the CRC-32 of the body, from Python's zlib.
    const message = "69cd13f0-d67a-11e5-baa3-778b53f4ae55|2026-11-23T10:00:00Z|WH-1|966070331";
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const signature = await privateSignature(algorithm, await privateKey(certificateKeyPem, algorithm), message);
    const signed = post(
      {
        "PAYPAL-TRANSMISSION-ID": "69cd13f0-d67a-11e5-baa3-778b53f4ae55",
        "PAYPAL-TRANSMISSION-TIME": "2026-11-23T10:00:00Z",
        "PAYPAL-TRANSMISSION-SIG": toText(signature, "base64"),
        "PAYPAL-CERT-URL": "https://api.paypal.com/v1/notifications/certs/CERT-1",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
      },
      '{"id":"WH-2WR","event_type":"PAYMENT.SALE.COMPLETED"}',
    );
    const paypal = async (parts: Parts, webhookId = "WH-1"): Promise<string> => {
      const source: VerifySource = { scheme: presets.paypal.scheme, secrets: [], settings: { webhookId } };
      const verdict = await verify(parts, source, { ...options, keyCache: new Map() });
      return verdict.ok ? "accepted" : verdict.reason;
    };
    const using = (headers: Record<string, string>): Parts => ({ ...signed, headers: { ...signed.headers, ...headers } });
    expect(await paypal(signed)).toBe("accepted");
    expect(await paypal(signed, "WH-2")).toBe("mismatch");
    expect(await paypal({ ...signed, body: `${signed.body} ` })).toBe("mismatch");
    expect(await paypal(using({ "PAYPAL-TRANSMISSION-TIME": "2026-11-23T10:00:01Z" }))).toBe("mismatch");
    expect(await paypal(using({ "PAYPAL-AUTH-ALGO": "SHA1withRSA" }))).toBe("unsupported");
    expect(await paypal(using({ "PAYPAL-CERT-URL": "https://paypal.com.evil.example/c" }))).toBe("not-allowed");
    expect(await paypal(using({ "PAYPAL-CERT-URL": "https://evilpaypal.com/c" }))).toBe("not-allowed");
  });
});

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
    const check = async (claims: object, header: object = { alg: "RS256", kid: "k1" }, by = pair, now = NOW): Promise<string> => {
      const token = await jwt(header, claims, signer(rsa, by));
      const settings = { audience: good.aud, email: good.email };
      const source: VerifySource = { scheme: presets.googlePubsub.scheme, secrets: [], settings };
      const verdict = await verify(post({ authorization: `Bearer ${token}` }), source, { now, fetchKey, keyCache: new Map() });
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
    const check = async (change: object = {}, document: object = { key }, given = body, keyUrl?: string): Promise<string> => {
      const claims = { iat: NOW / 1000, request_body_sha256: await sha("SHA-256", body, "hex"), ...change };
      const token = await jwt({ alg: "ES256", kid: "k1", typ: "JWT" }, claims, signer(p256, pair));
      const settings = { clientId: "client", ...(keyUrl && { keyUrl }) };
      const source: VerifySource = { scheme: presets.plaid.scheme, secrets: ["plaid secret"], settings };
      const fetchKey = async (request: KeyRequest) => {
        asked.push(request);
        return { text: JSON.stringify(document) };
      };
      const verdict = await verify(post({ "Plaid-Verification": token }, given), source, { now: NOW, fetchKey, keyCache: new Map() });
      return verdict.ok ? "accepted" : verdict.reason;
    };
    expect(await check()).toBe("accepted");
    expect(asked).toEqual([
      {
        url: "https://production.plaid.com/webhook_verification_key/get",
        body: { client_id: "client", secret: "plaid secret", key_id: "k1" },
      },
    ]);
    expect(await check({}, { key }, body, "https://sandbox.plaid.com/webhook_verification_key/get")).toBe("accepted");
    expect(await check({}, { key }, body, "https://evil.example/webhook_verification_key/get")).toBe("not-allowed");
    expect(await check({}, { key }, `${body} `)).toBe("mismatch");
    expect(await check({ iat: NOW / 1000 - 301 })).toBe("stale");
    expect(await check({ iat: NOW / 1000 + 301 })).toBe("future");
    expect(await check({ iat: undefined })).toBe("missing");
    expect(await check({}, { key: { ...key, expired_at: 5 } })).toBe("mismatch");
    expect(await check({}, {})).toBe("mismatch");
  });
});
