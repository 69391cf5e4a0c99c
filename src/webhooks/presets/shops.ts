/**
 * Shops, subscriptions, accounts (spec webhooks §2 to §4).
 * @module
 */
import { woocommercePing } from "../handshakes.ts";
import type { Preset } from "../preset.ts";
import { like } from "./like.ts";

export const shopify: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-shopify-hmac-sha256" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "header:x-shopify-topic",
  id: "header:x-shopify-event-id|header:x-shopify-webhook-id",
  tenant: "header:x-shopify-shop-domain",
  time: "header:x-shopify-triggered-at",
  deadline: 5,
  retryHours: 4,
};

export const shopifyEvents: Preset = /* @__PURE__ */ like(shopify, {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:shopify-hmac-sha256" },
    sign: "{body}",
    encoding: "base64",
  },
  type: ["header:shopify-topic", "header:shopify-action"],
  id: "header:shopify-event-id|header:shopify-webhook-id",
  tenant: "header:shopify-shop-domain",
  time: "header:shopify-triggered-at",
});

export const woocommerce: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-wc-webhook-signature" },
    sign: "{body}",
    encoding: "base64",
  },
  type: "header:x-wc-webhook-topic",
  id: "header:x-wc-webhook-delivery-id",
  tenant: "header:x-wc-webhook-source",
  handshakes: [woocommercePing],
};

export const square: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-square-hmacsha256-signature" },
    sign: "{url}{body}",
    encoding: "base64",
  },
  needs: ["publicUrl"],
  type: "json:$.type",
  id: "json:$.event_id",
  time: "json:$.created_at",
  tenant: "json:$.merchant_id",
  deadline: 10,
  retryHours: 24,
};

export const paddle: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:paddle-signature", separator: ";", prefix: "h1=" },
    sign: "{ts}:{body}",
    timestamp: { in: "header:paddle-signature", separator: ";", prefix: "ts=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.event_type",
  id: "json:$.event_id",
  time: "json:$.occurred_at",
  deadline: 5,
  retryHours: 72,
};

export const lemonsqueezy: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.meta.event_name|header:x-event-name",
  subject: "json:$.data.id",
  retryHours: 1,
};

export const revenuecat: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-revenuecat-webhook-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:x-revenuecat-webhook-signature", separator: ",", prefix: "t=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.event.type",
  id: "json:$.event.id",
};

export const fastspring: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-fs-signature" },
    sign: "{body}",
    encoding: "base64",
  },
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
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-xero-signature" },
    sign: "{body}",
    encoding: "base64",
  },
  split: "$.events[]",
  type: ["item:$.eventCategory", "item:$.eventType"],
  tenant: "item:$.tenantId",
  time: "item:$.eventDateUtc",
  deadline: 5,
};
