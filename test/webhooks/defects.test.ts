import { describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { verify } from "../../src/webhooks/verify.ts";
import { bad, body, outcome, seconds, secret, url } from "./outcome.ts";
import { NOW, senderCases } from "./sender-cases.ts";
import { mac } from "./signing.ts";

/** Mistakes seen in other verifiers (spec webhooks §10), each shown not to be made here. */

describe("several signatures in one header", () => {
  it.each([
    ["first", (good: string) => `v1=${good},v1=${bad}`],
    ["middle", (good: string) => `v1=${bad},v1=${good},v1=${bad}`],
    ["last", (good: string) => `v1=${bad},v1=${good}`],
  ])("Stripe: the good one may be %s", async (_, list) => {
    const good = await mac("SHA-256", secret, `${seconds}.${body}`, "hex");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},${list(good)}` })).toBe("accepted");
  });

  it("Paddle: the good one may come first, before another h1 and an h2", async () => {
    const good = await mac("SHA-256", secret, `${seconds}:${body}`, "hex");
    expect(await outcome("paddle", { "paddle-signature": `ts=${seconds};h1=${good};h1=${bad};h2=x` })).toBe(
      "accepted",
    );
  });

  it("PagerDuty: a list of v1 is a list", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    expect(await outcome("pagerduty", { "x-pagerduty-signature": `v1=${bad},v1=${good}` })).toBe("accepted");
    expect(await outcome("pagerduty", { "x-pagerduty-signature": `v1=${bad},v1=${bad}` })).toBe("mismatch");
  });

  it("Stripe: v0 is no signature, and two different times are refused", async () => {
    const good = await mac("SHA-256", secret, `${seconds}.${body}`, "hex");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},v0=${good}` })).toBe("malformed");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},t=1,v1=${good}` })).toBe("malformed");
    expect(await outcome("stripe", { "stripe-signature": `t=1,t=${seconds},v1=${good}` })).toBe("malformed");
  });

  it("more than 16 are not tried", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    const list = [...Array.from({ length: 16 }, () => `v1=${bad}`), `v1=${good}`].join(",");
    expect(await outcome("pagerduty", { "x-pagerduty-signature": list })).toBe("too-many");
  });

  it("DocuSign and Box: any numbered or named header may hold the good one", async () => {
    const good = await mac("SHA-256", secret, body, "base64");
    const wrong = await mac("SHA-256", "other", body, "base64");
    expect(
      await outcome("docusign", { "x-docusign-signature-1": wrong, "x-docusign-signature-2": good }),
    ).toBe("accepted");
    const time = new Date(NOW).toISOString();
    const boxed = await mac("SHA-256", secret, body + time, "base64");
    const headers = {
      "box-delivery-timestamp": time,
      "box-signature-primary": wrong,
      "box-signature-secondary": boxed,
    };
    expect(await outcome("box", headers)).toBe("accepted");
  });
});

describe("algorithms", () => {
  it("Vercel signs with SHA-1 and no time; SHA-256 is refused", async () => {
    expect(await outcome("vercel", { "x-vercel-signature": await mac("SHA-1", secret, body, "hex") })).toBe(
      "accepted",
    );
    expect(await outcome("vercel", { "x-vercel-signature": await mac("SHA-256", secret, body, "hex") })).toBe(
      "mismatch",
    );
  });

  it("GitHub's old SHA-1 header is ignored", async () => {
    const old = { "x-hub-signature": `sha1=${await mac("SHA-1", secret, body, "hex")}` };
    expect(await outcome("github", old)).toBe("missing");
  });

  it("CircleCI: a version that is not known is not tried", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    expect(await outcome("circleci", { "circleci-signature": `v2=${good}` })).toBe("malformed");
  });

  it("HubSpot: a request with an old signature does not pass as v3", async () => {
    const headers = { "x-hubspot-signature": bad, "x-hubspot-signature-version": "v1" };
    expect(await outcome("hubspot", headers)).toBe("missing");
  });
});

describe("keys", () => {
  const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const standard = async (raw: string | Uint8Array<ArrayBuffer>): Promise<Record<string, string>> => ({
    "webhook-id": "m",
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,${await mac("SHA-256", raw, `m.${seconds}.${body}`, "base64")}`,
  });

  it("whsec_ is base64 for Standard Webhooks, with or without the prefix, and text for Stripe", async () => {
    const raw = Uint8Array.from(atob(key.slice(6)), (character) => character.charCodeAt(0));
    expect(await outcome("standard", await standard(raw), [key])).toBe("accepted");
    expect(await outcome("standard", await standard(raw), [key.slice(6)])).toBe("accepted");
    expect(await outcome("standard", await standard(raw), [`v1,${key}`])).toBe("accepted");
    expect(await outcome("standard", await standard(key), [key])).toBe("mismatch");
    const signature = await mac("SHA-256", key, `${seconds}.${body}`, "hex");
    expect(await outcome("stripe", { "stripe-signature": `t=${seconds},v1=${signature}` }, [key])).toBe(
      "accepted",
    );
  });

  it("a public key is never a shared secret", async () => {
    const publicKey = `whpk_${key.slice(6)}`;
    const raw = Uint8Array.from(atob(key.slice(6)), (character) => character.charCodeAt(0));
    expect(await outcome("standard", await standard(raw), [publicKey])).not.toBe("accepted");
    expect(await outcome("standard", await standard(publicKey), [publicKey])).not.toBe("accepted");
  });

  it("Pusher and Ably: only the secret of the key that is named is tried", async () => {
    const signature = await mac("SHA-256", "tofu", body, "hex");
    const headers = (owner: string): Record<string, string> => ({
      "x-pusher-key": owner,
      "x-pusher-signature": signature,
    });
    expect(await outcome("pusher", headers("one"), ["one:tofu", "two:milk"])).toBe("accepted");
    expect(await outcome("pusher", headers("two"), ["one:tofu", "two:milk"])).toBe("mismatch");
    expect(await outcome("pusher", headers("three"), ["one:tofu", "two:milk"])).toBe("mismatch");
    expect(await outcome("pusher", { "x-pusher-signature": signature }, ["undefined:tofu"])).not.toBe(
      "accepted",
    );
  });
});

