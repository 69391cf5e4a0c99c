/**
 * Senders whose rule many share, as tables.
 * @module
 */
import type { PresetName } from "../../src/webhooks/presets/by-name.ts";
import { plain, post, type SenderCase } from "./sender-case.ts";
import { fromBase64, type Hash, mac, type Text } from "./signing.ts";

type Bare = [PresetName, header: string, prefix: string, Hash, Text];

/** The body alone, in one header. */
const bare: Bare[] = [
  ["github", "X-Hub-Signature-256", "sha256=", "SHA-256", "hex"],
  ["bitbucket", "X-Hub-Signature", "sha256=", "SHA-256", "hex"],
  ["jira", "X-Hub-Signature", "sha256=", "SHA-256", "hex"],
  ["snyk", "X-Hub-Signature", "sha256=", "SHA-256", "hex"],
  ["sentry", "Sentry-Hook-Signature", "", "SHA-256", "hex"],
  ["vercel", "x-vercel-signature", "", "SHA-1", "hex"],
  ["heroku", "Heroku-Webhook-Hmac-SHA256", "", "SHA-256", "base64"],
  ["expo", "expo-signature", "sha1=", "SHA-1", "hex"],
  ["launchdarkly", "X-LD-Signature", "", "SHA-256", "hex"],
  ["doppler", "X-Doppler-Signature", "sha256=", "SHA-256", "hex"],
  ["grafana", "X-Grafana-Alerting-Signature", "", "SHA-256", "hex"],
  ["hookdeck", "x-hookdeck-signature", "", "SHA-256", "base64"],
  ["vapi", "x-vapi-signature", "", "SHA-256", "hex"],
  ["shopify", "X-Shopify-Hmac-Sha256", "", "SHA-256", "base64"],
  ["shopifyEvents", "shopify-hmac-sha256", "", "SHA-256", "base64"],
  ["woocommerce", "X-WC-Webhook-Signature", "", "SHA-256", "base64"],
  ["lemonsqueezy", "X-Signature", "", "SHA-256", "hex"],
  ["razorpay", "X-Razorpay-Signature", "", "SHA-256", "hex"],
  ["coinbaseCommerce", "X-CC-Webhook-Signature", "", "SHA-256", "hex"],
  ["paystack", "x-paystack-signature", "", "SHA-512", "hex"],
  ["authorizeNet", "X-ANET-Signature", "sha512=", "SHA-512", "hex"],
  ["gocardless", "Webhook-Signature", "", "SHA-256", "hex"],
  ["checkout", "Cko-Signature", "", "SHA-256", "hex"],
  ["dwolla", "X-Request-Signature-SHA-256", "", "SHA-256", "hex"],
  ["modernTreasury", "X-Signature", "", "SHA-256", "hex"],
  ["fastspring", "X-FS-Signature", "", "SHA-256", "base64"],
  ["xero", "x-xero-signature", "", "SHA-256", "base64"],
  ["meta", "X-Hub-Signature-256", "sha256=", "SHA-256", "hex"],
  ["whatsapp", "X-Hub-Signature-256", "sha256=", "SHA-256", "hex"],
  ["x", "x-twitter-webhooks-signature", "sha256=", "SHA-256", "base64"],
  ["line", "x-line-signature", "", "SHA-256", "base64"],
  ["webex", "X-Spark-Signature", "", "SHA-1", "hex"],
  ["nylas", "X-Nylas-Signature", "", "SHA-256", "hex"],
  ["interakt", "Interakt-Signature", "sha256=", "SHA-256", "hex"],
  ["helpscout", "X-HelpScout-Signature", "", "SHA-1", "base64"],
  ["intercom", "X-Hub-Signature", "sha1=", "SHA-1", "hex"],
  ["dropbox", "X-Dropbox-Signature", "", "SHA-256", "hex"],
  ["notion", "X-Notion-Signature", "sha256=", "SHA-256", "hex"],
  ["asana", "X-Hook-Signature", "", "SHA-256", "hex"],
  ["attio", "Attio-Signature", "", "SHA-256", "hex"],
  ["typeform", "Typeform-Signature", "sha256=", "SHA-256", "base64"],
  ["tally", "Tally-Signature", "", "SHA-256", "base64"],
  ["calcom", "X-Cal-Signature-256", "", "SHA-256", "hex"],
  ["docusign", "X-DocuSign-Signature-1", "", "SHA-256", "base64"],
];

