/**
 * Chat, social networks, mail, telephony (spec webhooks §2 to §4).
 * @module
 */
import {
  discordPing,
  echoChallenge,
  headProbe,
  mandrillCheck,
  metaVerify,
  slackChallenge,
  slackSslCheck,
  twitchChallenge,
  xCrc,
  zoomValidation,
} from "../handshakes.ts";
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";
import { base64, hex, like, noContent, pairs, stamp, token } from "./build.ts";

const meta: Preset = {
  scheme: hex("x-hub-signature-256", "sha256="),
  split: "$.entry[].changes[]",
  type: ["json:$.object", "item:$.field"],
  handshakes: [metaVerify],
  retryHours: 36,
};

const discordSigned: Preset = {
  scheme: {
    algorithm: "ed25519",
    key: "hex",
    encoding: "hex",
    signature: { in: "header:x-signature-ed25519" },
    sign: "{ts}{body}",
    timestamp: stamp("x-signature-timestamp"),
  },
  handshakes: [discordPing],
  deadline: 3,
};

export const slack: Preset = {
  scheme: hex("x-slack-signature", "v0=", {
    sign: "v0:{ts}:{body}",
    timestamp: stamp("x-slack-request-timestamp"),
  }),
  type: "json:$.event.type|json:$.type|form:command",
  id: "json:$.event_id",
  tenant: "json:$.team_id|json:$.team.id|form:team_id",
  time: "json:$.event_time",
  payload: "payload",
  handshakes: [slackChallenge, slackSslCheck],
  deadline: 3,
  retryHours: 1,
};

export const discord: Preset = like(discordSigned, {
  type: "json:$.data.name|json:$.data.custom_id|json:$.type",
  id: "json:$.id",
  tenant: "json:$.guild_id",
  // "Thinking…": the worker then edits the reply. Without a body Discord shows the user a failure.
  answer: { body: '{"type":5}', contentType: "application/json" },
  retryHours: 0,
});

export const discordEvents: Preset = like(discordSigned, {
  type: "json:$.event.type",
  time: "json:$.event.timestamp",
  tenant: "json:$.application_id",
  answer: noContent,
  retryHours: 1,
});

export const whatsapp: Preset = like(meta, { retryHours: 168 });

export const x: Preset = {
  // The CRC handshake signs, with the same secret, whatever token it is given: a token must never pass for an event.
  scheme: base64("x-twitter-webhooks-signature", "sha256=", { when: { in: "key:", is: true } }),
  type: "key:for_user_id,user_has_blocked",
  tenant: "json:$.for_user_id",
  handshakes: [xCrc],
  deadline: 3,
};

export const telegram: Preset = {
  scheme: token("header:x-telegram-bot-api-secret-token"),
  type: "key:update_id",
  id: "json:$.update_id",
  retryHours: 24,
};

export const line: Preset = {
  scheme: base64("x-line-signature"),
  split: "$.events[]",
  type: "item:$.type",
  id: "item:$.webhookEventId",
  time: "item:$.timestamp",
  tenant: "json:$.destination",
};

export const twitch: Preset = {
  scheme: hex("twitch-eventsub-message-signature", "sha256=", {
    sign: "{header:twitch-eventsub-message-id}{ts}{body}",
    timestamp: stamp("twitch-eventsub-message-timestamp", "date", 600),
  }),
  type: "json:$.subscription.type",
  id: "header:twitch-eventsub-message-id",
  handshakes: [twitchChallenge],
  deadline: 5,
};

export const zoom: Preset = {
  scheme: hex("x-zm-signature", "v0=", {
    sign: "v0:{ts}:{body}",
    timestamp: stamp("x-zm-request-timestamp"),
  }),
  type: "json:$.event",
  time: "json:$.event_ts",
  tenant: "json:$.payload.account_id",
  handshakes: [zoomValidation],
  deadline: 3,
};

export const webex: Preset = {
  scheme: hex("x-spark-signature", "", { algorithm: "hmac-sha1" }),
  type: ["json:$.resource", "json:$.event"],
  subject: "json:$.data.id",
};

export const teams: Preset = {
  scheme: base64("authorization", "HMAC ", { key: "base64" }),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.timestamp",
  answer: { body: '{"type":"message","text":"Received."}', contentType: "application/json" },
  deadline: 5,
};

