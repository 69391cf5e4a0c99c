import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/errors.ts";
import { defineSource, type Preset, receive, type Settings } from "../../src/webhooks/index.ts";
import { type PresetName, presets } from "../../src/webhooks/presets/by-name.ts";
import { signSample } from "../../src/webhooks/sign.ts";
import { certificateKeyPem, certificatePem } from "./certificate.ts";
import { NOW, senderCases } from "./sender-cases.ts";
import { toText } from "./signing.ts";

const settings: Settings = {
  publicUrl: "https://hooks.example.com/v1/webhooks/source",
  webhookId: "WH-1",
  topics: ["arn:aws:sns:us-east-1:1:t"],
  audience: "https://hooks.example.com/",
  email: "push@project.iam.gserviceaccount.com",
  clientId: "client",
};
const url = settings.publicUrl!;

async function received(
  preset: Preset,
  secrets: string[],
  parts: object,
  text = certificatePem,
): Promise<Awaited<ReturnType<typeof receive>>> {
  const source = defineSource("source", { preset, secrets, settings });
  return receive(source, parts as never, { now: NOW, keyCache: new Map(), fetchKey: async () => ({ text }) });
}

const secretOf: Partial<Record<PresetName, string>> = Object.fromEntries(
  senderCases.map(({ preset, secret }) => [preset, secret]),
);

describe.each(Object.entries(presets).filter(([name]) => name in secretOf))("%s", (name, preset) => {
  it("accepts its sample as one event, once and the same", async () => {
    const secret = secretOf[name as PresetName]!;
    const sample = await signSample(preset, secret, { url, now: NOW, settings, type: "thing.made" });
    const result = await received(preset, [secret], sample);
    expect(result, JSON.stringify(sample)).toMatchObject({ kind: "events", verified: { ok: true } });
    if (result.kind !== "events") return;
    expect(result.events).toHaveLength(1);
    const [event] = result.events;
    if ([preset.type ?? "="].flat()[0]!.startsWith("=")) return;
    expect(event!.type).toContain("thing.made");
  });
});

async function pem(algorithm: object): Promise<{ privateKey: string; pair: CryptoKeyPair }> {
  const pair = (await crypto.subtle.generateKey(algorithm as EcKeyGenParams, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const pkcs8 = (await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer;
  return {
    pair,
    privateKey: `-----BEGIN PRIVATE KEY-----\n${toText(pkcs8, "base64")}\n-----END PRIVATE KEY-----`,
  };
}

const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const p256 = { name: "ECDSA", namedCurve: "P-256" };

describe("with a private key", () => {
  it.each<[PresetName, object, "raw" | "spki", "hex" | "base64"]>([
    ["discord", { name: "Ed25519" }, "raw", "hex"],
    ["telnyx", { name: "Ed25519" }, "raw", "base64"],
    ["sendgrid", p256, "spki", "base64"],
    ["kick", rsa, "spki", "base64"],
  ])("%s", async (name, algorithm, format, text) => {
    const { privateKey, pair } = await pem(algorithm);
    const secret = toText((await crypto.subtle.exportKey(format, pair.publicKey)) as ArrayBuffer, text);
    // Several times: a DER integer is now and then a byte longer or shorter.
    for (let round = 0; round < 8; round++) {
      const sample = await signSample(presets[name], "", { url, now: NOW, privateKey, type: "thing" });
      expect(await received(presets[name], [secret], sample)).toMatchObject({ kind: "events" });
    }
  });

  it.each<PresetName>(["sns", "paypal"])("%s, with a certificate", async (name) => {
    const privateKey = certificateKeyPem;
    for (const scheme of [presets[name].scheme].flat().keys()) {
      const sample = await signSample(presets[name], "", { url, now: NOW, privateKey, settings, scheme });
      expect(await received(presets[name], [], sample)).toMatchObject({
        kind: "events",
        verified: { scheme },
      });
    }
  });

  it.each<[PresetName, object, string]>([
    ["plaid", p256, "plaid secret"],
    ["googlePubsub", rsa, ""],
  ])("%s, with a set of keys", async (name, algorithm, secret) => {
    const { privateKey, pair } = await pem(algorithm);
    const {
      alg: _,
      key_ops: __,
      ext: ___,
      ...jwk
    } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
    const sample = await signSample(presets[name], "", { url, now: NOW, privateKey, settings });
    const document = JSON.stringify({ keys: [{ ...jwk, kid: "sample" }] });
    expect(await received(presets[name], secret ? [secret] : [], sample, document)).toMatchObject({
      kind: "events",
    });
  });

  it("says when one is needed, and when a secret has the wrong form", async () => {
    await expect(signSample(presets.discord, "x")).rejects.toThrow(InvalidArgumentError);
    await expect(signSample(presets.standard, "not base64!")).rejects.toThrow(InvalidArgumentError);
    await expect(signSample(presets.github, "x", { scheme: 7 })).rejects.toThrow(InvalidArgumentError);
  });
});

it("takes a body, and a Twilio JSON body by its digest", async () => {
  const github = await signSample(presets.github, "s", { url, body: '{"zen":"ok"}', type: "ping" });
  expect(github).toMatchObject({
    method: "POST",
    body: '{"zen":"ok"}',
    headers: { "x-github-event": "ping" },
  });
  const twilio = await signSample(presets.twilio, "s", {
    url,
    scheme: 0,
    body: '{"a":1}',
    contentType: "application/json",
  });
  expect(twilio.url).toContain("bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
  expect(await received(presets.twilio, ["s"], twilio)).toMatchObject({
    kind: "events",
    verified: { scheme: 0 },
  });
});
