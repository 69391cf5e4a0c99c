import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { defineSource, receive, verify } from "../../src/webhooks/index.ts";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import type { VerifySource } from "../../src/webhooks/verify.ts";
import { randomCases } from "../properties/runs.ts";
import { NOW, PUBLIC_URL, type SenderCase, senderCases } from "./sender-cases.ts";

vi.setConfig({ testTimeout: 120_000 });

const options = {
  now: NOW,
  keyCache: new Map(),
  fetchKey: () => Promise.reject(new Error("no network in tests")),
};

const settings = {
  publicUrl: PUBLIC_URL,
  webhookId: "WH-1",
  topics: ["arn:aws:sns:us-east-1:1:t"],
  audience: "a",
  email: "e",
  clientId: "c",
  verifyToken: "v",
};

const headerNames = [
  ...new Set(
    [JSON.stringify(presets).matchAll(/header:([a-z0-9-]+)/g)].flatMap((found) =>
      [...found].map(([, name]) => name!),
    ),
  ),
];

const headerValue = fc.oneof(
  fc.string({ maxLength: 60 }).map((text) => text.replace(/[^\x20-\x7e]/g, "")),
  fc.constantFrom(
    "sha256=",
    "t=,v1=",
    `t=${NOW / 1000},v1=00`,
    "v1,AAAA",
    "a.b.c",
    "Bearer a.b.c",
    "Basic",
    "Basic Og==",
    "HMAC ",
    ",,,",
    "=",
    String(NOW),
    String(NOW / 1000),
  ),
);

const request = fc.record({
  method: fc.constantFrom("POST", "GET", "HEAD", "OPTIONS", "PUT", "post", ""),
  url: fc.oneof(
    fc.constant(PUBLIC_URL),
    fc.webUrl({ withQueryParameters: true }),
    fc.constantFrom(
      `${PUBLIC_URL}?challenge=x&hub.mode=subscribe`,
      `${PUBLIC_URL}?bodySHA256=00`,
      "",
      "/",
      "https://[",
      "data:x",
    ),
  ),
  headers: fc.oneof(
    fc.dictionary(fc.constantFrom(...headerNames, "content-type"), headerValue, { maxKeys: 12 }),
  ),
  body: fc.oneof(
    fc.string(),
    fc.uint8Array(),
    fc.json(),
    fc.constantFrom("mandrill_events=[]", '{"value":[]}', '{"events":[{}]}', "[]", "{}", "null"),
  ),
});

/** Longer than any text above, so that no request carries one by chance: some senders send the secret itself. */
const SECRET = "f".repeat(70);
const anySecrets = fc.constantFrom([], [SECRET], [`whsec_${btoa(SECRET)}`, `k:${SECRET}`], [""]);

const anyPreset = fc.constantFrom(...Object.values(presets));

describe("whatever comes", () => {
  it("no preset throws, and none accepts what nobody signed", async () => {
    await fc.assert(
      fc.asyncProperty(anyPreset, request, anySecrets, async (preset, parts, secrets) => {
        const verdict = await verify(
          parts as never,
          { scheme: preset.scheme, secrets, settings, payload: preset.payload },
          options,
        );
        expect(verdict.ok).toBe(false);
        const received = await receive(
          defineSource("s", { preset, secrets, settings }),
          parts as never,
          options,
        );
        expect(received.kind).not.toBe("events");
      }),
      randomCases(20_000),
    );
  });

  it("no nonsense for a request or a source throws or is accepted", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), request, async (parts, source, good) => {
        for (const [given, by] of [
          [parts, { scheme: presets.github.scheme, secrets: ["s"] }],
          [good, source],
          [good, { scheme: source, secrets: ["s"] }],
          [good, { scheme: presets.stripe.scheme, secrets: source }],
          [good, { scheme: presets.stripe.scheme, secrets: [source] }],
          [
            good,
            {
              scheme: { ...presets.standard.scheme, signature: source, sign: source, key: source },
              secrets: ["s"],
            },
          ],
        ]) {
          expect((await verify(given as never, by as VerifySource, options)).ok).toBe(false);
        }
      }),
      randomCases(5_000),
    );
  });
});

const unsignedBodies = new Set(["mailgun", "adyen", "dropboxSign", "graph"]);

/**
 * What the sender signs of a body. Twilio and Mandrill join names and values without a mark between them, so that
 * `a=bc` and `ab=c` have the same signature: that is theirs to answer for, and in the documentation.
 */
function signedPart(one: SenderCase, body: string): string {
  if (!["twilio", "mandrill"].includes(one.preset)) return body;
  const fields = new Map([...new URLSearchParams(body)].map((field) => [JSON.stringify(field), field]));
  const inOrder = [...fields.values()].sort(([a, b], [c, d]) => (a < c || (a === c && b < d) ? -1 : 1));
  return inOrder.map((field) => field.join("")).join("");
}

describe("what was signed and then altered is rejected", () => {
  const replaceAt = (text: string, at: number, by: string): string =>
    text.slice(0, at) + by + text.slice(at + 1);

  it("by one character of the body, changed, added or taken away", async () => {
    const cases = senderCases.filter(
      ({ preset, unsignedBody }) => !unsignedBody && !unsignedBodies.has(preset),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...cases),
        fc.nat(),
        fc.string({ minLength: 0, maxLength: 2, unit: "binary" }),
        async (one, where, by) => {
          const signed = await one.make(one.secret, one.body, NOW);
          const body = replaceAt(signed.body, where % (signed.body.length + 1), by);
          fc.pre(
            signedPart(one, body) !== signedPart(one, signed.body) &&
              new TextDecoder().decode(new TextEncoder().encode(body)) === body,
          );
          const source = {
            scheme: presets[one.preset].scheme,
            secrets: [one.secret],
            settings: one.settings ?? {},
          };
          expect((await verify({ ...signed, body }, source, options)).ok).toBe(false);
        },
      ),
      randomCases(20_000),
    );
  });

  it("by one character of the signature or the token", async () => {
    const cases = senderCases.filter(({ strip }) => typeof strip === "string" && strip !== "Authorization");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...cases),
        fc.nat(),
        fc.integer({ min: 0x21, max: 0x7e }),
        async (one, where, code) => {
          const signed = await one.make(one.secret, one.body, NOW);
          const header = one.strip as string;
          const value = signed.headers[header]!;
          const at = where % value.length;
          const changed = replaceAt(value, at, String.fromCharCode(code));
          // Hex has two cases, and the space between two items is no part of either.
          fc.pre(changed !== value && value[at] !== " ");
          fc.pre(!(isHex(one) && changed.toLowerCase() === value.toLowerCase()));
          const headers = { ...signed.headers, [header]: changed };
          const source = {
            scheme: presets[one.preset].scheme,
            secrets: [one.secret],
            settings: one.settings ?? {},
          };
          expect(await verify({ ...signed, headers }, source, options), changed).toMatchObject({ ok: false });
        },
      ),
      randomCases(20_000),
    );
  });
});

function isHex(one: SenderCase): boolean {
  return JSON.stringify(presets[one.preset].scheme).includes('"encoding":"hex"');
}
