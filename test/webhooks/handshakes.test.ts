import { describe, expect, it } from "vitest";
import { defineSource, type Received, receive, type Settings } from "../../src/webhooks/index.ts";
import { type PresetName, presets } from "../../src/webhooks/presets/by-name.ts";
import { certificateKeyPem, certificatePem } from "./certificate.ts";
import { NOW } from "./sender-cases.ts";
import { mac, privateKey, privateSignature, toText } from "./signing.ts";

const secret = "a secret of the sender";
const seconds = NOW / 1000;

interface Ask {
  method?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
  secrets?: string[];
  settings?: Settings;
}

async function ask(preset: PresetName, given: Ask): Promise<Received> {
  const { method = "POST", query = "", headers = {}, body = "", secrets = [secret], settings = {} } = given;
  const source = defineSource("source", { preset: presets[preset], secrets, settings });
  const parts = { method, url: `https://hooks.example.com/v1/webhooks/source${query}`, headers, body };
  return receive(source, parts, { now: NOW, keyCache: new Map(), fetchKey: async () => ({ text: certificatePem }) });
}

const answer = async (preset: PresetName, given: Ask): Promise<unknown> => {
  const received = await ask(preset, given);
  return { kind: received.kind, status: received.response.status, body: received.response.body };
};

describe("handshakes that are not signed", () => {
  it("Meta: the challenge, raw, for the right token only", async () => {
    const settings = { verifyToken: "my token" };
    const query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
    expect(await answer("meta", { method: "GET", query: `${query}my%20token`, settings })).toEqual({ kind: "handshake", status: 200, body: "1158201444" });
    expect(await answer("meta", { method: "GET", query: `${query}other`, settings })).toEqual({ kind: "handshake", status: 403, body: "" });
    expect(await answer("meta", { method: "GET", query: `${query}undefined` })).toEqual({ kind: "handshake", status: 403, body: "" });
    expect(await answer("whatsapp", { method: "GET", query, settings })).toEqual({ kind: "handshake", status: 403, body: "" });
  });

  it("X: proves the secret, but never signs what could be an event", async () => {
    const token = "9b4507b3-9040-4669-9ca3-6b94edb50553";
    const response_token = `sha256=${await mac("SHA-256", secret, token, "base64")}`;
    expect(await answer("x", { method: "GET", query: `?crc_token=${token}` })).toEqual({ kind: "handshake", status: 200, body: JSON.stringify({ response_token }) });
    const forged = encodeURIComponent('{"for_user_id":"1","tweet_create_events":[]}');
    expect(await answer("x", { method: "GET", query: `?crc_token=${forged}` })).toEqual({ kind: "handshake", status: 400, body: "" });
    expect(await answer("x", { method: "GET", query: `?crc_token=${token}`, secrets: [] })).toEqual({ kind: "handshake", status: 400, body: "" });
    // The token with the answer for a signature is no event either.
    expect(await answer("x", { headers: { "x-twitter-webhooks-signature": response_token }, body: token })).toMatchObject({ kind: "rejected", status: 401 });
  });

  it("Dropbox and Nylas: echo the challenge as text that no browser runs", async () => {
    for (const preset of ["dropbox", "nylas"] as const) {
      const received = await ask(preset, { method: "GET", query: "?challenge=%3Cscript%3E" });
      expect(received).toEqual({
        kind: "handshake",
        name: "echo-challenge",
        response: {
          status: 200,
          headers: { "content-type": "text/plain;charset=utf-8", "x-content-type-options": "nosniff" },
          body: "<script>",
        },
      });
      expect(await answer(preset, { method: "GET", query: `?challenge=${"a".repeat(1025)}` })).toEqual({ kind: "handshake", status: 400, body: "" });
      expect(await answer(preset, { method: "GET" })).toMatchObject({ kind: "rejected", status: 405 });
    }
  });

  it("Okta: the header as JSON", async () => {
    const headers = { "x-okta-verification-challenge": "abc" };
    expect(await answer("okta", { method: "GET", headers })).toEqual({ kind: "handshake", status: 200, body: '{"verification":"abc"}' });
  });

  it("Graph: the token decoded and escaped, and only with an empty body", async () => {
    const query = "?validationToken=Validation%3A+Testing%20%3Cb%3E%26";
    expect(await answer("graph", { query })).toEqual({ kind: "handshake", status: 200, body: "Validation: Testing &#60;b&#62;&#38;" });
    expect(await answer("graph", { query, body: '{"value":[]}' })).toMatchObject({ kind: "rejected", status: 401 });
  });

  it("Asana: echoes its secret, and gives it up to be kept", async () => {
    const headers = { "X-Hook-Secret": "b537207f20cbfa02357cf448134da559" };
    expect(await ask("asana", { headers, secrets: [], body: "{}" })).toEqual({
      kind: "handshake",
      name: "asana-secret",
      response: { status: 200, headers: { "x-hook-secret": "b537207f20cbfa02357cf448134da559" }, body: "" },
      keep: { name: "x-hook-secret", value: "b537207f20cbfa02357cf448134da559" },
    });
  });

  it("Notion: gives up its token, and does not echo it", async () => {
    expect(await ask("notion", { body: '{"verification_token":"secret_tMrl"}', secrets: [] })).toEqual({
      kind: "handshake",
      name: "notion-token",
      response: { status: 200, headers: {}, body: "" },
      keep: { name: "verification_token", value: "secret_tMrl" },
    });
    expect(await answer("notion", { body: '{"verification_token":"x","type":"page.created"}' })).toMatchObject({ kind: "rejected", status: 401 });
  });

  it("Trello and Mandrill: HEAD; Mandrill: an empty list; WooCommerce: its ping; Slack: its certificate check", async () => {
    const settings = { publicUrl: "https://hooks.example.com/" };
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const well = { kind: "handshake", status: 200, body: "" };
    expect(await answer("trello", { method: "HEAD", settings })).toEqual(well);
    expect(await answer("mandrill", { method: "HEAD", settings })).toEqual(well);
    expect(await answer("mandrill", { headers: form, body: "mandrill_events=%5B%5D", settings })).toEqual(well);
    expect(await answer("woocommerce", { headers: form, body: "webhook_id=17" })).toEqual(well);
    expect(await answer("slack", { headers: form, body: "ssl_check=1&token=x" })).toEqual(well);
    expect(await answer("github", { method: "HEAD" })).toMatchObject({ kind: "rejected", status: 405 });
  });

  it("CloudEvents: OPTIONS for an origin that is allowed", async () => {
    const given = { method: "OPTIONS", headers: { "WebHook-Request-Origin": "eventemitter.example.com" } };
    expect(await ask("cloudevents", { ...given, settings: { origins: ["eventemitter.example.com"] } })).toMatchObject({
      kind: "handshake",
      response: { status: 200, headers: { "webhook-allowed-origin": "eventemitter.example.com", "webhook-allowed-rate": "*" } },
    });
    expect(await answer("cloudevents", { ...given, settings: { origins: ["*"] } })).toMatchObject({ status: 200 });
    expect(await answer("cloudevents", { ...given, settings: { origins: ["other.example.com"] } })).toMatchObject({ status: 403 });
    expect(await answer("cloudevents", given)).toMatchObject({ status: 403 });
  });
});

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
    expect(await answer("slack", await slack(body))).toEqual({ kind: "handshake", status: 200, body: "3eZbrw1a" });
    expect(await answer("slack", await slack(body, "other"))).toEqual({ kind: "rejected", status: 401, body: "" });
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
    expect(await answer("twitch", { body, headers })).toEqual({ kind: "handshake", status: 200, body: "pogchamp-kappa" });
    expect(await answer("twitch", { body, headers: { ...headers, "twitch-eventsub-message-type": "notification" } })).toMatchObject({ kind: "events" });
  });

  it("Discord: pong for interactions, nothing for events, 401 for a bad signature", async () => {
    const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"])) as CryptoKeyPair;
    const publicKey = toText((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer, "hex");
    const signed = async (body: string): Promise<Ask> => ({
      body,
      secrets: [publicKey],
      headers: {
        "x-signature-timestamp": String(seconds),
        "x-signature-ed25519": toText(await privateSignature({ name: "Ed25519" }, pair.privateKey, seconds + body), "hex"),
      },
    });
    expect(await answer("discord", await signed('{"type":1,"id":"1"}'))).toEqual({ kind: "handshake", status: 200, body: '{"type":1}' });
    expect(await answer("discord", await signed('{"type":2,"id":"2"}'))).toEqual({ kind: "events", status: 200, body: '{"type":5}' });
    expect(await answer("discordEvents", await signed('{"type":0}'))).toEqual({ kind: "handshake", status: 204, body: "" });
    const event = '{"type":1,"event":{"type":"APPLICATION_AUTHORIZED","timestamp":"2026-11-23T10:00:00Z"}}';
    expect(await answer("discordEvents", await signed(event))).toEqual({ kind: "events", status: 204, body: "" });
    expect(await answer("discord", { ...(await signed('{"type":1}')), body: '{"type":1,"x":1}' })).toEqual({ kind: "rejected", status: 401, body: "" });
  });

  it("SNS: confirms by an address of AWS alone, and only for a topic that is allowed", async () => {
    const confirm = async (SubscribeURL: string, topics = ["arn:aws:sns:us-east-1:1:t"]): Promise<Received> => {
      const message: Record<string, string> = { Type: "SubscriptionConfirmation", MessageId: "1", Token: "t", TopicArn: "arn:aws:sns:us-east-1:1:t", Message: "m", SubscribeURL, Timestamp: "2026-11-23T10:00:00.000Z" };
      const text = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"].map((key) => `${key}\n${message[key]}\n`);
      const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
      const signature = await privateSignature(algorithm, await privateKey(certificateKeyPem, algorithm), text.join(""));
      const SigningCertURL = "https://sns.us-east-1.amazonaws.com/c.pem";
      const body = JSON.stringify({ ...message, SignatureVersion: "2", Signature: toText(signature, "base64"), SigningCertURL });
      return ask("sns", { body, secrets: [], settings: { topics } });
    };
    const good = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=a&Token=t";
    expect(await confirm(good)).toMatchObject({ kind: "handshake", follow: good, response: { status: 200 } });
    const bad = await confirm("https://evil.example/?sns.us-east-1.amazonaws.com/");
    expect(bad).toMatchObject({ kind: "handshake", response: { status: 400 } });
    expect("follow" in bad).toBe(false);
    expect(await confirm(good, ["arn:aws:sns:us-east-1:1:other"])).toMatchObject({ kind: "rejected", reason: "not-allowed" });
  });

  it("Event Grid: the code, for whoever has the token", async () => {
    const body = '[{"id":"1","eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6"}}]';
    const headers = { "aeg-event-type": "SubscriptionValidation" };
    expect(await answer("eventGrid", { query: `?token=${encodeURIComponent(secret)}`, headers, body })).toEqual({
      kind: "handshake",
      status: 200,
      body: '{"validationResponse":"512d38b6"}',
    });
    expect(await answer("eventGrid", { headers, body })).toMatchObject({ kind: "rejected" });
  });

  it("Xero: 200 for good signatures and 401 for bad ones, with no events in either", async () => {
    const body = '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}';
    const signed = { body, headers: { "x-xero-signature": await mac("SHA-256", secret, body, "base64") } };
    expect(await ask("xero", signed)).toMatchObject({ kind: "events", events: [], response: { status: 200 } });
    expect(await answer("xero", { ...signed, secrets: ["other"] })).toEqual({ kind: "rejected", status: 401, body: "" });
  });
});

