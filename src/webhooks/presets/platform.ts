/**
 * Clouds, identity, content, forms, customer records (spec webhooks §2 to §4).
 * @module
 */
import {
  asanaSecret,
  cloudeventsOptions,
  echoChallenge,
  eventGridValidation,
  graphValidation,
  headProbe,
  notionToken,
  oktaVerification,
  snsConfirmation,
} from "../handshakes.ts";
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";
import type { RsaScheme } from "../scheme.ts";
import { base64, hex, like, noContent, pairs, stamp, token } from "./build.ts";

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

const hubspot: Preset = {
  scheme: base64("x-hubspot-signature-v3", "", {
    sign: "{method}{url}{body}{ts}",
    timestamp: stamp("x-hubspot-request-timestamp", "ms"),
  }),
  needs: ["publicUrl"],
  split: "$[]",
  type: "item:$.subscriptionType",
  id: ["item:$.eventId", "item:$.subscriptionId", "item:$.occurredAt"],
  tenant: "item:$.portalId",
  time: "item:$.occurredAt",
  deadline: 5,
  retryHours: 24,
};

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
  answer: noContent,
  deadline: 10,
  retryHours: 168,
};

export const googlePush: Preset = {
  scheme: token("header:x-goog-channel-token"),
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
  scheme: token("item:$.clientState", "", "$.value[]"),
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
  scheme: token("query:token|header:x-webhook-token"),
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
  scheme: token("query:token|header:x-webhook-token"),
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
  scheme: token("header:authorization"),
  split: "$.data.events[]",
  type: "item:$.eventType",
  id: "item:$.uuid",
  time: "item:$.published",
  tenant: "json:$.source",
  answer: noContent,
  handshakes: [oktaVerification],
  deadline: 3,
  retryHours: 1,
};

export const auth0: Preset = {
  scheme: token("header:authorization"),
  lines: true,
  split: "$[]",
  type: "item:$.data.type|item:$.type",
  id: "item:$.log_id|item:$.id",
  time: "item:$.data.date|item:$.time",
  retryHours: 1,
};

export const workos: Preset = {
  scheme: pairs("workos-signature", "t=", "v1=", {}, "ms"),
  type: "json:$.event",
  id: "json:$.id",
  time: "json:$.created_at",
};

export const contentful: Preset = {
  scheme: hex("x-contentful-signature", "", {
    sign: "{method}\n{path}\n{signedHeaders:x-contentful-signed-headers}\n{body}",
    timestamp: stamp("x-contentful-timestamp", "ms", 30),
  }),
  type: "header:x-contentful-topic",
  id: "header:x-contentful-idempotency-key",
  subject: "json:$.sys.id",
  tenant: "json:$.sys.space.sys.id",
  deadline: 30,
};

export const sanity: Preset = {
  scheme: pairs("sanity-webhook-signature", "t=", "v1=", { encoding: "base64url" }, "ms"),
  type: "json:$._type",
  id: "header:idempotency-key",
  subject: "json:$._id",
};

export const webflow: Preset = {
  scheme: hex("x-webflow-signature", "", {
    sign: "{ts}:{body}",
    timestamp: stamp("x-webflow-timestamp", "ms"),
  }),
  type: "json:$.triggerType",
};

export const pusher: Preset = {
  scheme: hex("x-pusher-signature", "", { keyId: "header:x-pusher-key" }),
  split: "$.events[]",
  type: "item:$.name",
  subject: "item:$.channel",
  time: "json:$.time_ms",
  deadline: 4,
  retryHours: 1,
};

export const ably: Preset = {
  scheme: base64("x-ably-signature", "", { keyId: "header:x-ably-key" }),
  split: "$.items[]",
  type: "item:$.name",
  subject: "item:$.data.channelId",
  time: "item:$.timestamp",
  retryHours: 1,
};

export const airtable: Preset = {
  scheme: hex("x-airtable-content-mac", "hmac-sha256=", { key: "base64" }),
  type: "=changed",
  id: ["json:$.webhook.id", "json:$.timestamp"],
  tenant: "json:$.base.id",
  time: "json:$.timestamp",
};

export const dropbox: Preset = {
  scheme: hex("x-dropbox-signature"),
  type: "=changed",
  handshakes: [echoChallenge],
  deadline: 10,
};

