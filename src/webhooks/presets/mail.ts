/**
 * Mail (spec webhooks §2 to §4).
 * @module
 */
import { echoChallenge, headProbe, mandrillCheck } from "../handshakes.ts";
import type { Preset } from "../preset.ts";

export const sendgrid: Preset = {
  scheme: {
    algorithm: "ecdsa-p256-sha256",
    form: "der",
    key: "spki",
    encoding: "base64",
    signature: { in: "header:x-twilio-email-event-webhook-signature" },
    sign: "{ts}{body}",
    timestamp: { in: "header:x-twilio-email-event-webhook-timestamp", unit: "s" },
  },
  split: "$[]",
  type: "item:$.event",
  id: "item:$.sg_event_id",
  time: "item:$.timestamp",
  subject: "item:$.sg_message_id",
  retryHours: 24,
};

export const mandrill: Preset = {
  scheme: {
    algorithm: "hmac-sha1",
    encoding: "base64",
    signature: { in: "header:x-mandrill-signature" },
    sign: "{url}{form}",
  },
  needs: ["publicUrl"],
  payload: "mandrill_events",
  split: "$[]",
  type: "item:$.event|item:$.type",
  // One message is sent, opened, clicked: all under the same `_id`.
  id: ["item:$._id", "item:$.event", "item:$.ts"],
  time: "item:$.ts",
  handshakes: [headProbe, mandrillCheck],
};

export const mailgun: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    encoding: "hex",
    signature: { in: "json:$.signature.signature" },
    sign: "{json:$.signature.timestamp}{json:$.signature.token}",
    timestamp: { in: "json:$.signature.timestamp", unit: "s" },
    bodyUnsigned: true,
  },
  type: "json:$.event-data.event",
  // The only signed value that is used once. The event's own id is not signed: a replay could carry any.
  id: "json:$.signature.token",
  subject: "json:$.event-data.id",
  time: "json:$.event-data.timestamp",
  rejected: 406,
  retryHours: 8,
};

export const postmark: Preset = {
  scheme: { algorithm: "basic" },
  type: "json:$.RecordType",
  subject: "json:$.MessageID",
  tenant: "json:$.ServerID",
};

export const customerio: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-cio-signature" },
    sign: "v0:{ts}:{body}",
    timestamp: { in: "header:x-cio-timestamp", unit: "s" },
    encoding: "hex",
  },
  type: ["json:$.object_type", "json:$.metric"],
  id: "json:$.event_id",
  time: "json:$.timestamp",
};

export const nylas: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-nylas-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.time",
  handshakes: [echoChallenge],
  deadline: 10,
};
