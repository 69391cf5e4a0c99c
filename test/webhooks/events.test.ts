import { describe, expect, it } from "vitest";
import { defineSource, receive, routingKeyOf, type Settings, toCloudEvent, taskId, type WebhookEvent } from "../../src/webhooks/index.ts";
import { type PresetName, presets } from "../../src/webhooks/presets/by-name.ts";
import type { Preset } from "../../src/webhooks/preset.ts";
import { NOW } from "./sender-cases.ts";
import { mac, sha } from "./signing.ts";

const secret = "a secret of the sender";

/** Events of a payload, by a preset whose scheme was replaced by a token, so that only the payload matters. */
async function eventsOf(
  name: PresetName,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  settings: Settings = {},
): Promise<WebhookEvent[]> {
  const scheme = { algorithm: "equal", token: { in: "header:x-token" } } as const;
  const preset: Preset = { ...presets[name], scheme, needs: [], handshakes: [] };
  const source = defineSource(name.toLowerCase(), { preset, secrets: [secret], settings });
  const parts = { method: "POST", url: "https://a.example/", headers: { "x-token": secret, ...headers }, body };
  const received = await receive(source, parts, { now: NOW });
  if (received.kind !== "events") throw new Error(`not events: ${JSON.stringify(received)}`);
  return received.events;
}

async function github(body: string, headers: Record<string, string>): Promise<WebhookEvent> {
  const source = defineSource("github", { preset: presets.github, secrets: [secret] });
  const signature = `sha256=${await mac("SHA-256", secret, body, "hex")}`;
  const parts = { method: "POST", url: "https://a.example/", headers: { "x-hub-signature-256": signature, ...headers }, body };
  const received = await receive(source, parts, { now: NOW });
  if (received.kind !== "events") throw new Error("not events");
  return received.events[0]!;
}

const brief = (events: WebhookEvent[]): string[] => events.map(({ id, type }) => `${type} ${id}`);