export const box: Preset = {
  scheme: base64("", "", {
    sign: "{body}{ts}",
    signature: { in: ["header:box-signature-primary", "header:box-signature-secondary"] },
    timestamp: stamp("box-delivery-timestamp", "date", 600),
  }),
  type: "json:$.trigger",
  id: "header:box-delivery-id",
  time: "json:$.created_at",
  subject: "json:$.source.id",
};

export const notion: Preset = {
  scheme: hex("x-notion-signature", "sha256="),
  type: "json:$.type",
  id: "json:$.id",
  subject: "json:$.entity.id",
  tenant: "json:$.workspace_id",
  time: "json:$.timestamp",
  handshakes: [notionToken],
  retryHours: 24,
};

export const asana: Preset = {
  scheme: hex("x-hook-signature"),
  split: "$.events[]",
  type: ["item:$.resource.resource_type", "item:$.action"],
  subject: "item:$.resource.gid",
  time: "item:$.created_at",
  handshakes: [asanaSecret],
  deadline: 10,
  retryHours: 24,
};

export const trello: Preset = {
  scheme: base64("x-trello-webhook", "", { algorithm: "hmac-sha1", sign: "{body}{url}" }),
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
  scheme: base64("x-zendesk-webhook-signature", "", {
    sign: "{ts}{body}",
    timestamp: stamp("x-zendesk-webhook-signature-timestamp", "date"),
  }),
  type: "json:$.type",
  id: "header:x-zendesk-webhook-invocation-id",
  subject: "json:$.subject",
  tenant: "json:$.account_id",
  time: "json:$.time",
  deadline: 12,
};

export const hubspotV1: Preset = like(hubspot, {
  scheme: {
    algorithm: "sha256",
    encoding: "hex",
    signature: { in: "header:x-hubspot-signature" },
    sign: "{secret}{body}",
    when: { in: "header:x-hubspot-signature-version", is: ["v1"] },
  },
  needs: [],
});

export const hubspotV2: Preset = like(hubspot, {
  scheme: {
    algorithm: "sha256",
    encoding: "hex",
    signature: { in: "header:x-hubspot-signature" },
    sign: "{secret}{method}{url}{body}",
    when: { in: "header:x-hubspot-signature-version", is: ["v2"] },
  },
});

export const attio: Preset = {
  scheme: hex("attio-signature"),
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
  scheme: base64("klaviyo-signature", "", {
    sign: "{body}{ts}",
    timestamp: stamp("klaviyo-timestamp", "date"),
  }),
  id: "header:klaviyo-webhook-id",
};

export const typeform: Preset = {
  scheme: base64("typeform-signature", "sha256="),
  type: "json:$.event_type",
  id: "json:$.event_id",
  subject: "json:$.form_response.form_id",
  time: "json:$.form_response.submitted_at",
  deadline: 30,
};

export const tally: Preset = {
  scheme: base64("tally-signature"),
  type: "json:$.eventType",
  id: "json:$.eventId",
  time: "json:$.createdAt",
};

export const calendly: Preset = {
  scheme: pairs("calendly-webhook-signature", "t=", "v1=", {
    timestamp: {
      in: "header:calendly-webhook-signature",
      separator: ",",
      prefix: "t=",
      unit: "s",
      tolerance: 180,
    },
  }),
  type: "json:$.event",
  subject: "json:$.payload.uri",
  time: "json:$.created_at",
  retryHours: 24,
};

export const calcom: Preset = {
  scheme: hex("x-cal-signature-256"),
  type: "json:$.triggerEvent",
  subject: "json:$.payload.uid",
  time: "json:$.createdAt",
};

export const docusign: Preset = {
  scheme: base64("x-docusign-signature-*"),
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
  scheme: hex("", "", { signature: { in: "query:signature" } }),
  split: "$[]",
  type: "item:$.event",
  subject: "item:$.data.id",
};

// For senders that can be given a fixed header or a user name, and sign nothing.
export const genericBearer: Preset = {
  scheme: token("header:authorization", "Bearer "),
  type: "json:$.type|json:$.event",
};

export const genericToken: Preset = {
  scheme: token("header:x-webhook-token|header:x-webhook-secret"),
  type: "json:$.type|json:$.event",
};

export const genericBasic: Preset = { scheme: { algorithm: "basic" }, type: "json:$.type|json:$.event" };
