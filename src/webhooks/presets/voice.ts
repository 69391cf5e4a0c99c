/**
 * Calls, meetings, speech (spec webhooks §2 to §4).
 * @module
 */
import { zoomValidation } from "../handshakes.ts";
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";

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

export const telnyx: Preset = {
  scheme: {
    algorithm: "ed25519",
    key: "base64",
    encoding: "base64",
    signature: { in: "header:telnyx-signature-ed25519" },
    sign: "{ts}|{body}",
    timestamp: { in: "header:telnyx-timestamp", unit: "s" },
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

export const zoom: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-zm-signature", prefix: "v0=" },
    sign: "v0:{ts}:{body}",
    timestamp: { in: "header:x-zm-request-timestamp", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.event",
  time: "json:$.event_ts",
  tenant: "json:$.payload.account_id",
  handshakes: [zoomValidation],
  deadline: 3,
};

export const webex: Preset = {
  scheme: {
    algorithm: "hmac-sha1",
    signature: { in: "header:x-spark-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: ["json:$.resource", "json:$.event"],
  subject: "json:$.data.id",
};

export const daily: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    key: "base64",
    signature: { in: "header:x-webhook-signature" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:x-webhook-timestamp", unit: "s" },
    encoding: "base64",
  },
  type: "json:$.type",
  id: "json:$.id",
};

export const whereby: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:whereby-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:whereby-signature", separator: ",", prefix: "t=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.createdAt",
};

export const retell: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-retell-signature", separator: ",", prefix: "d=" },
    sign: "{body}{ts}",
    timestamp: { in: "header:x-retell-signature", separator: ",", prefix: "v=", unit: "ms" },
    encoding: "hex",
  },
  type: "json:$.event",
};

export const elevenlabs: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:elevenlabs-signature", separator: ",", prefix: "v0=" },
    sign: "{ts}.{body}",
    timestamp: {
      in: "header:elevenlabs-signature",
      separator: ",",
      prefix: "t=",
      unit: "s",
      tolerance: 1800,
    },
    encoding: "hex",
  },
  type: "json:$.type",
  deadline: 10,
};

export const vapi: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-vapi-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.message.type",
};
