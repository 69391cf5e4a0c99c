import { describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import type { KeyRequest } from "../../src/webhooks/remote-keys.ts";
import { type VerifySource, verify } from "../../src/webhooks/verify.ts";
import { certificateKeyPem, certificatePem } from "./certificate.ts";
import { type Parts, post } from "./key-pair-parts.ts";
import { NOW } from "./sender-cases.ts";
import { privateKey, privateSignature, toText } from "./signing.ts";

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
    SubscriptionConfirmation: [
      "Message",
      "MessageId",
      "SubscribeURL",
      "Timestamp",
      "Token",
      "TopicArn",
      "Type",
    ],
    UnsubscribeConfirmation: [
      "Message",
      "MessageId",
      "SubscribeURL",
      "Timestamp",
      "Token",
      "TopicArn",
      "Type",
    ],
  };

  async function sns(message: Record<string, string>, version = "2", at = certificateUrl): Promise<Parts> {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: version === "1" ? "SHA-1" : "SHA-256" };
    const lines = orders[message.Type!]!.filter((key) => message[key] !== undefined).map(
      (key) => `${key}\n${message[key]}\n`,
    );
    const signature = await privateSignature(
      algorithm,
      await privateKey(certificateKeyPem, algorithm),
      lines.join(""),
    );
    const whole = {
      ...message,
      SignatureVersion: version,
      Signature: toText(signature, "base64"),
      SigningCertURL: at,
    };
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
    expect(await check(await sns({ ...confirmation, Type: "UnsubscribeConfirmation" }, version))).toBe(
      "accepted",
    );
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
    expect(
      await check(await sns({ ...notification, TopicArn: "arn:aws:sns:eu-west-1:666666666666:orders" })),
    ).toBe("not-allowed");
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
    const signature = await privateSignature(
      algorithm,
      await privateKey(certificateKeyPem, algorithm),
      message,
    );
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
    const using = (headers: Record<string, string>): Parts => ({
      ...signed,
      headers: { ...signed.headers, ...headers },
    });
    expect(await paypal(signed)).toBe("accepted");
    expect(await paypal(signed, "WH-2")).toBe("mismatch");
    expect(await paypal({ ...signed, body: `${signed.body} ` })).toBe("mismatch");
    expect(await paypal(using({ "PAYPAL-TRANSMISSION-TIME": "2026-11-23T10:00:01Z" }))).toBe("mismatch");
    expect(await paypal(using({ "PAYPAL-AUTH-ALGO": "SHA1withRSA" }))).toBe("unsupported");
    expect(await paypal(using({ "PAYPAL-CERT-URL": "https://paypal.com.evil.example/c" }))).toBe(
      "not-allowed",
    );
    expect(await paypal(using({ "PAYPAL-CERT-URL": "https://evilpaypal.com/c" }))).toBe("not-allowed");
  });
});
