/**
 * Payments and banking (spec webhooks §2 to §4).
 * @module
 */
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";

export const stripe: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:stripe-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:stripe-signature", separator: ",", prefix: "t=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  tenant: "json:$.account",
  time: "json:$.created",
  deadline: 20,
  retryHours: 72,
};

export const coinbaseCommerce: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-cc-webhook-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.event.type",
  id: "json:$.event.id",
  time: "json:$.event.created_at",
  retryHours: 72,
};

export const coinbase: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hook0-signature", separator: ",", prefix: "v0=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:x-hook0-signature", separator: ",", prefix: "t=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.eventType|json:$.event_type",
};

/* @__NO_SIDE_EFFECTS__ */
function adyenMessage(): string {
  const fields = [
    "pspReference",
    "originalReference",
    "merchantAccountCode",
    "merchantReference",
    "amount.value",
    "amount.currency",
    "eventCode",
    "success",
  ];
  return fields.map((field) => `{item:$.NotificationRequestItem.${field}?}`).join(":");
}

export const adyen: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    key: "hex",
    encoding: "base64",
    each: "$.notificationItems[]",
    signature: { in: "item:$.NotificationRequestItem.additionalData.hmacSignature" },
    sign: adyenMessage(),
    bodyUnsigned: true,
  },
  split: "$.notificationItems[]",
  type: "item:$.NotificationRequestItem.eventCode",
  id: [
    "item:$.NotificationRequestItem.pspReference",
    "item:$.NotificationRequestItem.eventCode",
    "item:$.NotificationRequestItem.success",
  ],
  tenant: "item:$.NotificationRequestItem.merchantAccountCode",
  time: "item:$.NotificationRequestItem.eventDate",
  answer: { body: "[accepted]" },
  deadline: 10,
};

export const adyenPlatform: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    key: "hex",
    signature: { in: "header:hmacsignature" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "json:$.type",
  time: "json:$.timestamp",
  deadline: 10,
};

export const paypal: Preset = {
  scheme: {
    algorithm: "rsa-sha256",
    key: {
      from: "x509",
      url: "header:paypal-cert-url",
      allow: /^https:\/\/(?:[a-z0-9-]+\.)+paypal\.com\/[^?#]*$/,
    },
    encoding: "base64",
    signature: { in: "header:paypal-transmission-sig" },
    sign: "{header:paypal-transmission-id}|{header:paypal-transmission-time}|{setting:webhookId}|{crc32}",
    when: { in: "header:paypal-auth-algo", is: ["SHA256withRSA"] },
  },
  needs: ["webhookId"],
  type: "json:$.event_type",
  id: "json:$.id",
  time: "json:$.create_time",
  retryHours: 72,
};

export const plaid: Preset = {
  scheme: {
    algorithm: "jwt",
    verifier: verifyToken,
    alg: "ES256",
    token: { in: "header:plaid-verification" },
    key: {
      from: "lookup",
      url: "setting:keyUrl|=https://production.plaid.com/webhook_verification_key/get",
      allow: /^https:\/\/[a-z]+\.plaid\.com\/webhook_verification_key\/get$/,
      ask: { client_id: "{setting:clientId}", secret: "{secret}", key_id: "{kid}" },
    },
    fresh: "iat",
    bodyDigest: { in: "claim:$.request_body_sha256", encoding: "hex" },
  },
  needs: ["clientId"],
  type: ["json:$.webhook_type", "json:$.webhook_code"],
  subject: "json:$.item_id",
  deadline: 10,
  retryHours: 24,
};

export const paystack: Preset = {
  scheme: {
    algorithm: "hmac-sha512",
    signature: { in: "header:x-paystack-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.event",
  id: ["json:$.event", "json:$.data.id"],
  retryHours: 72,
};

export const authorizeNet: Preset = {
  scheme: {
    algorithm: "hmac-sha512",
    signature: { in: "header:x-anet-signature", prefix: "sha512=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.eventType",
  id: "json:$.notificationId",
  time: "json:$.eventDate",
};

export const razorpay: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-razorpay-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.event",
  id: "header:x-razorpay-event-id",
  tenant: "json:$.account_id",
  time: "json:$.created_at",
  deadline: 5,
  retryHours: 24,
};

export const gocardless: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:webhook-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  split: "$.events[]",
  type: ["item:$.resource_type", "item:$.action"],
  id: "item:$.id",
  time: "item:$.created_at",
};

export const checkout: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:cko-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.created_on",
};

export const dwolla: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-request-signature-sha-256" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.topic",
  id: "json:$.id",
  time: "json:$.timestamp",
};

export const modernTreasury: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: ["header:x-topic", "json:$.event"],
};

export const mollie: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-mollie-signature", separator: ",", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.createdAt",
};

export const fintoc: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:fintoc-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:fintoc-signature", separator: ",", prefix: "t=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.created_at",
};

export const airwallex: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-signature" },
    sign: "{ts}{body}",
    timestamp: { in: "header:x-timestamp", unit: "ms" },
    encoding: "hex",
  },
  type: "json:$.name",
  id: "json:$.id",
  tenant: "json:$.accountId",
};
