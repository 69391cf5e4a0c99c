import { describe, expect, it } from "vitest";
import {
  defineSource,
  receive,
  routingKeyOf,
  taskId,
  toCloudEvent,
  type WebhookEvent,
} from "../../src/webhooks/index.ts";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { eventsOf, github, secret } from "./event-source.ts";
import { NOW } from "./sender-cases.ts";
import { mac, sha } from "./signing.ts";

describe("one event", () => {
  it("becomes a CloudEvents object", async () => {
    const body = '{"action":"opened","repository":{"full_name":"octo/hello"},"id":12345678901234567890}';
    const event = await github(body, {
      "x-github-event": "pull_request",
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "content-type": "application/json",
    });
    expect(toCloudEvent("github", event)).toEqual({
      specversion: "1.0",
      id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      source: "/webhooks/github",
      type: "github.pull_request.opened",
      subject: "octo/hello",
      time: "2026-11-23T10:00:00.000Z",
      datacontenttype: "application/json",
      data: { action: "opened", repository: { full_name: "octo/hello" }, id: 12345678901234567890n },
    });
    expect(routingKeyOf("github", event.type)).toBe("github.pull_request.opened");
  });

  it("is guarded by an unsigned id only together with the body", async () => {
    const headers = { "x-github-event": "push", "x-github-delivery": "d1" };
    const one = await github('{"a":1}', headers);
    expect(one.dedupeKey).toBe(`d1:${await sha("SHA-256", '{"a":1}', "hex")}`);
    const same = await github('{"a":1}', headers);
    const reused = await github('{"a":2}', headers);
    expect(same.taskId).toBe(one.taskId);
    expect(reused.dedupeKey).not.toBe(one.dedupeKey);
    expect(reused.taskId).not.toBe(one.taskId);
    const anonymous = await github('{"a":1}', { "x-github-event": "push" });
    expect(anonymous.id).toBe(await sha("SHA-256", '{"a":1}', "hex"));
  });

  it("is guarded by a signed id alone", async () => {
    const body = '{"id":"evt_1","type":"invoice.paid","created":1795428000,"account":"acct_1"}';
    const source = defineSource("stripe", { preset: presets.stripe, secrets: [secret] });
    const at = NOW / 1000;
    const headers = {
      "stripe-signature": `t=${at},v1=${await mac("SHA-256", secret, `${at}.${body}`, "hex")}`,
    };
    const received = await receive(
      source,
      { method: "POST", url: "https://a.example/", headers, body },
      { now: NOW },
    );
    expect(received).toMatchObject({
      events: [
        {
          id: "evt_1",
          dedupeKey: "evt_1",
          type: "invoice.paid",
          tenant: "acct_1",
          time: "2026-11-23T10:00:00.000Z",
        },
      ],
    });
  });

  it("is guarded by the signed token where the body is not signed", async () => {
    const body = (id: string): string =>
      JSON.stringify({
        signature: { timestamp: String(NOW / 1000), token: "t1", signature: "" },
        "event-data": { id, event: "opened" },
      });
    const source = defineSource("mailgun", { preset: presets.mailgun, secrets: [secret] });
    const signature = await mac("SHA-256", secret, `${NOW / 1000}t1`, "hex");
    for (const id of ["e1", "e2"]) {
      const given = body(id).replace('"signature":""', `"signature":"${signature}"`);
      const received = await receive(
        source,
        { method: "POST", url: "https://a.example/", headers: {}, body: given },
        { now: NOW },
      );
      expect(received).toMatchObject({ events: [{ dedupeKey: "t1", type: "opened", subject: id }] });
    }
  });

  it("has the task id of RFC 9562, the same everywhere", async () => {
    // From Python: uuid.uuid5(uuid.UUID("8d8d33a254365d55bf6c8cbf802c0622"), "github:abc")
    expect(await taskId("github", "abc")).toBe("1e2da007-f0e8-5303-a392-9d18a6863dcc");
  });
});

describe("data", () => {
  const dataOf = async (body: string | Uint8Array, contentType: string): Promise<Partial<WebhookEvent>> => {
    const [event] = await eventsOf("genericToken", body, { "content-type": contentType });
    const { contentType: type, data, dataBase64 } = event!;
    return {
      contentType: type,
      ...(data !== undefined && { data }),
      ...(dataBase64 !== undefined && { dataBase64 }),
    };
  };

  it("is JSON, a form, text, or base64", async () => {
    expect(await dataOf('{"a":[1,2.5,"é"]}', "application/json")).toEqual({
      contentType: "application/json",
      data: { a: [1, 2.5, "é"] },
    });
    expect(await dataOf("a=1&b=x+y&a=2", "application/x-www-form-urlencoded")).toEqual({
      contentType: "application/json",
      data: { a: ["1", "2"], b: "x y" },
    });
    expect(await dataOf("<a/>", "text/xml; charset=utf-8")).toEqual({
      contentType: "text/xml",
      data: "<a/>",
    });
    expect(await dataOf(new Uint8Array([255, 0]), "application/octet-stream")).toEqual({
      contentType: "application/octet-stream",
      dataBase64: "/wA=",
    });
    expect(await dataOf("{broken", "application/json")).toEqual({
      contentType: "application/json",
      dataBase64: "e2Jyb2tlbg==",
    });
    expect(await dataOf("", "application/json")).toEqual({ contentType: "application/json", data: null });
  });

  it("is JSON also after a byte order mark", async () => {
    expect(await dataOf('\ufeff{"a":1}', "application/json")).toEqual({
      contentType: "application/json",
      data: { a: 1 },
    });
  });

  it("keeps the names that an attacker would like to be special", async () => {
    const { data } = await dataOf('{"__proto__":{"polluted":true},"type":"a"}', "application/json");
    expect(Object.hasOwn(data as object, "__proto__")).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const form = await dataOf("__proto__=1&a=2", "application/x-www-form-urlencoded");
    expect(Object.hasOwn(form.data as object, "__proto__")).toBe(true);
  });

  it("is the JSON in a form's field for GitHub, Slack and Mandrill", async () => {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const payload = new URLSearchParams({ payload: '{"action":"opened"}' }).toString();
    expect(await eventsOf("github", payload, { ...type, "x-github-event": "issues" })).toMatchObject([
      { type: "issues.opened", data: { action: "opened" } },
    ]);
    const interaction = new URLSearchParams({
      payload: '{"type":"block_actions","team":{"id":"T1"}}',
    }).toString();
    expect(await eventsOf("slack", interaction, type)).toMatchObject([
      { type: "block_actions", tenant: "T1" },
    ]);
    expect(await eventsOf("slack", "command=%2Fdeploy&team_id=T1&text=now", type)).toMatchObject([
      { type: "/deploy", data: { command: "/deploy", text: "now" } },
    ]);
  });

  it("is made of headers where the body is empty", async () => {
    const headers = {
      "x-goog-channel-id": "c1",
      "x-goog-message-number": "7",
      "x-goog-resource-state": "update",
      "x-goog-resource-id": "r1",
    };
    expect(await eventsOf("googlePush", "", headers)).toMatchObject([
      {
        id: "c1:7",
        type: "update",
        data: { "x-goog-channel-id": "c1", "x-goog-resource-id": "r1", "x-goog-resource-state": "update" },
      },
    ]);
  });
});