describe("one event", () => {
  it("becomes a CloudEvents object", async () => {
    const body = '{"action":"opened","repository":{"full_name":"octo/hello"},"id":12345678901234567890}';
    const event = await github(body, { "x-github-event": "pull_request", "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "content-type": "application/json" });
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
    const headers = { "stripe-signature": `t=${at},v1=${await mac("SHA-256", secret, `${at}.${body}`, "hex")}` };
    const received = await receive(source, { method: "POST", url: "https://a.example/", headers, body }, { now: NOW });
    expect(received).toMatchObject({
      events: [{ id: "evt_1", dedupeKey: "evt_1", type: "invoice.paid", tenant: "acct_1", time: "2026-11-23T10:00:00.000Z" }],
    });
  });

  it("is guarded by the signed token where the body is not signed", async () => {
    const body = (id: string): string => JSON.stringify({ signature: { timestamp: String(NOW / 1000), token: "t1", signature: "" }, "event-data": { id, event: "opened" } });
    const source = defineSource("mailgun", { preset: presets.mailgun, secrets: [secret] });
    const signature = await mac("SHA-256", secret, `${NOW / 1000}t1`, "hex");
    for (const id of ["e1", "e2"]) {
      const given = body(id).replace('"signature":""', `"signature":"${signature}"`);
      const received = await receive(source, { method: "POST", url: "https://a.example/", headers: {}, body: given }, { now: NOW });
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
    return { contentType: type, ...(data !== undefined && { data }), ...(dataBase64 !== undefined && { dataBase64 }) };
  };

  it("is JSON, a form, text, or base64", async () => {
    expect(await dataOf('{"a":[1,2.5,"é"]}', "application/json")).toEqual({ contentType: "application/json", data: { a: [1, 2.5, "é"] } });
    expect(await dataOf("a=1&b=x+y&a=2", "application/x-www-form-urlencoded")).toEqual({ contentType: "application/json", data: { a: ["1", "2"], b: "x y" } });
    expect(await dataOf("<a/>", "text/xml; charset=utf-8")).toEqual({ contentType: "text/xml", data: "<a/>" });
    expect(await dataOf(new Uint8Array([255, 0]), "application/octet-stream")).toEqual({ contentType: "application/octet-stream", dataBase64: "/wA=" });
    expect(await dataOf("{broken", "application/json")).toEqual({ contentType: "application/json", dataBase64: "e2Jyb2tlbg==" });
    expect(await dataOf("", "application/json")).toEqual({ contentType: "application/json", data: null });
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
    expect(await eventsOf("github", payload, { ...type, "x-github-event": "issues" })).toMatchObject([{ type: "issues.opened", data: { action: "opened" } }]);
    const interaction = new URLSearchParams({ payload: '{"type":"block_actions","team":{"id":"T1"}}' }).toString();
    expect(await eventsOf("slack", interaction, type)).toMatchObject([{ type: "block_actions", tenant: "T1" }]);
    expect(await eventsOf("slack", "command=%2Fdeploy&team_id=T1&text=now", type)).toMatchObject([{ type: "/deploy", data: { command: "/deploy", text: "now" } }]);
  });

  it("is made of headers where the body is empty", async () => {
    const headers = { "x-goog-channel-id": "c1", "x-goog-message-number": "7", "x-goog-resource-state": "update", "x-goog-resource-id": "r1" };
    expect(await eventsOf("googlePush", "", headers)).toMatchObject([
      { id: "c1:7", type: "update", data: { "x-goog-channel-id": "c1", "x-goog-resource-id": "r1", "x-goog-resource-state": "update" } },
    ]);
  });
});

describe("one request, many events", () => {
  it("SendGrid: the elements, by their own ids", async () => {
    const events = await eventsOf("sendgrid", '[{"event":"open","sg_event_id":"e1"},{"event":"click","sg_event_id":"e2"},{"event":"drop"}]');
    expect(brief(events).slice(0, 2)).toEqual(["open e1", "click e2"]);
    expect(events[0]).toMatchObject({ dedupeKey: "e1", data: { event: "open", sg_event_id: "e1" } });
    expect(events[2]!.id).toMatch(/^[0-9a-f]{64}:2$/);
  });

  it("HubSpot: ids of three parts", async () => {
    const body = '[{"eventId":1,"subscriptionId":2,"occurredAt":1795428000000,"subscriptionType":"contact.creation","portalId":9}]';
    expect(await eventsOf("hubspot", body)).toMatchObject([{ id: "1:2:1795428000000", type: "contact.creation", tenant: "9", time: "2026-11-23T10:00:00.000Z" }]);
  });

  it("Meta: each change in its entry, and all that is around it", async () => {
    const body = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [
        { id: "a", changes: [{ field: "messages", value: 1 }, { field: "account_update", value: 2 }] },
        { id: "b", changes: [{ field: "messages", value: 3 }] },
      ],
    });
    const events = await eventsOf("whatsapp", body);
    expect(events.map(({ type }) => type)).toEqual(["whatsapp_business_account.messages", "whatsapp_business_account.account_update", "whatsapp_business_account.messages"]);
    expect(events[1]!.data).toEqual({ object: "whatsapp_business_account", entry: [{ id: "a", changes: [{ field: "account_update", value: 2 }] }] });
    expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(3);
  });

  it("Messenger, whose entries have no changes, is one event", async () => {
    expect(await eventsOf("meta", '{"object":"page","entry":[{"messaging":[{}]}]}')).toMatchObject([{ type: "page" }]);
  });

  it.each([
    ["graph", '{"value":[{"id":"n1","changeType":"created"},{"id":"n2","changeType":"updated"}]}', ["created n1", "updated n2"]],
    ["okta", '{"eventId":"x","data":{"events":[{"uuid":"u1","eventType":"user.session.start"}]}}', ["user.session.start u1"]],
    ["line", '{"destination":"U","events":[{"type":"message","webhookEventId":"w1"}]}', ["message w1"]],
    ["auth0", '{"log_id":"l1","data":{"type":"s"}}\n{"log_id":"l2","data":{"type":"f"}}\r\n', ["s l1", "f l2"]],
    ["auth0", '[{"log_id":"l1","data":{"type":"s"}}]', ["s l1"]],
    ["auth0", '{"id":"evt_1","type":"user.created"}', ["user.created evt_1"]],
    ["gocardless", '{"events":[{"id":"EV1","resource_type":"payments","action":"paid"}]}', ["payments.paid EV1"]],
    ["adyen", '{"notificationItems":[{"NotificationRequestItem":{"pspReference":"P","eventCode":"REFUND","success":"true"}}]}', ["REFUND P:REFUND:true"]],
    ["telegram", '{"update_id":7,"message":{"text":"hi"}}', ["message 7"]],
    ["sns", '{"Type":"Notification","MessageId":"m1","Subject":"s"}', ["Notification m1"]],
    ["airtable", '{"base":{"id":"b"},"webhook":{"id":"w"},"timestamp":"2026-11-23T10:00:00.000Z"}', ["changed w:2026-11-23T10:00:00.000Z"]],
    ["asana", '{"events":[]}', []],
  ] as const)("%s: %s", async (name, body, expected) => {
    expect(brief(await eventsOf(name, body))).toEqual(expected);
  });

  it.each([
    ["asana", '{"events":[{"action":"changed","resource":{"gid":"1","resource_type":"task"}}]}', ["task.changed"]],
    ["pusher", '{"time_ms":1,"events":[{"name":"channel_vacated","channel":"c"}]}', ["channel_vacated"]],
    ["ably", '{"items":[{"name":"presence.message"},{"name":"channel.closed"}]}', ["presence.message", "channel.closed"]],
    ["xero", '{"events":[{"eventCategory":"INVOICE","eventType":"UPDATE","tenantId":"t"}]}', ["INVOICE.UPDATE"]],
    ["attio", '{"events":[{"event_type":"record.created"}]}', ["record.created"]],
    ["x", '{"for_user_id":"1","tweet_create_events":[{}]}', ["tweet_create_events"]],
  ] as const)("%s without ids: %s", async (name, body, types) => {
    const events = await eventsOf(name, body);
    expect(events.map(({ type }) => type)).toEqual(types);
    const hash = await sha("SHA-256", body, "hex");
    expect(events.map(({ id }) => id)).toEqual(presets[name].split ? types.map((_, index) => `${hash}:${index}`) : [hash]);
  });

  it("Mandrill: one message, many events", async () => {
    const body = new URLSearchParams({ mandrill_events: '[{"event":"open","_id":"m","ts":1},{"event":"click","_id":"m","ts":1}]' }).toString();
    const events = await eventsOf("mandrill", body, { "content-type": "application/x-www-form-urlencoded" });
    expect(brief(events)).toEqual(["open m:open:1", "click m:click:1"]);
  });

  it("Dropbox Sign: its form of many parts", async () => {
    const body = '--x\r\nContent-Disposition: form-data; name="json"\r\n\r\n{"event":{"event_type":"signed","event_time":"1795428000"}}\r\n--x--\r\n';
    const events = await eventsOf("dropboxSign", body, { "content-type": "multipart/form-data; boundary=x" });
    expect(events).toMatchObject([{ type: "signed", time: "2026-11-23T10:00:00.000Z" }]);
  });
});

describe("routing keys", () => {
  it.each([
    ["github", "pull_request.opened", "github.pull_request.opened"],
    ["shopify", "orders/create", "shopify.orders.create"],
    ["jira", "jira:issue_updated", "jira.jira_issue_updated"],
    ["gitlab", "Merge Request Hook", "gitlab.Merge_Request_Hook"],
    ["x", "a.#.*.b", "x.a._._.b"],
    ["x", "..a..b..", "x.a.b"],
    ["x", "é\u0000\n", "x.___"],
    ["x", "", "x"],
    ["x", "a".repeat(300), `x.${"a".repeat(253)}`],
    ["x", `${"a".repeat(252)}.b`, `x.${"a".repeat(252)}`],
  ])("%s and %j", (source, type, key) => {
    expect(routingKeyOf(source, type)).toBe(key);
  });
});
