/** @module Every kind of handshake, over HTTP. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { gateway, type SourceConfig } from "../../../src/http/gateway.ts";
import type { PresetName } from "../../../src/webhooks/presets/by-name.ts";
import { presets } from "../../../src/webhooks/presets/by-name.ts";
import { signSample } from "../../../src/webhooks/sign.ts";
import { certificateKeyPem, certificatePem } from "../../webhooks/certificate.ts";
import { mac, toText } from "../../webhooks/signing.ts";
import { type Ask, client, environment, fresh, requestsDuring } from "../client.ts";
import { line, logged } from "./sender.ts";

const secret = "a secret of the sender";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** Asks a source with this preset, whose events would go nowhere. */
async function shake(preset: PresetName, method: string, query: string, ask: Ask, more: object = {}) {
  const name = fresh("hand");
  const source = { preset, secrets: ["S"], to: { queue: "never" }, ...more } as unknown as SourceConfig;
  const send = client({ sources: { [name]: source } });
  const env = environment({ S: secret, VERIFY: "my token" });
  const asked = () => send(method, `/v1/webhooks/${name}${query}`, { token: undefined, env, ...ask });
  return { name, ...(await logged(() => requestsDuring(asked))) };
}

/** The same, signed as the sender signs. */
async function shakeSigned(
  preset: PresetName,
  body: string,
  headers: Record<string, string> = {},
  more: object = {},
) {
  const sample = await signSample(presets[preset], secret, { body });
  const { search } = new URL(sample.url);
  return await shake(preset, "POST", search, { headers: { ...sample.headers, ...headers }, body }, more);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("unsigned", () => {
  const publicUrl = "https://hooks.example.com/";
  test.each<[PresetName, string, string, Ask, object, number, string]>([
    ["trello", "HEAD", "", {}, { publicUrl }, 200, ""],
    ["mandrill", "HEAD", "", {}, { publicUrl }, 200, ""],
    ["mandrill", "POST", "", { headers: FORM, body: "mandrill_events=%5B%5D" }, { publicUrl }, 200, ""],
    [
      "meta",
      "GET",
      "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=my%20token",
      {},
      { verifyToken: "VERIFY" },
      200,
      "1158201444",
    ],
    [
      "whatsapp",
      "GET",
      "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=other",
      {},
      { verifyToken: "VERIFY" },
      403,
      "",
    ],
    ["dropbox", "GET", "?challenge=%3Cb%3E", {}, {}, 200, "<b>"],
    ["nylas", "GET", "?challenge=abc", {}, {}, 200, "abc"],
    [
      "okta",
      "GET",
      "",
      { headers: { "x-okta-verification-challenge": "abc" } },
      {},
      200,
      '{"verification":"abc"}',
    ],
    ["graph", "POST", "?validationToken=a%3Cb", {}, {}, 200, "a&#60;b"],
    ["woocommerce", "POST", "", { headers: FORM, body: "webhook_id=17" }, {}, 200, ""],
    ["slack", "POST", "", { headers: FORM, body: "ssl_check=1&token=x" }, {}, 200, ""],
  ])("%s, %s %s", async (preset, method, query, ask, more, status, text) => {
    const { name, result, lines } = await shake(preset, method, query, ask, more);
    expect([result.result.status, result.result.text]).toEqual([status, text]);
    expect(result.requests).toBe(0);
    expect(lines).toEqual([line({ method, source: name, handshake: expect.any(String), status })]);
  });

  test("x, proof of the secret", async () => {
    const { result } = await shake("x", "GET", "?crc_token=9b4507b3", {});
    const response_token = `sha256=${await mac("SHA-256", secret, "9b4507b3", "base64")}`;
    expect([result.result.status, result.result.body]).toEqual([200, { response_token }]);
  });

  test("CloudEvents, OPTIONS for an origin that is allowed", async () => {
    const headers = { "webhook-request-origin": "eventemitter.example.com" };
    const { result } = await shake(
      "cloudevents",
      "OPTIONS",
      "",
      { headers },
      { origins: ["eventemitter.example.com"] },
    );
    const { status, headers: given } = result.result;
    expect([status, given.get("webhook-allowed-origin"), given.get("webhook-allowed-rate")]).toEqual([
      200,
      "eventemitter.example.com",
      "*",
    ]);
    const other = await shake("cloudevents", "OPTIONS", "", { headers }, { origins: ["other.example.com"] });
    expect(other.result.result.status).toBe(403);
  });
});

describe("signed", () => {
  test.each<[PresetName, string, Record<string, string>, number, string]>([
    ["slack", '{"type":"url_verification","challenge":"3eZbrw1aB"}', {}, 200, "3eZbrw1aB"],
    [
      "twitch",
      '{"challenge":"pogchamp","subscription":{"type":"a"}}',
      { "twitch-eventsub-message-type": "webhook_callback_verification" },
      200,
      "pogchamp",
    ],
    ["front", '{"type":"sync"}', { "x-front-challenge": "echo me" }, 200, "echo me"],
    [
      "eventGrid",
      '[{"data":{"validationCode":"512d38b6"}}]',
      { "aeg-event-type": "SubscriptionValidation" },
      200,
      '{"validationResponse":"512d38b6"}',
    ],
  ])("%s", async (preset, body, headers, status, text) => {
    const { result } = await shakeSigned(preset, body, headers);
    expect([result.result.status, result.result.text, result.requests]).toEqual([status, text, 0]);
    // Not for a stranger.
    const sample = await signSample(presets[preset], "another secret", { body });
    const stranger = await shake(preset, "POST", "", { headers: { ...sample.headers, ...headers }, body });
    expect([stranger.result.result.status, stranger.result.result.text]).toEqual([
      presets[preset].rejected ?? 401,
      "",
    ]);
  });

  test("zoom", async () => {
    const body = '{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}';
    const { result } = await shakeSigned("zoom", body);
    expect(result.result.body).toEqual({
      plainToken: "qgg8vlvZRS6UYooatFL8Aw",
      encryptedToken: await mac("SHA-256", secret, "qgg8vlvZRS6UYooatFL8Aw", "hex"),
    });
  });

  test.each<[PresetName, string, number, string]>([
    ["discord", '{"type":1}', 200, '{"type":1}'],
    ["discordEvents", '{"type":0}', 204, ""],
  ])("%s", async (preset, body, status, text) => {
    const pair = (await crypto.subtle.generateKey({ name: "Ed25519" }, true, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    const privateKey = toText(
      (await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer,
      "base64",
    );
    const publicKey = toText((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer, "hex");
    const sample = await signSample(presets[preset], publicKey, { body, privateKey });
    const ask = { headers: sample.headers, body, env: environment({ S: publicKey }) };
    const { result } = await shake(preset, "POST", "", ask);
    expect([result.result.status, result.result.text]).toEqual([status, text]);
  });
});

describe("AWS SNS", () => {
  const topic = "arn:aws:sns:us-east-1:123456789012:orders";
  const SUBSCRIBE = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37";

  async function subscribe(topicArn: string) {
    const fields = {
      Type: "SubscriptionConfirmation",
      MessageId: crypto.randomUUID(),
      Message: "You have chosen to subscribe",
      SubscribeURL: SUBSCRIBE,
      Timestamp: new Date().toISOString(),
      Token: "2336412f37",
      TopicArn: topicArn,
    };
    const text = Object.entries(fields)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${name}\n${value}\n`)
      .join("");
    const key = await crypto.subtle.importKey(
      "pkcs8",
      Uint8Array.from(atob(certificateKeyPem.replace(/-----[^-]+-----|\s/g, "")), (c) => c.charCodeAt(0)),
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, new TextEncoder().encode(text));
    const body = JSON.stringify({
      ...fields,
      SignatureVersion: "2",
      Signature: toText(signature, "base64"),
      SigningCertURL: "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-sample.pem",
    });
    const fetched: string[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      fetched.push(String(input instanceof Request ? input.url : input));
      return new Response(certificatePem);
    });
    const work: Promise<unknown>[] = [];
    const context = {
      waitUntil: (promise: Promise<unknown>) => void work.push(promise),
      passThroughOnException() {},
    };
    const source: SourceConfig = { preset: "sns", topics: [topic], to: { queue: "never" } };
    const request = new Request("https://gateway.test/v1/webhooks/sns", { method: "POST", body });
    const { result, text: log } = await logged(async () => {
      const answer = await gateway({ sources: { sns: source } }).fetch(
        request,
        environment(),
        context as never,
      );
      await Promise.all(work);
      return answer;
    });
    return {
      status: result.status,
      confirmations: fetched.filter((url) => url === SUBSCRIBE).length,
      work: work.length,
      log,
    };
  }

  test("a subscription of an allowed topic is confirmed after the answer, and its token is not logged", async () => {
    const { log, ...seen } = await subscribe(topic);
    expect(seen).toEqual({ status: 200, confirmations: 1, work: 1 });
    expect(log).not.toContain("2336412f37");
  });

  test("one of a stranger's topic is not", async () => {
    const { log, ...seen } = await subscribe("arn:aws:sns:us-east-1:666666666666:orders");
    expect(seen).toEqual({ status: 401, confirmations: 0, work: 0 });
    expect(log).toContain('"reason":"not-allowed"');
  });
});