describe("no secret, no verification", () => {
  it.each(senderCases.map((one) => [one.preset, one] as const))(
    "%s without a secret is not configured",
    async (preset, one) => {
      const signed = await one.make(one.secret, one.body, NOW);
      const source = { scheme: presets[preset].scheme, secrets: [], settings: one.settings ?? {} };
      expect(await verify(signed, source, { now: NOW })).toEqual({ ok: false, reason: "not-configured" });
    },
  );

  it("a secret outside its time is not in force", async () => {
    const headers = { "x-hub-signature-256": `sha256=${await mac("SHA-256", secret, body, "hex")}` };
    const check = async (limits: object): Promise<unknown> => {
      const secrets = [{ value: secret, ...limits }];
      return verify(
        { method: "POST", url, headers, body },
        { scheme: presets.github.scheme, secrets },
        { now: NOW },
      );
    };
    expect(await check({ notBefore: NOW, notAfter: NOW })).toMatchObject({ ok: true });
    expect(await check({ notAfter: NOW - 1 })).toEqual({ ok: false, reason: "not-configured" });
    expect(await check({ notBefore: NOW + 1 })).toEqual({ ok: false, reason: "not-configured" });
  });

  it("an algorithm that is not known accepts nothing", async () => {
    const scheme = { ...presets.github.scheme, algorithm: "hmac-md5" } as never;
    const headers = { "x-hub-signature-256": `sha256=${bad}` };
    const verdict = await verify(
      { method: "POST", url, headers, body },
      { scheme, secrets: [secret] },
      { now: NOW },
    );
    expect(verdict.ok).toBe(false);
  });
});
