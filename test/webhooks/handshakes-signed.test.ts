import { describe, expect, it } from "vitest";
import type { Received } from "../../src/webhooks/index.ts";
import { type Ask, answer, ask, seconds, secret } from "./asking.ts";
import { certificateKeyPem } from "./certificate.ts";
import { NOW } from "./sender-cases.ts";
import { mac, privateKey, privateSignature, toText } from "./signing.ts";

describe("handshakes that are signed", () => {
  const slack = async (body: string, by = secret): Promise<Ask> => ({
    body,
    headers: {
      "x-slack-request-timestamp": String(seconds),
      "x-slack-signature": `v0=${await mac("SHA-256", by, `v0:${seconds}:${body}`, "hex")}`,
    },
  });

  it("Slack: the challenge, never before the signature was checked", async () => {
    const body = '{"type":"url_verification","challenge":"3eZbrw1a","token":"x"}';
    expect(await answer("slack", await slack(body))).toEqual({
      kind: "handshake",
      status: 200,
      body: "3eZbrw1a",
    });
    expect(await answer("slack", await slack(body, "other"))).toEqual({
      kind: "rejected",
      status: 401,
      body: "",
    });
    expect(await answer("slack", { body })).toEqual({ kind: "rejected", status: 401, body: "" });
  });

  it("Zoom: the token and its signature with the secret that verified", async () => {
    const plainToken = "qgg8vlvZRS6UYooatFL8Aw";
    const body = JSON.stringify({ event: "endpoint.url_validation", payload: { plainToken } });
    const headers = {
      "x-zm-request-timestamp": String(seconds),
      "x-zm-signature": `v0=${await mac("SHA-256", secret, `v0:${seconds}:${body}`, "hex")}`,
    };
    const encryptedToken = await mac("SHA-256", secret, plainToken, "hex");
    const expected = { kind: "handshake", status: 200, body: JSON.stringify({ plainToken, encryptedToken }) };
    expect(await answer("zoom", { body, headers })).toEqual(expected);
    expect(await answer("zoom", { body, headers, secrets: ["an older one", secret] })).toEqual(expected);
    expect(await answer("zoom", { body })).toMatchObject({ kind: "rejected" });
  });

  it("Twitch: the challenge as text", async () => {
    const body = '{"challenge":"pogchamp-kappa","subscription":{"type":"channel.follow"}}';
    const time = new Date(NOW).toISOString();
    const headers = {
      "twitch-eventsub-message-id": "m1",
      "twitch-eventsub-message-timestamp": time,
      "twitch-eventsub-message-type": "webhook_callback_verification",
      "twitch-eventsub-message-signature": `sha256=${await mac("SHA-256", secret, `m1${time}${body}`, "hex")}`,
    };
    expect(await answer("twitch", { body, headers })).toEqual({
      kind: "handshake",
      status: 200,
      body: "pogchamp-kappa",
    });
    expect(
      await answer("twitch", {
        body,
        headers: { ...headers, "twitch-eventsub-message-type": "notification" },
      }),
    ).toMatchObject({ kind: "events" });
  });

  it("Discord: pong for interactions, nothing for events, 401 for a bad signature", async () => {
    const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    const publicKey = toText((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer, "hex");
    const signed = async (body: string): Promise<Ask> => ({
      body,
      secrets: [publicKey],
      headers: {
        "x-signature-timestamp": String(seconds),
        "x-signature-ed25519": toText(
          await privateSignature({ name: "Ed25519" }, pair.privateKey, seconds + body),
          "hex",
        ),
      },
    });
    expect(await answer("discord", await signed('{"type":1,"id":"1"}'))).toEqual({
      kind: "handshake",
      status: 200,
      body: '{"type":1}',
    });
    expect(await answer("discord", await signed('{"type":2,"id":"2"}'))).toEqual({
      kind: "events",
      status: 200,
      body: '{"type":5}',
    });
    expect(await answer("discordEvents", await signed('{"type":0}'))).toEqual({
      kind: "handshake",
      status: 204,
      body: "",
    });
    const event = '{"type":1,"event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2026-11-23T10:00:00Z"}}';
    expect(await answer("discordEvents", await signed(event))).toEqual({
      kind: "events",
      status: 204,
      body: "",
    });
    expect(await answer("discord", { ...(await signed('{"type":1}')), body: '{"type":1,"x":1}' })).toEqual({
      kind: "rejected",
      status: 401,
      body: "",
    });
  });

  it("Front: the challenge of a header, with its time in seconds or milliseconds", async () => {
    for (const time of [String(seconds), String(NOW)]) {
      const headers = {
        "x-front-challenge": "abc",
        "x-front-request-timestamp": time,
        "x-front-signature": await mac("SHA-256", secret, `${time}:{}`, "base64"),
      };
      expect(await answer("front", { body: "{}", headers })).toEqual({
        kind: "handshake",
        status: 200,
        body: "abc",
      });
      expect(await answer("front", { body: "{ }", headers })).toMatchObject({ kind: "rejected" });
    }
  });

  it("SNS: confirms by an address of AWS alone, and only for a topic that is allowed", async () => {
    const confirm = async (
      SubscribeURL: string,
      topics = ["arn:aws:sns:us-east-1:1:t"],
    ): Promise<Received> => {
      const message: Record<string, string> = {
        Type: "SubscriptionConfirmation",
        MessageId: "1",
        Token: "t",
        TopicArn: "arn:aws:sns:us-east-1:1:t",
        Message: "m",
        SubscribeURL,
        Timestamp: "2026-11-23T10:00:00.000Z",
      };
      const text = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"].map(
        (key) => `${key}\n${message[key]}\n`,
      );
      const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
      const signature = await privateSignature(
        algorithm,
        await privateKey(certificateKeyPem, algorithm),
        text.join(""),
      );
      const SigningCertURL = "https://sns.us-east-1.amazonaws.com/c.pem";
      const body = JSON.stringify({
        ...message,
        SignatureVersion: "2",
        Signature: toText(signature, "base64"),
        SigningCertURL,
      });
      return ask("sns", { body, secrets: [], settings: { topics } });
    };
    const good = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=a&Token=t";
    expect(await confirm(good)).toMatchObject({ kind: "handshake", follow: good, response: { status: 200 } });
    const bad = await confirm("https://evil.example/?sns.us-east-1.amazonaws.com/");
    expect(bad).toMatchObject({ kind: "handshake", response: { status: 400 } });
    expect("follow" in bad).toBe(false);
    expect(await confirm(good, ["arn:aws:sns:us-east-1:1:other"])).toMatchObject({
      kind: "rejected",
      reason: "not-allowed",
    });
  });

  it("Event Grid: the code, for whoever has the token", async () => {
    const body =
      '[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6"}}]';
    const headers = { "aeg-event-type": "SubscriptionValidation" };
    expect(
      await answer("eventGrid", { query: `?token=${encodeURIComponent(secret)}`, headers, body }),
    ).toEqual({
      kind: "handshake",
      status: 200,
      body: '{"validationResponse":"512d38b6"}',
    });
    expect(await answer("eventGrid", { headers, body })).toMatchObject({ kind: "rejected" });
  });

  it("Xero: 200 for good signatures and 401 for bad ones, with no events in either", async () => {
    const body = '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}';
    const signed = { body, headers: { "x-xero-signature": await mac("SHA-256", secret, body, "base64") } };
    expect(await ask("xero", signed)).toMatchObject({
      kind: "events",
      events: [],
      response: { status: 200 },
    });
    expect(await answer("xero", { ...signed, secrets: ["other"] })).toEqual({
      kind: "rejected",
      status: 401,
      body: "",
    });
  });
});