export const bareCases: SenderCase[] = bare.map(([preset, header, prefix, hash, text]) => ({
  ...plain,
  preset,
  strip: header,
  make: async (secret, body) => post({ [header]: prefix + (await mac(hash, secret, body, text)) }, body),
}));

type Unit = "s" | "ms" | "iso" | "http";
const written = (now: number, unit: Unit): string =>
  ({
    s: () => String(now / 1000),
    ms: () => String(now),
    iso: () => new Date(now).toISOString().replace(".000Z", "Z"),
    http: () => new Date(now).toUTCString(),
  })[unit]();

type Timed = [
  PresetName,
  header: string,
  prefix: string,
  Text,
  clock: string,
  Unit,
  message: string,
  tolerance: number,
];

/** A time in a header of its own. `T` and `B` in the message stand for the time and the body. */
const timed: Timed[] = [
  ["slack", "X-Slack-Signature", "v0=", "hex", "X-Slack-Request-Timestamp", "s", "v0:T:B", 300],
  ["zoom", "x-zm-signature", "v0=", "hex", "x-zm-request-timestamp", "s", "v0:T:B", 300],
  ["webflow", "x-webflow-signature", "", "hex", "x-webflow-timestamp", "ms", "T:B", 300],
  ["customerio", "X-CIO-Signature", "", "hex", "X-CIO-Timestamp", "s", "v0:T:B", 300],
  ["front", "X-Front-Signature", "", "base64", "X-Front-Request-Timestamp", "ms", "T:B", 300],
  ["crisp", "X-Crisp-Signature", "", "hex", "X-Crisp-Request-Timestamp", "ms", "[T;B]", 300],
  [
    "zendesk",
    "X-Zendesk-Webhook-Signature",
    "",
    "base64",
    "X-Zendesk-Webhook-Signature-Timestamp",
    "iso",
    "TB",
    300,
  ],
  ["klaviyo", "Klaviyo-Signature", "", "hex", "Klaviyo-Timestamp", "http", "BT", 300],
  ["airwallex", "x-signature", "", "hex", "x-timestamp", "ms", "TB", 300],
  ["box", "BOX-SIGNATURE-PRIMARY", "", "base64", "BOX-DELIVERY-TIMESTAMP", "iso", "BT", 600],
];

export const timedCases: SenderCase[] = timed.map(
  ([preset, header, prefix, text, clock, unit, message, tolerance]) => ({
    ...plain,
    preset,
    strip: header,
    tolerance,
    make: async (secret, body, now) => {
      const time = written(now, unit);
      // Replaced in one go, so that a letter of the body is not taken for a placeholder.
      const signed = message.replace(/[TB]/g, (letter) => (letter === "T" ? time : body));
      return post({ [header]: prefix + (await mac("SHA-256", secret, signed, text)), [clock]: time }, body);
    },
  }),
);

type Paired = [
  PresetName,
  header: string,
  time: string,
  signature: string,
  by: string,
  Unit,
  Text,
  between: string,
  tolerance: number,
];

/** Time and signatures in one header. */
const paired: Paired[] = [
  ["stripe", "Stripe-Signature", "t=", "v1=", ",", "s", "hex", ".", 300],
  ["paddle", "Paddle-Signature", "ts=", "h1=", ";", "s", "hex", ":", 300],
  ["coinbase", "X-Hook0-Signature", "t=", "v0=", ",", "s", "hex", ".", 300],
  ["calendly", "Calendly-Webhook-Signature", "t=", "v1=", ",", "s", "hex", ".", 180],
  ["sanity", "sanity-webhook-signature", "t=", "v1=", ", ", "ms", "base64url", ".", 300],
  ["workos", "WorkOS-Signature", "t=", "v1=", ", ", "ms", "hex", ".", 300],
  ["mux", "Mux-Signature", "t=", "v1=", ",", "s", "hex", ".", 300],
  ["tailscale", "Tailscale-Webhook-Signature", "t=", "v1=", ",", "s", "hex", ".", 300],
  ["fintoc", "Fintoc-Signature", "t=", "v1=", ",", "s", "hex", ".", 300],
  ["whereby", "Whereby-Signature", "t=", "v1=", ",", "s", "hex", ".", 300],
  ["revenuecat", "X-RevenueCat-Webhook-Signature", "t=", "v1=", ",", "s", "hex", ".", 300],
  ["elevenlabs", "ElevenLabs-Signature", "t=", "v0=", ",", "s", "hex", ".", 1800],
  ["cloudflareStream", "Webhook-Signature", "time=", "sig1=", ",", "s", "hex", ".", 300],
  ["buildkite", "X-Buildkite-Signature", "timestamp=", "signature=", ",", "s", "hex", ".", 300],
];

