/**
 * Chat, social networks, support (spec webhooks §2 to §4).
 * @module
 */
import {
  discordPing,
  frontChallenge,
  metaVerify,
  slackChallenge,
  slackSslCheck,
  twitchChallenge,
  xCrc,
} from "../handshakes.ts";
import type { Preset } from "../preset.ts";
import { like } from "./like.ts";

export const slack: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-slack-signature", prefix: "v0=" },
    sign: "v0:{ts}:{body}",
    timestamp: { in: "header:x-slack-request-timestamp", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.event.type|json:$.type|form:command",
  id: "json:$.event_id",
  tenant: "json:$.team_id|json:$.team.id|form:team_id",
  time: "json:$.event_time",
  payload: "payload",
  handshakes: [slackChallenge, slackSslCheck],
  deadline: 3,
  retryHours: 1,
};

const discordSigned: Preset = {
  scheme: {
    algorithm: "ed25519",
    key: "hex",
    encoding: "hex",
    signature: { in: "header:x-signature-ed25519" },
    sign: "{ts}{body}",
    timestamp: { in: "header:x-signature-timestamp", unit: "s" },
  },
  handshakes: [discordPing],
  deadline: 3,
};

export const discord: Preset = /* @__PURE__ */ like(discordSigned, {
  type: "json:$.data.name|json:$.data.custom_id|json:$.type",
  id: "json:$.id",
  tenant: "json:$.guild_id",
  // "Thinking…": the worker then edits the reply. Without a body Discord shows the user a failure.
  answer: { body: '{"type":5}', contentType: "application/json" },
  retryHours: 0,
});

export const discordEvents: Preset = /* @__PURE__ */ like(discordSigned, {
  type: "json:$.event.type",
  time: "json:$.event.timestamp",
  tenant: "json:$.application_id",
  answer: { status: 204 },
  retryHours: 1,
});

export const meta: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hub-signature-256", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  split: "$.entry[].changes[]",
  type: ["json:$.object", "item:$.field"],
  handshakes: [metaVerify],
  retryHours: 36,
};

export const whatsapp: Preset = /* @__PURE__ */ like(meta, { retryHours: 168 });

export const x: Preset = {
  // The CRC handshake signs, with the same secret, whatever token it is given: a token must never pass for an event.
  scheme: {
    algorithm: "hmac-sha256",
    when: { in: "key:", is: true },
    signature: { in: "header:x-twitter-webhooks-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "key:for_user_id,user_has_blocked",
  tenant: "json:$.for_user_id",
  handshakes: [xCrc],
  deadline: 3,
};

export const telegram: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:x-telegram-bot-api-secret-token" } },
  type: "key:update_id",
  id: "json:$.update_id",
  retryHours: 24,
};

export const line: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-line-signature" },
    sign: "{body}",
    encoding: "base64",
  },
  split: "$.events[]",
  type: "item:$.type",
  id: "item:$.webhookEventId",
  time: "item:$.timestamp",
  tenant: "json:$.destination",
};

export const twitch: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:twitch-eventsub-message-signature", prefix: "sha256=" },
    sign: "{header:twitch-eventsub-message-id}{ts}{body}",
    timestamp: { in: "header:twitch-eventsub-message-timestamp", unit: "date", tolerance: 600 },
    encoding: "hex",
  },
  type: "json:$.subscription.type",
  id: "header:twitch-eventsub-message-id",
  handshakes: [twitchChallenge],
  deadline: 5,
};

export const kick: Preset = {
  scheme: {
    algorithm: "rsa-sha256",
    key: "spki",
    encoding: "base64",
    signature: { in: "header:kick-event-signature" },
    sign: "{header:kick-event-message-id}.{ts}.{body}",
    timestamp: { in: "header:kick-event-message-timestamp", unit: "date" },
  },
  type: "header:kick-event-type",
  id: "header:kick-event-message-id",
};

export const teams: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    key: "base64",
    signature: { in: "header:authorization", prefix: "HMAC " },
    sign: "{body}",
    encoding: "base64",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.timestamp",
  answer: { body: '{"type":"message","text":"Received."}', contentType: "application/json" },
  deadline: 5,
};

export const front: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-front-signature" },
    sign: "{ts}:{body}",
    timestamp: { in: "header:x-front-request-timestamp", unit: "unix" },
    encoding: "base64",
  },
  type: "json:$.type",
  handshakes: [frontChallenge],
};

export const crisp: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-crisp-signature" },
    sign: "[{ts};{body}]",
    timestamp: { in: "header:x-crisp-request-timestamp", unit: "unix" },
    encoding: "hex",
  },
  type: "json:$.event",
  tenant: "json:$.website_id",
};

export const interakt: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:interakt-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
};

export const helpscout: Preset = {
  scheme: {
    algorithm: "hmac-sha1",
    signature: { in: "header:x-helpscout-signature" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "header:x-helpscout-event",
};

export const intercom: Preset = {
  scheme: {
    algorithm: "hmac-sha1",
    signature: { in: "header:x-hub-signature", prefix: "sha1=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.topic",
  id: "json:$.id",
  tenant: "json:$.app_id",
  time: "json:$.created_at",
  deadline: 5,
};
