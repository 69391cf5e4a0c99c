import { describe, expect, it } from "vitest";
import { routingKeyOf } from "../../src/webhooks/index.ts";
import { presets } from "../../src/webhooks/presets/by-name.ts";
import { brief, eventsOf } from "./event-source.ts";
import { sha } from "./signing.ts";

describe("one request, many events", () => {
  it("SendGrid: the elements, by their own ids", async () => {
    const events = await eventsOf(
      "sendgrid",
      '[{"event":"open","sg_event_id":"e1"},{"event":"click","sg_event_id":"e2"},{"event":"drop"}]',
    );
    expect(brief(events).slice(0, 2)).toEqual(["open e1", "click e2"]);
    expect(events[0]).toMatchObject({ dedupeKey: "e1", data: { event: "open", sg_event_id: "e1" } });
    expect(events[2]!.id).toMatch(/^[0-9a-f]{64}:2$/);
  });

  it("HubSpot: ids of three parts", async () => {
    const body =
      '[{"eventId":1,"subscriptionId":2,"occurredAt":1795428000000,"subscriptionType":"contact.creation","portalId":9}]';
    expect(await eventsOf("hubspot", body)).toMatchObject([
      { id: "1:2:1795428000000", type: "contact.creation", tenant: "9", time: "2026-11-23T10:00:00.000Z" },
    ]);
  });

  it("Meta: each change in its entry, and all that is around it", async () => {
    const body = JSON.stringify({
      object: "whatsapp_business_account",
      entry: [
        {
          id: "a",
          changes: [
            { field: "messages", value: 1 },
            { field: "account_update", value: 2 },
          ],
        },
        { id: "b", changes: [{ field: "messages", value: 3 }] },
      ],
    });
    const events = await eventsOf("whatsapp", body);
    expect(events.map(({ type }) => type)).toEqual([
      "whatsapp_business_account.messages",
      "whatsapp_business_account.account_update",
      "whatsapp_business_account.messages",
    ]);
    expect(events[1]!.data).toEqual({
      object: "whatsapp_business_account",
      entry: [{ id: "a", changes: [{ field: "account_update", value: 2 }] }],
    });
    expect(new Set(events.map(({ dedupeKey }) => dedupeKey)).size).toBe(3);
  });

  it("Messenger, whose entries have no changes, is one event", async () => {
    expect(await eventsOf("meta", '{"object":"page","entry":[{"messaging":[{}]}]}')).toMatchObject([
      { type: "page" },
    ]);
  });

  it.each([
    [
      "graph",
      '{"value":[{"id":"n1","changeType":"created"},{"id":"n2","changeType":"updated"}]}',
      ["created n1", "updated n2"],
    ],
    [
      "okta",
      '{"eventId":"x","data":{"events":[{"uuid":"u1","eventType":"user.session.start"}]}}',
      ["user.session.start u1"],
    ],
    ["line", '{"destination":"U","events":[{"type":"message","webhookEventId":"w1"}]}', ["message w1"]],
    [
      "auth0",
      '{"log_id":"l1","data":{"type":"s"}}\n{"log_id":"l2","data":{"type":"f"}}\r\n',
      ["s l1", "f l2"],
    ],
    ["auth0", '[{"log_id":"l1","data":{"type":"s"}}]', ["s l1"]],
    ["auth0", '{"id":"evt_1","type":"user.created"}', ["user.created evt_1"]],
    [
      "gocardless",
      '{"events":[{"id":"EV1","resource_type":"payments","action":"paid"}]}',
      ["payments.paid EV1"],
    ],
    [
      "adyen",
      '{"notificationItems":[{"NotificationRequestItem":{"pspReference":"P","eventCode":"REFUND","success":"true"}}]}',
      ["REFUND P:REFUND:true"],
    ],
    ["telegram", '{"update_id":7,"message":{"text":"hi"}}', ["message 7"]],
    ["sns", '{"Type":"Notification","MessageId":"m1","Subject":"s"}', ["Notification m1"]],
    [
      "airtable",
      '{"base":{"id":"b"},"webhook":{"id":"w"},"timestamp":"2026-11-23T10:00:00.000Z"}',
      ["changed w:2026-11-23T10:00:00.000Z"],
    ],
    ["asana", '{"events":[]}', []],
  ] as const)("%s: %s", async (name, body, expected) => {
    expect(brief(await eventsOf(name, body))).toEqual(expected);
  });

  it.each([
    [
      "asana",
      '{"events":[{"action":"changed","resource":{"gid":"1","resource_type":"task"}}]}',
      ["task.changed"],
    ],
    ["pusher", '{"time_ms":1,"events":[{"name":"channel_vacated","channel":"c"}]}', ["channel_vacated"]],
    [
      "ably",
      '{"items":[{"name":"presence.message"},{"name":"channel.closed"}]}',
      ["presence.message", "channel.closed"],
    ],
    [
      "xero",
      '{"events":[{"eventCategory":"INVOICE","eventType":"UPDATE","tenantId":"t"}]}',
      ["INVOICE.UPDATE"],
    ],
    ["attio", '{"events":[{"event_type":"record.created"}]}', ["record.created"]],
    ["x", '{"for_user_id":"1","tweet_create_events":[{}]}', ["tweet_create_events"]],
  ] as const)("%s without ids: %s", async (name, body, types) => {
    const events = await eventsOf(name, body);
    expect(events.map(({ type }) => type)).toEqual(types);
    const hash = await sha("SHA-256", body, "hex");
    expect(events.map(({ id }) => id)).toEqual(
      presets[name].split ? types.map((_, index) => `${hash}:${index}`) : [hash],
    );
  });

  it("Mandrill: one message, many events", async () => {
    const body = new URLSearchParams({
      mandrill_events: '[{"event":"open","_id":"m","ts":1},{"event":"click","_id":"m","ts":1}]',
    }).toString();
    const events = await eventsOf("mandrill", body, { "content-type": "application/x-www-form-urlencoded" });
    expect(brief(events)).toEqual(["open m:open:1", "click m:click:1"]);
  });

  it("Dropbox Sign: its form of many parts", async () => {
    const body =
      '--x\r\nContent-Disposition: form-data; name="json"\r\n\r\n{"event":{"event_type":"signed","event_time":"1795428000"}}\r\n--x--\r\n';
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
