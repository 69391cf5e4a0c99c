/**
 * Standard Webhooks and the senders built on it (spec webhooks §2).
 * @module
 */
import type { Preset } from "../preset.ts";
import type { Ed25519Scheme, HmacScheme, Place } from "../scheme.ts";
import { like } from "./like.ts";

/** The signed id, under its two names. */
const webhookId = "header:webhook-id|header:svix-id" satisfies Place;
const signature = "header:webhook-signature|header:svix-signature" satisfies Place;
const timestamp = "header:webhook-timestamp|header:svix-timestamp" satisfies Place;

/* @__NO_SIDE_EFFECTS__ */
function symmetric(key: HmacScheme["key"]): HmacScheme {
  return {
    algorithm: "hmac-sha256",
    signature: { in: signature, separator: " ", prefix: "v1," },
    sign: `{${webhookId}}.{ts}.{body}`,
    timestamp: { in: timestamp, unit: "s" },
    encoding: "base64",
    ...(key && { key }),
  };
}

const asymmetric: Ed25519Scheme = {
  algorithm: "ed25519",
  signature: { in: signature, separator: " ", prefix: "v1a," },
  sign: `{${webhookId}}.{ts}.{body}`,
  timestamp: { in: timestamp, unit: "s" },
  encoding: "base64",
  key: "whpk",
};

/** Any sender that follows the specification: `v1` with a `whsec_` secret, `v1a` with a `whpk_` key. */
export const standard: Preset = {
  scheme: [symmetric("whsec"), asymmetric],
  type: "json:$.type",
  id: webhookId,
  time: "json:$.timestamp",
  deadline: 15,
  retryHours: 75,
};

export const svix: Preset = standard;
export const clerk: Preset = /* @__PURE__ */ like(standard, { tenant: "json:$.instance_id" });
export const resend: Preset = /* @__PURE__ */ like(standard, { time: "json:$.created_at" });
export const openai: Preset = /* @__PURE__ */ like(standard, {
  time: "json:$.created_at",
  deadline: 20,
  retryHours: 72,
});
export const supabase: Preset = /* @__PURE__ */ like(standard, { deadline: 5 });
export const replicate: Preset = /* @__PURE__ */ like(standard, { type: "json:$.status" });
export const render: Preset = standard;
export const loops: Preset = /* @__PURE__ */ like(standard, { type: "json:$.eventName" });
export const brex: Preset = /* @__PURE__ */ like(standard, { type: "json:$.event_type" });
export const dodo: Preset = standard;
export const recall: Preset = /* @__PURE__ */ like(standard, { type: "json:$.event" });

/** Polar's key is the secret's text, not what the text decodes to. */
export const polar: Preset = /* @__PURE__ */ like(standard, { scheme: symmetric("utf8") });

/** GitLab 19 and later, with a signing token; the classic token is {@link gitlabToken}. */
export const gitlab: Preset = /* @__PURE__ */ like(standard, {
  type: ["json:$.object_kind|json:$.event_name|header:x-gitlab-event", "json:$.object_attributes.action"],
  subject: "json:$.project.path_with_namespace",
  deadline: 10,
  retryHours: 24,
});
