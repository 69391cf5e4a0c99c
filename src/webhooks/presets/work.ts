/**
 * Documents, tasks, customers (spec webhooks §2 to §4).
 * @module
 */
import { asanaSecret, echoChallenge, headProbe, notionToken } from "../handshakes.ts";
import type { Preset } from "../preset.ts";
import { like } from "./like.ts";

export const airtable: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    key: "base64",
    signature: { in: "header:x-airtable-content-mac", prefix: "hmac-sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "=changed",
  id: ["json:$.webhook.id", "json:$.timestamp"],
  tenant: "json:$.base.id",
  time: "json:$.timestamp",
};

export const dropbox: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-dropbox-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "=changed",
  handshakes: [echoChallenge],
  deadline: 10,
};

export const box: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: ["header:box-signature-primary", "header:box-signature-secondary"] },
    sign: "{body}{ts}",
    timestamp: { in: "header:box-delivery-timestamp", unit: "date", tolerance: 600 },
    encoding: "base64",
  },
  type: "json:$.trigger",
  id: "header:box-delivery-id",
  time: "json:$.created_at",
  subject: "json:$.source.id",
};

export const notion: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-notion-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  subject: "json:$.entity.id",
  tenant: "json:$.workspace_id",
  time: "json:$.timestamp",
  handshakes: [notionToken],
  retryHours: 24,
};

export const asana: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hook-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  split: "$.events[]",
  type: ["item:$.resource.resource_type", "item:$.action"],
  subject: "item:$.resource.gid",
  time: "item:$.created_at",
  handshakes: [asanaSecret],
  deadline: 10,
  retryHours: 24,
};

export const trello: Preset = {
  scheme: {
    algorithm: "hmac-sha1",
    signature: { in: "header:x-trello-webhook" },
    sign: "{body}{url}",
    encoding: "base64",
  },
  needs: ["publicUrl"],
  type: "json:$.action.type",
  id: "json:$.action.id",
  subject: "json:$.model.id",
  time: "json:$.action.date",
  handshakes: [headProbe],
  deadline: 30,
  retryHours: 1,
};

export const zendesk: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-zendesk-webhook-signature" },
    sign: "{ts}{body}",
    timestamp: { in: "header:x-zendesk-webhook-signature-timestamp", unit: "date" },
    encoding: "base64",
  },
  type: "json:$.type",
  id: "header:x-zendesk-webhook-invocation-id",
  subject: "json:$.subject",
  tenant: "json:$.account_id",
  time: "json:$.time",
  deadline: 12,
};

export const hubspot: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hubspot-signature-v3" },
    sign: "{method}{url}{body}{ts}",
    timestamp: { in: "header:x-hubspot-request-timestamp", unit: "ms" },
    encoding: "base64",
  },
  needs: ["publicUrl"],
  split: "$[]",
  type: "item:$.subscriptionType",
  id: ["item:$.eventId", "item:$.subscriptionId", "item:$.occurredAt"],
  tenant: "item:$.portalId",
  time: "item:$.occurredAt",
  deadline: 5,
  retryHours: 24,
};

export const hubspotV1: Preset = /* @__PURE__ */ like(hubspot, {
  scheme: {
    algorithm: "sha256",
    encoding: "hex",
    signature: { in: "header:x-hubspot-signature" },
    sign: "{secret}{body}",
    when: { in: "header:x-hubspot-signature-version", is: ["v1"] },
  },
  needs: [],
});

export const hubspotV2: Preset = /* @__PURE__ */ like(hubspot, {
  scheme: {
    algorithm: "sha256",
    encoding: "hex",
    signature: { in: "header:x-hubspot-signature" },
    sign: "{secret}{method}{url}{body}",
    when: { in: "header:x-hubspot-signature-version", is: ["v2"] },
  },
});

export const attio: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:attio-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  split: "$.events[]",
  type: "item:$.event_type",
  tenant: "item:$.id.workspace_id",
};

export const pipedrive: Preset = {
  scheme: { algorithm: "basic" },
  type: ["json:$.meta.entity", "json:$.meta.action"],
  tenant: "json:$.meta.company_id",
};

export const klaviyo: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:klaviyo-signature" },
    sign: "{body}{ts}",
    timestamp: { in: "header:klaviyo-timestamp", unit: "date" },
    encoding: "hex",
  },
  id: "header:klaviyo-webhook-id",
};
