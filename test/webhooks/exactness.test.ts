import { describe, expect, it } from "vitest";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { verify } from "../../src/webhooks/verify.ts";
import { body, outcome, secret, url } from "./outcome.ts";
import { NOW, senderCases } from "./sender-cases.ts";
import { mac } from "./signing.ts";

/** Mistakes seen in other verifiers (spec webhooks §10), each shown not to be made here. */

describe("what is signed is what arrived", () => {
  it("Sentry and Meta: the raw bytes, never a re-written JSON", async () => {
    const raw = '{ "b":1,\r\n"a":"\\u00e9" }';
    expect(
      await outcome(
        "sentry",
        { "sentry-hook-signature": await mac("SHA-256", secret, raw, "hex") },
        [secret],
        raw,
      ),
    ).toBe("accepted");
    const rewritten = JSON.stringify(JSON.parse(raw));
    const signature = await mac("SHA-256", secret, rewritten, "hex");
    expect(await outcome("sentry", { "sentry-hook-signature": signature }, [secret], raw)).toBe("mismatch");
  });

  it("a byte order mark and bytes that are no UTF-8 are signed as they are", async () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d, 0xff, 0x00]);
    const key = await crypto.subtle.importKey(
      "raw",
      new TextEncoder().encode(secret),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes));
    const hex = Array.from(signature, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const parts = { method: "POST", url, headers: { "x-hub-signature-256": `sha256=${hex}` }, body: bytes };
    expect(await verify(parts, { scheme: presets.github.scheme, secrets: [secret] })).toMatchObject({
      ok: true,
    });
  });

  it("Twilio: a JSON body without its digest in the URL is refused", async () => {
    const signature = await mac("SHA-1", secret, url, "base64");
    const source = { scheme: presets.twilio.scheme, secrets: [secret], settings: { publicUrl: url } };
    const parts = {
      method: "POST",
      url,
      headers: { "content-type": "application/json", "x-twilio-signature": signature },
      body,
    };
    expect(await verify(parts, source)).toEqual({ ok: false, reason: "missing" });
  });

  it("Twilio: the query of the request is signed, also when the configured URL has another", async () => {
    const signature = await mac("SHA-1", secret, `${url}?a=1`, "base64");
    const source = {
      scheme: presets.twilio.scheme,
      secrets: [secret],
      settings: { publicUrl: `${url}?a=1` },
    };
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature };
    expect(
      await verify({ method: "POST", url: `http://10.0.0.1:8787/x?a=1`, headers, body: "" }, source),
    ).toMatchObject({ ok: true });
    expect(await verify({ method: "POST", url: `${url}?a=2`, headers, body: "" }, source)).toEqual({
      ok: false,
      reason: "mismatch",
    });
  });

  it("Contentful: a list of signed headers without the time is refused", async () => {
    const names = "x-contentful-signed-headers";
    const message = ["POST", new URL(url).pathname, `${names}:${names}`, body].join("\n");
    const headers = {
      [names]: names,
      "x-contentful-timestamp": String(NOW),
      "x-contentful-signature": await mac("SHA-256", secret, message, "hex"),
    };
    expect(await outcome("contentful", headers)).toBe("missing");
  });

  it("Adyen: every item must be signed", async () => {
    const one = senderCases.find(({ preset }) => preset === "adyen")!;
    const signed = await one.make(one.secret, one.body, NOW);
    const { notificationItems, ...rest } = JSON.parse(signed.body) as { notificationItems: unknown[] };
    const check = async (items: unknown[]): Promise<unknown> =>
      verify(
        { ...signed, body: JSON.stringify({ ...rest, notificationItems: items }) },
        { scheme: presets.adyen.scheme, secrets: [one.secret] },
      );
    expect(await check([...notificationItems, ...notificationItems])).toMatchObject({ ok: true });
    expect(
      await check([...notificationItems, { NotificationRequestItem: { eventCode: "REFUND" } }]),
    ).toMatchObject({ ok: false });
    expect(await check([])).toEqual({ ok: false, reason: "missing" });
  });

  it("Graph: every notification must carry the state", async () => {
    const check = async (value: unknown[]): Promise<unknown> =>
      verify(
        { method: "POST", url, headers: {}, body: JSON.stringify({ value }) },
        { scheme: presets.graph.scheme, secrets: [secret] },
      );
    expect(await check([{ clientState: secret }, { clientState: secret }])).toMatchObject({ ok: true });
    expect(await check([{ clientState: secret }, {}])).toEqual({ ok: false, reason: "missing" });
    expect(await check([{ clientState: secret }, { clientState: "x" }])).toEqual({
      ok: false,
      reason: "mismatch",
    });
  });
});

describe("a signature has one spelling", () => {
  it("base64 whose unused bits were changed is refused", async () => {
    const good = await mac("SHA-256", secret, body, "base64");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const last = good.at(-2)!;
    const other = `${good.slice(0, -2)}${alphabet[alphabet.indexOf(last) + 1]}=`;
    expect(atob(other)).toBe(atob(good));
    expect(await outcome("shopify", { "x-shopify-hmac-sha256": good })).toBe("accepted");
    expect(await outcome("shopify", { "x-shopify-hmac-sha256": other })).toBe("malformed");
  });

  it("hex may be in either case, and nothing else", async () => {
    const good = await mac("SHA-256", secret, body, "hex");
    expect(await outcome("dropbox", { "x-dropbox-signature": good.toUpperCase() })).toBe("accepted");
    for (const other of [`${good}00`, good.slice(2), good.slice(1), `0x${good}`, `${good}zz`]) {
      expect(await outcome("dropbox", { "x-dropbox-signature": other })).not.toBe("accepted");
    }
  });
});
