/**
 * Clouds, identity, queues, and senders that sign nothing (spec webhooks §2 to §4).
 * @module
 */
import {
  cloudeventsOptions,
  eventGridValidation,
  graphValidation,
  oktaVerification,
  snsConfirmation,
} from "../handshakes.ts";
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";
import type { RsaScheme } from "../scheme.ts";

/* @__NO_SIDE_EFFECTS__ */
function snsScheme(version: string, algorithm: RsaScheme["algorithm"]): RsaScheme {
  return {
    algorithm,
    key: {
      from: "x509",
      url: "json:$.SigningCertURL|json:$.SigningCertUrl",
      allow: /^https:\/\/sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?\/[^?#]*\.pem$/,
    },
    encoding: "base64",
    signature: { in: "json:$.Signature" },
    // The keys of both kinds of message, in the order in which AWS joins those that are there. Token is among them
    // for UnsubscribeConfirmation too, which AWS's own JavaScript validator leaves out.
    sign: "{lines:Message,MessageId,Subject,SubscribeURL,Timestamp,Token,TopicArn,Type}",
    when: { in: "json:$.SignatureVersion", is: [version] },
    require: [
      // Without this, "Type" could be made to hold the rest of a message that was signed for another topic.
      { in: "json:$.Type", is: ["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"] },
      { in: "json:$.TopicArn", is: "setting:topics" },
    ],
  };
}

export const sns: Preset = {
  scheme: [snsScheme("1", "rsa-sha1"), snsScheme("2", "rsa-sha256")],
  needs: ["topics"],
  type: "json:$.Type",
  id: "json:$.MessageId",
  subject: "json:$.Subject",
  tenant: "json:$.TopicArn",
  time: "json:$.Timestamp",
  handshakes: [snsConfirmation],
  deadline: 15,
  retryHours: 24,
};

export const googlePubsub: Preset = {
  scheme: {
    algorithm: "jwt",
    verifier: verifyToken,
    alg: "RS256",
    key: { from: "jwks", url: "https://www.googleapis.com/oauth2/v3/certs" },
    token: { in: "header:authorization", prefix: "Bearer " },
    claims: {
      iss: "https://accounts.google.com",
      aud: "{setting:audience}",
      email: "{setting:email}",
      email_verified: "true",
    },
    fresh: "exp",
  },
  needs: ["audience", "email"],
  type: "json:$.message.attributes.eventType|=message",
  id: "json:$.message.messageId",
  subject: "json:$.subscription",
  time: "json:$.message.publishTime",
  answer: { status: 204 },
  deadline: 10,
  retryHours: 168,
};

export const googlePush: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:x-goog-channel-token" } },
  type: "header:x-goog-resource-state",
  id: ["header:x-goog-channel-id", "header:x-goog-message-number"],
  headers: [
    "x-goog-channel-id",
    "x-goog-resource-id",
    "x-goog-resource-uri",
    "x-goog-resource-state",
    "x-goog-changed",
  ],
};

export const graph: Preset = {
  scheme: { algorithm: "equal", each: "$.value[]", token: { in: "item:$.clientState" } },
  split: "$.value[]",
  type: "item:$.lifecycleEvent|item:$.changeType",
  id: "item:$.id",
  subject: "item:$.resource",
  tenant: "item:$.tenantId",
  answer: { status: 202 },
  handshakes: [graphValidation],
  deadline: 3,
  retryHours: 4,
};

export const eventGrid: Preset = {
  scheme: { algorithm: "equal", token: { in: "query:token|header:x-webhook-token" } },
  split: "$[]",
  type: "item:$.eventType",
  id: "item:$.id",
  subject: "item:$.subject",
  time: "item:$.eventTime",
  tenant: "item:$.topic",
  handshakes: [eventGridValidation],
  deadline: 30,
  retryHours: 24,
};

export const cloudevents: Preset = {
  scheme: { algorithm: "equal", token: { in: "query:token|header:x-webhook-token" } },
  type: "json:$.type|header:ce-type",
  id: "json:$.id|header:ce-id",
  subject: "json:$.subject|header:ce-subject",
  time: "json:$.time|header:ce-time",
  answer: { status: 202 },
  handshakes: [cloudeventsOptions],
  deadline: 30,
  retryHours: 24,
};

export const qstash: Preset = {
  scheme: {
    algorithm: "jwt",
    verifier: verifyToken,
    alg: "HS256",
    key: "utf8",
    token: { in: "header:upstash-signature" },
    claims: { iss: "Upstash", sub: "{url}" },
    fresh: "exp",
    bodyDigest: { in: "claim:$.body", encoding: "base64url" },
  },
  needs: ["publicUrl"],
  type: "json:$.type|=message",
  id: "header:upstash-message-id",
  retryHours: 24,
};

export const okta: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:authorization" } },
  split: "$.data.events[]",
  type: "item:$.eventType",
  id: "item:$.uuid",
  time: "item:$.published",
  tenant: "json:$.source",
  answer: { status: 204 },
  handshakes: [oktaVerification],
  deadline: 3,
  retryHours: 1,
};

export const auth0: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:authorization" } },
  lines: true,
  split: "$[]",
  type: "item:$.data.type|item:$.type",
  id: "item:$.log_id|item:$.id",
  time: "item:$.data.date|item:$.time",
  retryHours: 1,
};

export const workos: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:workos-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:workos-signature", separator: ",", prefix: "t=", unit: "ms" },
    encoding: "hex",
  },
  type: "json:$.event",
  id: "json:$.id",
  time: "json:$.created_at",
};

export const pusher: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    keyId: "header:x-pusher-key",
    signature: { in: "header:x-pusher-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  split: "$.events[]",
  type: "item:$.name",
  subject: "item:$.channel",
  time: "json:$.time_ms",
  deadline: 4,
  retryHours: 1,
};

export const ably: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    keyId: "header:x-ably-key",
    signature: { in: "header:x-ably-signature" },
    sign: "{body}",
    encoding: "base64",
  },
  split: "$.items[]",
  type: "item:$.name",
  subject: "item:$.data.channelId",
  time: "item:$.timestamp",
  retryHours: 1,
};

// For senders that can be given a fixed header or a user name, and sign nothing.
export const genericBearer: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:authorization", prefix: "Bearer " } },
  type: "json:$.type|json:$.event",
};

export const genericToken: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:x-webhook-token|header:x-webhook-secret" } },
  type: "json:$.type|json:$.event",
};

export const genericBasic: Preset = { scheme: { algorithm: "basic" }, type: "json:$.type|json:$.event" };
