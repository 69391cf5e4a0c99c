/**
 * Content, forms, appointments, signatures (spec webhooks §2 to §4).
 * @module
 */
import type { Preset } from "../preset.ts";

export const contentful: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-contentful-signature" },
    sign: "{method}\n{path}\n{signedHeaders:x-contentful-signed-headers}\n{body}",
    timestamp: { in: "header:x-contentful-timestamp", unit: "ms", tolerance: 30 },
    encoding: "hex",
  },
  type: "header:x-contentful-topic",
  id: "header:x-contentful-idempotency-key",
  subject: "json:$.sys.id",
  tenant: "json:$.sys.space.sys.id",
  deadline: 30,
};

export const sanity: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:sanity-webhook-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:sanity-webhook-signature", separator: ",", prefix: "t=", unit: "ms" },
    encoding: "base64url",
  },
  type: "json:$._type",
  id: "header:idempotency-key",
  subject: "json:$._id",
};

export const webflow: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-webflow-signature" },
    sign: "{ts}:{body}",
    timestamp: { in: "header:x-webflow-timestamp", unit: "unix" },
    encoding: "hex",
  },
  type: "json:$.triggerType",
};

export const typeform: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:typeform-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "json:$.event_type",
  id: "json:$.event_id",
  subject: "json:$.form_response.form_id",
  time: "json:$.form_response.submitted_at",
  deadline: 30,
};

export const tally: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:tally-signature" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "json:$.eventType",
  id: "json:$.eventId",
  time: "json:$.createdAt",
};

export const calendly: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:calendly-webhook-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: {
      in: "header:calendly-webhook-signature",
      separator: ",",
      prefix: "t=",
      unit: "s",
      tolerance: 180,
    },
    encoding: "hex",
  },
  type: "json:$.event",
  subject: "json:$.payload.uri",
  time: "json:$.created_at",
  retryHours: 24,
};

export const calcom: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-cal-signature-256" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.triggerEvent",
  subject: "json:$.payload.uid",
  time: "json:$.createdAt",
};

export const docusign: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-docusign-signature-*" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "json:$.event",
  id: ["json:$.data.envelopeId", "json:$.event", "json:$.generatedDateTime"],
  subject: "json:$.data.envelopeId",
  tenant: "json:$.data.accountId",
  time: "json:$.generatedDateTime",
  deadline: 100,
  retryHours: 24,
};

export const dropboxSign: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    encoding: "hex",
    signature: { in: "json:$.event.event_hash" },
    sign: "{json:$.event.event_time}{json:$.event.event_type}",
    bodyUnsigned: true,
  },
  payload: "json",
  type: "json:$.event.event_type",
  time: "json:$.event.event_time",
  answer: { body: "Hello API Event Received" },
};

export const pandadoc: Preset = {
  scheme: { algorithm: "hmac-sha256", signature: { in: "query:signature" }, sign: "{body}", encoding: "hex" },
  split: "$[]",
  type: "item:$.event",
  subject: "item:$.data.id",
};
