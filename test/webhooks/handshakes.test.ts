import { describe, expect, it } from "vitest";
import { answer, ask, secret } from "./asking.ts";
import { mac } from "./signing.ts";

describe("handshakes that are not signed", () => {
  it("Meta: the challenge, raw, for the right token only", async () => {
    const settings = { verifyToken: "my token" };
    const query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
    expect(await answer("meta", { method: "GET", query: `${query}my%20token`, settings })).toEqual({
      kind: "handshake",
      status: 200,
      body: "1158201444",
    });
    expect(await answer("meta", { method: "GET", query: `${query}other`, settings })).toEqual({
      kind: "handshake",
      status: 403,
      body: "",
    });
    expect(await answer("meta", { method: "GET", query: `${query}undefined` })).toEqual({
      kind: "handshake",
      status: 403,
      body: "",
    });
    expect(await answer("whatsapp", { method: "GET", query, settings })).toEqual({
      kind: "handshake",
      status: 403,
      body: "",
    });
  });

  it("X: proves the secret, but never signs what could be an event", async () => {
    const token = "9b4507b3-9040-4669-9ca3-6b94edb50553";
    const response_token = `sha256=${await mac("SHA-256", secret, token, "base64")}`;
    expect(await answer("x", { method: "GET", query: `?crc_token=${token}` })).toEqual({
      kind: "handshake",
      status: 200,
      body: JSON.stringify({ response_token }),
    });
    const forged = encodeURIComponent('{"for_user_id":"1","tweet_create_events":[]}');
    expect(await answer("x", { method: "GET", query: `?crc_token=${forged}` })).toEqual({
      kind: "handshake",
      status: 400,
      body: "",
    });
    expect(await answer("x", { method: "GET", query: `?crc_token=${token}`, secrets: [] })).toEqual({
      kind: "handshake",
      status: 400,
      body: "",
    });
    // The token with the answer for a signature is no event either.
    expect(
      await answer("x", { headers: { "x-twitter-webhooks-signature": response_token }, body: token }),
    ).toMatchObject({ kind: "rejected", status: 401 });
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
      expect(await answer(preset, { method: "GET", query: `?challenge=${"a".repeat(1025)}` })).toEqual({
        kind: "handshake",
        status: 400,
        body: "",
      });
      expect(await answer(preset, { method: "GET" })).toMatchObject({ kind: "rejected", status: 405 });
    }
  });

  it("Okta: the header as JSON", async () => {
    const headers = { "x-okta-verification-challenge": "abc" };
    expect(await answer("okta", { method: "GET", headers })).toEqual({
      kind: "handshake",
      status: 200,
      body: '{"verification":"abc"}',
    });
  });

  it("Graph: the token decoded and escaped, and only with an empty body", async () => {
    const query = "?validationToken=Validation%3A+Testing%20%3Cb%3E%26";
    expect(await answer("graph", { query })).toEqual({
      kind: "handshake",
      status: 200,
      body: "Validation: Testing &#60;b&#62;&#38;",
    });
    expect(await answer("graph", { query, body: '{"value":[]}' })).toMatchObject({
      kind: "rejected",
      status: 401,
    });
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
    expect(
      await answer("notion", { body: '{"verification_token":"x","type":"page.created"}' }),
    ).toMatchObject({ kind: "rejected", status: 401 });
  });

  it("Trello and Mandrill: HEAD; Mandrill: an empty list; WooCommerce: its ping; Slack: its certificate check", async () => {
    const settings = { publicUrl: "https://hooks.example.com/" };
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const well = { kind: "handshake", status: 200, body: "" };
    expect(await answer("trello", { method: "HEAD", settings })).toEqual(well);
    expect(await answer("mandrill", { method: "HEAD", settings })).toEqual(well);
    expect(await answer("mandrill", { headers: form, body: "mandrill_events=%5B%5D", settings })).toEqual(
      well,
    );
    expect(await answer("woocommerce", { headers: form, body: "webhook_id=17" })).toEqual(well);
    expect(await answer("slack", { headers: form, body: "ssl_check=1&token=x" })).toEqual(well);
    expect(await answer("github", { method: "HEAD" })).toMatchObject({ kind: "rejected", status: 405 });
  });

  it("CloudEvents: OPTIONS for an origin that is allowed", async () => {
    const given = { method: "OPTIONS", headers: { "WebHook-Request-Origin": "eventemitter.example.com" } };
    expect(
      await ask("cloudevents", { ...given, settings: { origins: ["eventemitter.example.com"] } }),
    ).toMatchObject({
      kind: "handshake",
      response: {
        status: 200,
        headers: { "webhook-allowed-origin": "eventemitter.example.com", "webhook-allowed-rate": "*" },
      },
    });
    expect(await answer("cloudevents", { ...given, settings: { origins: ["*"] } })).toMatchObject({
      status: 200,
    });
    expect(
      await answer("cloudevents", { ...given, settings: { origins: ["other.example.com"] } }),
    ).toMatchObject({ status: 403 });
    expect(await answer("cloudevents", given)).toMatchObject({ status: 403 });
  });
});
