import { describe, expect, it } from "vitest";
import { defineSource, receive } from "../../src/webhooks/index.ts";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { type Ask, answer, ask, secret } from "./asking.ts";
import { mac } from "./signing.ts";

describe("answers", () => {
  const github = async (by = secret): Promise<Ask> => ({
    body: "{}",
    headers: { "x-hub-signature-256": `sha256=${await mac("SHA-256", by, "{}", "hex")}` },
  });

  it("never say why, and say 503 when the fault is here", async () => {
    expect(await ask("github", await github("other"))).toEqual({
      kind: "rejected",
      reason: "mismatch",
      response: { status: 401, headers: {}, body: "" },
    });
    expect(await ask("github", { ...(await github()), secrets: [] })).toEqual({
      kind: "rejected",
      reason: "not-configured",
      response: { status: 503, headers: { "retry-after": "30" }, body: "" },
    });
  });

  it("are what each sender wants", async () => {
    const token = { "x-webhook-token": secret };
    expect(await answer("cloudevents", { headers: token, body: "{}" })).toEqual({
      kind: "events",
      status: 202,
      body: "",
    });
    expect(await answer("mailgun", { body: "{}" })).toEqual({ kind: "rejected", status: 406, body: "" });
    expect((await ask("chargebee", { body: "{}", secrets: ["u:p"] })).response).toEqual({
      status: 401,
      headers: { "www-authenticate": 'Basic realm="webhooks"' },
      body: "",
    });
    expect((await ask("github", { method: "PUT" })).response).toMatchObject({
      status: 405,
      headers: { allow: "POST" },
    });
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