export const kick: Preset = {
  scheme: {
    algorithm: "rsa-sha256",
    key: "spki",
    encoding: "base64",
    signature: { in: "header:kick-event-signature" },
    sign: "{header:kick-event-message-id}.{ts}.{body}",
    timestamp: stamp("kick-event-message-timestamp", "date"),
  },
  type: "header:kick-event-type",
  id: "header:kick-event-message-id",
};

export const twilio: Preset = {
  scheme: [
    {
      algorithm: "hmac-sha1",
      encoding: "base64",
      signature: { in: "header:x-twilio-signature" },
      sign: "{anyUrl}",
      bodyDigest: { in: "query:bodySHA256", encoding: "hex" },
      when: { in: "query:bodySHA256", is: true },
    },
    {
      algorithm: "hmac-sha1",
      encoding: "base64",
      signature: { in: "header:x-twilio-signature" },
      sign: "{anyUrl}{form}",
    },
  ],
  needs: ["publicUrl"],
  type: "form:MessageStatus|form:SmsStatus|form:CallStatus|json:$.type",
  id: "header:i-twilio-idempotency-token",
  tenant: "form:AccountSid",
  subject: "form:MessageSid|form:CallSid",
  answer: { body: "<Response/>", contentType: "text/xml" },
  deadline: 15,
  retryHours: 0,
};

export const sendgrid: Preset = {
  scheme: {
    algorithm: "ecdsa-p256-sha256",
    form: "der",
    key: "spki",
    encoding: "base64",
    signature: { in: "header:x-twilio-email-event-webhook-signature" },
    sign: "{ts}{body}",
    timestamp: stamp("x-twilio-email-event-webhook-timestamp"),
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

export const telnyx: Preset = {
  scheme: {
    algorithm: "ed25519",
    key: "base64",
    encoding: "base64",
    signature: { in: "header:telnyx-signature-ed25519" },
    sign: "{ts}|{body}",
    timestamp: stamp("telnyx-timestamp"),
  },
  type: "json:$.data.event_type",
  id: "json:$.data.id",
  time: "json:$.data.occurred_at",
};

export const vonage: Preset = {
  scheme: {
    algorithm: "jwt",
    verifier: verifyToken,
    alg: "HS256",
    key: "utf8",
    token: { in: "header:authorization", prefix: "Bearer " },
    fresh: "iat",
    bodyDigest: { in: "claim:$.payload_hash", encoding: "hex" },
  },
  type: "json:$.status|json:$.channel",
  time: "json:$.timestamp",
};

export const livekit: Preset = {
  scheme: {
    algorithm: "jwt",
    verifier: verifyToken,
    alg: "HS256",
    key: "utf8",
    token: { in: "header:authorization" },
    fresh: "exp",
    bodyDigest: { in: "claim:$.sha256", encoding: "base64" },
  },
  type: "json:$.event",
  id: "json:$.id",
  time: "json:$.createdAt",
};

export const front: Preset = {
  scheme: base64("x-front-signature", "", {
    sign: "{ts}:{body}",
    timestamp: stamp("x-front-request-timestamp", "ms"),
  }),
  type: "json:$.type",
};

export const crisp: Preset = {
  scheme: hex("x-crisp-signature", "", {
    sign: "[{ts};{body}]",
    timestamp: stamp("x-crisp-request-timestamp", "ms"),
  }),
  type: "json:$.event",
  tenant: "json:$.website_id",
};

export const customerio: Preset = {
  scheme: hex("x-cio-signature", "", { sign: "v0:{ts}:{body}", timestamp: stamp("x-cio-timestamp") }),
  type: ["json:$.object_type", "json:$.metric"],
  id: "json:$.event_id",
  time: "json:$.timestamp",
};

export const nylas: Preset = {
  scheme: hex("x-nylas-signature"),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.time",
  handshakes: [echoChallenge],
  deadline: 10,
};

export const interakt: Preset = { scheme: hex("interakt-signature", "sha256="), type: "json:$.type" };

export const helpscout: Preset = {
  scheme: base64("x-helpscout-signature", "", { algorithm: "hmac-sha1" }),
  type: "header:x-helpscout-event",
};

export const whereby: Preset = {
  scheme: pairs("whereby-signature"),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.createdAt",
};

export const intercom: Preset = {
  scheme: hex("x-hub-signature", "sha1=", { algorithm: "hmac-sha1" }),
  type: "json:$.topic",
  id: "json:$.id",
  tenant: "json:$.app_id",
  time: "json:$.created_at",
  deadline: 5,
};
