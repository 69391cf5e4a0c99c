/**
 * Payments, shops, accounting (spec webhooks §2 to §4).
 * @module
 */
import { woocommercePing } from "../handshakes.ts";
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";
import { base64, hex, like, pairs, stamp } from "./build.ts";

const shopify: Preset = {
  scheme: base64("x-shopify-hmac-sha256"),
  type: "header:x-shopify-topic",
  id: "header:x-shopify-event-id|header:x-shopify-webhook-id",
  tenant: "header:x-shopify-shop-domain",
  time: "header:x-shopify-triggered-at",
  deadline: 5,
  retryHours: 4,
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

export const stripe: Preset = {
  scheme: pairs("stripe-signature"),
  type: "json:$.type",
  id: "json:$.id",
  tenant: "json:$.account",
  time: "json:$.created",
  deadline: 20,
  retryHours: 72,
};

export const shopifyEvents: Preset = like(shopify, {
  scheme: base64("shopify-hmac-sha256"),
  type: ["header:shopify-topic", "header:shopify-action"],
  id: "header:shopify-event-id|header:shopify-webhook-id",
  tenant: "header:shopify-shop-domain",
  time: "header:shopify-triggered-at",
});

export const woocommerce: Preset = {
  scheme: base64("x-wc-webhook-signature"),
  type: "header:x-wc-webhook-topic",
  id: "header:x-wc-webhook-delivery-id",
  tenant: "header:x-wc-webhook-source",
  handshakes: [woocommercePing],
};

export const square: Preset = {
  scheme: base64("x-square-hmacsha256-signature", "", { sign: "{url}{body}" }),
  needs: ["publicUrl"],
  type: "json:$.type",
  id: "json:$.event_id",
  time: "json:$.created_at",
  tenant: "json:$.merchant_id",
  deadline: 10,
  retryHours: 24,
};

export const paddle: Preset = {
  scheme: hex("", "", {
    sign: "{ts}:{body}",
    signature: { in: "header:paddle-signature", separator: ";", prefix: "h1=" },
    timestamp: { in: "header:paddle-signature", separator: ";", prefix: "ts=", unit: "s" },
  }),
  type: "json:$.event_type",
  id: "json:$.event_id",
  time: "json:$.occurred_at",
  deadline: 5,
  retryHours: 72,
};

export const lemonsqueezy: Preset = {
  scheme: hex("x-signature"),
  type: "json:$.meta.event_name|header:x-event-name",
  subject: "json:$.data.id",
  retryHours: 1,
};

export const razorpay: Preset = {
  scheme: hex("x-razorpay-signature"),
  type: "json:$.event",
  id: "header:x-razorpay-event-id",
  tenant: "json:$.account_id",
  time: "json:$.created_at",
  deadline: 5,
  retryHours: 24,
};

export const coinbaseCommerce: Preset = {
  scheme: hex("x-cc-webhook-signature"),
  type: "json:$.event.type",
  id: "json:$.event.id",
  time: "json:$.event.created_at",
  retryHours: 72,
};

export const coinbase: Preset = {
  scheme: pairs("x-hook0-signature", "t=", "v0="),
  type: "json:$.eventType|json:$.event_type",
};

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
  scheme: base64("hmacsignature", "", { key: "hex" }),
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
  scheme: hex("x-paystack-signature", "", { algorithm: "hmac-sha512" }),
  type: "json:$.event",
  id: ["json:$.event", "json:$.data.id"],
  retryHours: 72,
};

export const authorizeNet: Preset = {
  scheme: hex("x-anet-signature", "sha512=", { algorithm: "hmac-sha512" }),
  type: "json:$.eventType",
  id: "json:$.notificationId",
  time: "json:$.eventDate",
};

export const gocardless: Preset = {
  scheme: hex("webhook-signature"),
  split: "$.events[]",
  type: ["item:$.resource_type", "item:$.action"],
  id: "item:$.id",
  time: "item:$.created_at",
};

export const checkout: Preset = {
  scheme: hex("cko-signature"),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.created_on",
};

export const dwolla: Preset = {
  scheme: hex("x-request-signature-sha-256"),
  type: "json:$.topic",
  id: "json:$.id",
  time: "json:$.timestamp",
};

export const modernTreasury: Preset = {
  scheme: hex("x-signature"),
  type: ["header:x-topic", "json:$.event"],
};

export const mollie: Preset = {
  scheme: hex("x-mollie-signature", "sha256=", {
    signature: { in: "header:x-mollie-signature", separator: ",", prefix: "sha256=" },
  }),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.createdAt",
};

export const fintoc: Preset = {
  scheme: pairs("fintoc-signature"),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.created_at",
};

export const airwallex: Preset = {
  scheme: hex("x-signature", "", { sign: "{ts}{body}", timestamp: stamp("x-timestamp", "ms") }),
  type: "json:$.name",
  id: "json:$.id",
  tenant: "json:$.accountId",
};

export const revenuecat: Preset = {
  scheme: pairs("x-revenuecat-webhook-signature"),
  type: "json:$.event.type",
  id: "json:$.event.id",
};

export const fastspring: Preset = {
  scheme: base64("x-fs-signature"),
  split: "$.events[]",
  type: "item:$.type",
  id: "item:$.id",
  time: "item:$.created",
};

export const recharge: Preset = {
  scheme: {
    algorithm: "sha256",
    encoding: "hex",
    signature: { in: "header:x-recharge-hmac-sha256" },
    sign: "{secret}{body}",
  },
  type: "header:x-recharge-topic",
};

export const chargebee: Preset = {
  scheme: { algorithm: "basic" },
  type: "json:$.event_type",
  id: "json:$.id",
  time: "json:$.occurred_at",
};

export const xero: Preset = {
  scheme: base64("x-xero-signature"),
  split: "$.events[]",
  type: ["item:$.eventCategory", "item:$.eventType"],
  tenant: "item:$.tenantId",
  time: "item:$.eventDateUtc",
  deadline: 5,
};