export const pairedCases: SenderCase[] = paired.map(
  ([preset, header, time, signature, by, unit, text, between, tolerance]) => ({
    ...plain,
    preset,
    strip: header,
    tolerance,
    make: async (secret, body, now) => {
      const at = written(now, unit);
      const signed = await mac("SHA-256", secret, `${at}${between}${body}`, text);
      return post({ [header]: `${time}${at}${by}${signature}${signed}` }, body);
    },
    listed: (value) =>
      value.replace(`${by}${signature}`, `${by}${signature}${"00".repeat(32)}${by}${signature}`),
  }),
);

const standardNames: PresetName[] = [
  ...(["standard", "svix", "clerk", "resend", "openai", "supabase", "replicate", "render"] as const),
  ...(["loops", "brex", "dodo", "recall", "polar", "gitlab"] as const),
];

/** Senders that still use the old names of the headers. */
const svixNames = ["svix", "clerk", "resend"];

export const standardCases: SenderCase[] = standardNames.map((preset) => ({
  ...plain,
  preset,
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  wrong: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
  strip: svixNames.includes(preset) ? "svix-signature" : "webhook-signature",
  tolerance: 300,
  make: async (secret, body, now) => {
    const key = preset === "polar" ? secret : fromBase64(secret.slice("whsec_".length));
    const family = svixNames.includes(preset) ? "svix" : "webhook";
    const signature = await mac("SHA-256", key, `msg_1.${now / 1000}.${body}`, "base64");
    const headers = { id: "msg_1", timestamp: String(now / 1000), signature: `v1,${signature}` };
    return post(
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [`${family}-${name}`, value])),
      body,
    );
  },
  listed: (value) => `v1,${btoa("\0".repeat(32))} v2,unknown ${value}`,
}));

type Token = [PresetName, header: string, prefix: string];

/** A token, and nothing signed. */
const tokens: Token[] = [
  ["gitlabToken", "X-Gitlab-Token", ""],
  ["buildkiteToken", "X-Buildkite-Token", ""],
  ["huggingface", "X-Webhook-Secret", ""],
  ["cloudflare", "cf-webhook-auth", ""],
  ["telegram", "X-Telegram-Bot-Api-Secret-Token", ""],
  ["okta", "Authorization", ""],
  ["auth0", "Authorization", ""],
  ["googlePush", "X-Goog-Channel-Token", ""],
  ["eventGrid", "X-Webhook-Token", ""],
  ["cloudevents", "X-Webhook-Token", ""],
  ["genericBearer", "Authorization", "Bearer "],
  ["genericToken", "X-Webhook-Token", ""],
];

export const tokenCases: SenderCase[] = tokens.map(([preset, header, prefix]) => ({
  ...plain,
  preset,
  strip: header,
  unsignedBody: true,
  make: async (secret, body) => post({ [header]: prefix + secret }, body),
}));

const basicNames: PresetName[] = ["chargebee", "postmark", "pipedrive", "genericBasic"];
export const basicCases: SenderCase[] = basicNames.map((preset) => ({
  ...plain,
  preset,
  secret: "user:pass word",
  wrong: "user:password",
  strip: "Authorization",
  unsignedBody: true,
  make: async (secret, body) => post({ Authorization: `Basic ${btoa(secret)}` }, body),
}));
