import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/errors.ts";
import {
  definePreset,
  defineSource,
  type Preset,
  type Scheme,
  type SourceOptions,
  verify,
  verifyToken,
} from "../../src/webhooks/index.ts";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { NOW } from "./sender-cases.ts";
import { mac } from "./signing.ts";

const own: Preset = {
  scheme: {
    algorithm: "hmac-sha512",
    signature: { in: "header:x-acme-signature", separator: ",", prefix: "a=" },
    sign: "{method}\n{header:x-acme-id}\n{ts}\n{body}",
    timestamp: { in: "header:x-acme-time", unit: "ms" },
    encoding: "base64url",
    key: "hex",
  },
  type: "json:$.kind",
  id: "header:x-acme-id",
};

const fieldOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return (error as InvalidArgumentError).field;
  }
  return "nothing was thrown";
};

describe("a scheme of one's own", () => {
  it("verifies", async () => {
    expect(definePreset(own)).toBe(own);
    const body = '{"kind":"a"}';
    const key = new Uint8Array([1, 2, 3, 4]);
    const signature = await mac("SHA-512", key, `POST\nid-1\n${NOW}\n${body}`, "base64url");
    const headers = {
      "x-acme-id": "id-1",
      "x-acme-time": String(NOW),
      "x-acme-signature": `a=AAAA, a=${signature}`,
    };
    const source = { scheme: own.scheme, secrets: ["01020304"] };
    expect(
      await verify({ method: "POST", url: "https://a.example/", headers, body }, source, { now: NOW }),
    ).toMatchObject({ ok: true });
    expect(
      await verify({ method: "PUT", url: "https://a.example/", headers, body }, source, { now: NOW }),
    ).toMatchObject({ ok: false });
  });

  it.each<[string, Record<string, unknown>]>([
    ["preset.scheme[0].algorithm", { algorithm: "hmac-md5" }],
    ["preset.scheme[0].algorithm", { algorithm: undefined }],
    ["preset.scheme[0].signature.in", { signature: { in: "x-acme-signature" } }],
    ["preset.scheme[0].signature.in", { signature: { in: "header:" } }],
    ["preset.scheme[0].signature.in", { signature: undefined }],
    ["preset.scheme[0].encoding", { encoding: "base32" }],
    ["preset.scheme[0].sign", { sign: "{ts}" }],
    ["preset.scheme[0].sign", { sign: "{body}{unknown}" }],
    ["preset.scheme[0].sign", { sign: "{body}{json:a.b}" }],
    ["preset.scheme[0].sign", { sign: "" }],
    ["preset.scheme[0].sign", { algorithm: "sha256", sign: "{body}" }],
    ["preset.scheme[0].timestamp.in", { timestamp: { in: "time", unit: "s" } }],
    ["preset.scheme[0].each", { each: "$.a[*]" }],
    ["preset.scheme[0].when.in", { when: { in: "nowhere", is: true } }],
    ["preset.scheme[0].token.in", { algorithm: "equal" }],
    ["preset.scheme[0].verifier", { algorithm: "jwt", alg: "HS256" }],
    ["preset.scheme[0].alg", { algorithm: "jwt", alg: "none", verifier: verifyToken }],
    ["preset.scheme[0].bodyDigest.encoding", { bodyDigest: { in: "header:digest", encoding: "sha" } }],
  ])("is refused at %s", (field, change) => {
    expect(fieldOf(() => definePreset({ ...own, scheme: { ...own.scheme, ...change } as Scheme }))).toBe(
      field,
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ["preset.scheme", { scheme: [] }],
    ["preset.type", { type: "kind" }],
    ["preset.id", { id: ["header:a", "b"] }],
    ["preset.split", { split: "$.a" }],
  ])("is refused at %s of the preset", (field, change) => {
    expect(fieldOf(() => definePreset({ ...own, ...change } as Preset))).toBe(field);
  });

  it("is what every preset of this library is", () => {
    for (const [name, preset] of Object.entries(presets))
      expect(() => definePreset(preset), name).not.toThrow();
  });
});

describe("a source", () => {
  it.each<[string, string, Record<string, unknown>]>([
    ["name", "Has Capitals", {}],
    ["preset", "a", { preset: "github" }],
    ["preset", "a", { preset: undefined }],
    ["secrets", "a", { secrets: undefined }],
    ["secrets", "a", { secrets: Array.from({ length: 9 }, () => "x") }],
    ["settings.publicUrl", "a", { preset: presets.twilio }],
    ["settings.publicUrl", "a", { preset: presets.twilio, settings: { publicUrl: "/path" } }],
    ["settings.topics", "a", { preset: presets.sns, settings: { topics: [] } }],
    ["settings.webhookId", "a", { preset: presets.paypal }],
    ["tolerance", "a", { tolerance: 0 }],
    ["tolerance", "a", { tolerance: Number.NaN }],
  ])("is refused at %s", (field, name, change) => {
    expect(
      fieldOf(() =>
        defineSource(name, { preset: presets.github, secrets: ["s"], ...change } as SourceOptions),
      ),
    ).toBe(field);
  });

  it("remembers ids for as long as its sender tries again", () => {
    const hours = (preset: Preset): number => defineSource("a", { preset, secrets: [] }).dedupeSeconds / 3600;
    expect(hours(presets.github)).toBe(72);
    expect(hours(presets.stripe)).toBe(90);
    expect(hours(presets.standard)).toBe(93.75);
    expect(hours(presets.slack)).toBe(24);
  });

  it("may widen the tolerance", async () => {
    const body = "{}";
    const at = NOW / 1000;
    const headers = { "stripe-signature": `t=${at},v1=${await mac("SHA-256", "s", `${at}.${body}`, "hex")}` };
    const check = (tolerance?: number): ReturnType<typeof verify> =>
      verify(
        { method: "POST", url: "https://a.example/", headers, body },
        { scheme: presets.stripe.scheme, secrets: ["s"], tolerance },
        { now: NOW + 3_000_000 },
      );
    expect(await check()).toEqual({ ok: false, reason: "stale" });
    expect(await check(3000)).toMatchObject({ ok: true });
  });
});