describe("answers", () => {
  const github = async (by = secret): Promise<Ask> => ({ body: "{}", headers: { "x-hub-signature-256": `sha256=${await mac("SHA-256", by, "{}", "hex")}` } });

  it("never say why, and say 503 when the fault is here", async () => {
    expect(await ask("github", await github("other"))).toEqual({ kind: "rejected", reason: "mismatch", response: { status: 401, headers: {}, body: "" } });
    expect(await ask("github", { ...(await github()), secrets: [] })).toEqual({
      kind: "rejected",
      reason: "not-configured",
      response: { status: 503, headers: { "retry-after": "30" }, body: "" },
    });
  });

  it("are what each sender wants", async () => {
    const token = { "x-webhook-token": secret };
    expect(await answer("cloudevents", { headers: token, body: "{}" })).toEqual({ kind: "events", status: 202, body: "" });
    expect(await answer("mailgun", { body: "{}" })).toEqual({ kind: "rejected", status: 406, body: "" });
    expect((await ask("chargebee", { body: "{}", secrets: ["u:p"] })).response).toEqual({ status: 401, headers: { "www-authenticate": 'Basic realm="webhooks"' }, body: "" });
    expect((await ask("github", { method: "PUT" })).response).toMatchObject({ status: 405, headers: { allow: "POST" } });
  });

  it("never throw, whatever comes", async () => {
    const source = defineSource("github", { preset: presets.github, secrets: [secret] });
    for (const parts of [
      { method: "POST", url: "not a url", headers: {}, body: "" },
      { method: "POST", url: "https://a/", headers: { "a b": "c" }, body: "" },
      { method: "POST", url: "https://a/", headers: { "content-type": "multipart/form-data" }, body: "x" },
      { method: undefined, url: undefined, headers: undefined, body: undefined },
    ]) {
      expect((await receive(source, parts as never)).kind).toBe("rejected");
    }
  });
});
