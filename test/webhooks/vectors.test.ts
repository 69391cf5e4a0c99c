import { describe, expect, it } from "vitest";
import { defineSource, receive, verify } from "../../src/webhooks/index.ts";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import vectors from "./official-vectors.json" with { type: "json" };

interface Vector {
  preset: keyof typeof presets;
  source: string;
  secret: string;
  body?: string;
  form?: Record<string, string>;
  url?: string;
  headers: Record<string, string>;
  /** When the sender signed, in milliseconds; absent where it signs no time. */
  at?: number;
}

/** Signatures that senders publish in their documentation and tests (spec webhooks §8). */
describe.each((vectors as unknown as Vector[]).map((one) => [`${one.preset}, ${one.source}`, one] as const))(
  "%s",
  (_, one) => {
    const body = one.form ? new URLSearchParams(one.form).toString() : one.body!;
    const url = one.url ?? "https://example.com/";
    const type = one.form ? "application/x-www-form-urlencoded" : "application/json";
    const parts = { method: "POST", url, headers: { "content-type": type, ...one.headers }, body };
    const source = {
      scheme: presets[one.preset].scheme,
      secrets: [one.secret],
      settings: { publicUrl: url.replace(/\?.*/, "") },
    };

    it("is accepted", async () => {
      expect(await verify(parts, source, { now: one.at ?? 0 })).toMatchObject({ ok: true, secret: 0 });
    });

    it("is rejected with one more byte in the body", async () => {
      const longer = { ...parts, body: one.form ? `${body}&a=1` : `${body} ` };
      expect(await verify(longer, source, { now: one.at ?? 0 })).toEqual({ ok: false, reason: "mismatch" });
    });

    if (one.at !== undefined) {
      it("is stale ten minutes and a second later", async () => {
        expect(await verify(parts, source, { now: one.at! + 601_000 })).toEqual({
          ok: false,
          reason: "stale",
        });
      });
    }
  },
);

it("has all that are published", () => {
  expect(vectors).toHaveLength(30);
});

it("accepts Adyen's example, whose signed string is its tests'", async () => {
  const NotificationRequestItem = {
    pspReference: "pspReference",
    originalReference: "originalReference",
    merchantAccountCode: "merchantAccount",
    merchantReference: "reference",
    amount: { value: 1000, currency: "EUR" },
    eventCode: "EVENT",
    success: "true",
    additionalData: { hmacSignature: "ipnxGCaUZ4l8TUW75a71/ghd2Fe5ffvX0pV4TLTntIc=" },
  };
  const parts = {
    method: "POST",
    url: "https://example.com/",
    headers: {},
    body: JSON.stringify({ live: "false", notificationItems: [{ NotificationRequestItem }] }),
  };
  const secrets = ["DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"];
  expect(await verify(parts, { scheme: presets.adyen.scheme, secrets })).toMatchObject({ ok: true });
});

it("answers X's challenge as X's example does", async () => {
  const source = defineSource("x", {
    preset: presets.x,
    secrets: ["z3ZX4v7mAAUGykl3EcmkqbartmuW8VFOOzCloLx9Q45P0hLrFu"],
  });
  const url = "https://example.com/?crc_token=9b4507b3-9040-4669-9ca3-6b94edb50553&nonce=1";
  const received = await receive(source, { method: "GET", url, headers: {}, body: "" });
  expect(received).toMatchObject({
    kind: "handshake",
    response: {
      status: 200,
      body: '{"response_token":"sha256=Cytd4Sq+NvEcV3MMrXxWJGJx5A+y/lXzzU2Maartkx8="}',
    },
  });
});
