/**
 * One signed request per preset: what each sender signs, written from the specification (spec webhooks §2 to §4) and
 * not from the presets.
 * @module
 */
import type { PresetName } from "../../src/webhooks/presets/by-name.ts";
import type { RequestParts } from "../../src/webhooks/request.ts";
import type { Settings } from "../../src/webhooks/settings.ts";
import { fromBase64, fromHex, type Hash, jwt, mac, sha, type Text } from "./signing.ts";

/** A moment, 2026-11-23T10:00:00Z, in milliseconds. */
export const NOW = 1_795_428_000_000;

export const PUBLIC_URL = "https://hooks.example.com/v1/webhooks/source";

export interface Signed extends RequestParts {
  headers: Record<string, string>;
  body: string;
}

export interface SenderCase {
  preset: PresetName;
  secret: string;
  /** A secret of the same form that is not the one. */
  wrong: string;
  body: string;
  /** The same request with other contents, which the signature must not cover. */
  altered: string;
  settings?: Settings;
  /** Signs. `now` is what the sender's clock says. */
  make: (secret: string, body: string, now: number) => Promise<Signed>;
  /** The header that carries the signature or token; where it is in the body, how to take it out. */
  strip: string | ((signed: Signed) => Signed);
  /** Seconds of tolerance; absent where the sender sends no time. */
  tolerance?: number;
  /** Several signatures are the sender's way of rotating: turns one into a wrong one and it. */
  listed?: (header: string) => string;
  /** Nothing ties the body to the token. */
  unsignedBody?: true;
}

const BODY = '{"type":"thing.made","id":"evt_1","note":"é\\u00e9"}';
const ALTERED = '{"type":"thing.made","id":"evt_1","note":"é\\u00e8"}';
const plain = { body: BODY, altered: ALTERED, secret: "a secret of the sender", wrong: "another secret" };

const post = (headers: Record<string, string>, body: string, url = PUBLIC_URL): Signed => ({
  method: "POST",
  url,
  headers: { "content-type": "application/json", ...headers },
  body,
});

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

const bareCases: SenderCase[] = bare.map(([preset, header, prefix, hash, text]) => ({
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

type Timed = [PresetName, header: string, prefix: string, Text, clock: string, Unit, message: string, tolerance: number];

/** A time in a header of its own. `T` and `B` in the message stand for the time and the body. */
const timed: Timed[] = [
  ["slack", "X-Slack-Signature", "v0=", "hex", "X-Slack-Request-Timestamp", "s", "v0:T:B", 300],
  ["zoom", "x-zm-signature", "v0=", "hex", "x-zm-request-timestamp", "s", "v0:T:B", 300],
  ["webflow", "x-webflow-signature", "", "hex", "x-webflow-timestamp", "ms", "T:B", 300],
  ["customerio", "X-CIO-Signature", "", "hex", "X-CIO-Timestamp", "s", "v0:T:B", 300],
  ["front", "X-Front-Signature", "", "base64", "X-Front-Request-Timestamp", "ms", "T:B", 300],
  ["crisp", "X-Crisp-Signature", "", "hex", "X-Crisp-Request-Timestamp", "ms", "[T;B]", 300],
  ["zendesk", "X-Zendesk-Webhook-Signature", "", "base64", "X-Zendesk-Webhook-Signature-Timestamp", "iso", "TB", 300],
  ["klaviyo", "Klaviyo-Signature", "", "base64", "Klaviyo-Timestamp", "http", "BT", 300],
  ["airwallex", "x-signature", "", "hex", "x-timestamp", "ms", "TB", 300],
  ["box", "BOX-SIGNATURE-PRIMARY", "", "base64", "BOX-DELIVERY-TIMESTAMP", "iso", "BT", 600],
];

const timedCases: SenderCase[] = timed.map(([preset, header, prefix, text, clock, unit, message, tolerance]) => ({
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
}));

type Paired = [PresetName, header: string, time: string, signature: string, by: string, Unit, Text, between: string, tolerance: number];

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

const pairedCases: SenderCase[] = paired.map(([preset, header, time, signature, by, unit, text, between, tolerance]) => ({
  ...plain,
  preset,
  strip: header,
  tolerance,
  make: async (secret, body, now) => {
    const at = written(now, unit);
    const signed = await mac("SHA-256", secret, `${at}${between}${body}`, text);
    return post({ [header]: `${time}${at}${by}${signature}${signed}` }, body);
  },
  listed: (value) => value.replace(`${by}${signature}`, `${by}${signature}${"00".repeat(32)}${by}${signature}`),
}));

const standardNames: PresetName[] = [
  ...(["standard", "svix", "clerk", "resend", "openai", "supabase", "replicate", "render"] as const),
  ...(["loops", "brex", "dodo", "recall", "polar", "gitlab"] as const),
];

/** Senders that still use the old names of the headers. */
const svixNames = ["svix", "clerk", "resend"];

const standardCases: SenderCase[] = standardNames.map((preset) => ({
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
    return post(Object.fromEntries(Object.entries(headers).map(([name, value]) => [`${family}-${name}`, value])), body);
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

const tokenCases: SenderCase[] = tokens.map(([preset, header, prefix]) => ({
  ...plain,
  preset,
  strip: header,
  unsignedBody: true,
  make: async (secret, body) => post({ [header]: prefix + secret }, body),
}));

const basicNames: PresetName[] = ["chargebee", "postmark", "pipedrive", "genericBasic"];
const basicCases: SenderCase[] = basicNames.map((preset) => ({
  ...plain,
  preset,
  secret: "user:pass word",
  wrong: "user:password",
  strip: "Authorization",
  unsignedBody: true,
  make: async (secret, body) => post({ Authorization: `Basic ${btoa(secret)}` }, body),
}));

const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
const formType = { "content-type": "application/x-www-form-urlencoded" };
const sorted = (body: string): string =>
  [...new URLSearchParams(body)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map((field) => field.join(""))
    .join("");

const adyenKey = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
const adyenItem = {
  pspReference: "7914073381342284",
  merchantAccountCode: "TestMerchant",
  merchantReference: "TestPayment-1407325143704",
  amount: { value: 1130, currency: "EUR" },
  eventCode: "AUTHORISATION",
  success: "true",
};

/** The rest, each with a rule of its own. */
const ownCases: SenderCase[] = [
  {
    ...plain,
    preset: "linear",
    strip: "Linear-Signature",
    tolerance: 60,
    body: '{"webhookTimestamp":TIME,"type":"Issue","action":"create"}',
    altered: '{"webhookTimestamp":TIME,"type":"Issue","action":"remove"}',
    make: async (secret, template, now) => {
      const body = template.replace("TIME", String(now));
      return post({ "Linear-Signature": await mac("SHA-256", secret, body, "hex") }, body);
    },
  },
  ...(["pagerduty", "circleci"] as const).map(
    (preset): SenderCase => ({
      ...plain,
      preset,
      strip: preset === "pagerduty" ? "X-PagerDuty-Signature" : "circleci-signature",
      make: async (secret, body) => {
        const header = preset === "pagerduty" ? "X-PagerDuty-Signature" : "circleci-signature";
        return post({ [header]: `v1=${await mac("SHA-256", secret, body, "hex")}` }, body);
      },
      listed: (value) => `v1=${"00".repeat(32)},v2=ff,${value}`,
    }),
  ),
  {
    ...plain,
    preset: "mollie",
    strip: "X-Mollie-Signature",
    make: async (secret, body) => post({ "X-Mollie-Signature": `sha256=${await mac("SHA-256", secret, body, "hex")}` }, body),
    // Two headers while rotating, which Fetch joins with a comma.
    listed: (value) => `sha256=${"00".repeat(32)}, ${value}`,
  },
  {
    ...plain,
    preset: "retell",
    strip: "x-retell-signature",
    tolerance: 300,
    make: async (secret, body, now) =>
      post({ "x-retell-signature": `v=${now},d=${await mac("SHA-256", secret, `${body}${now}`, "hex")}` }, body),
    listed: (value) => value.replace(",d=", `,d=${"00".repeat(32)},d=`),
  },
  {
    ...plain,
    preset: "daily",
    secret: "c2VjcmV0IG9mIGRhaWx5",
    wrong: "b3RoZXIgc2VjcmV0IQ==",
    strip: "X-Webhook-Signature",
    tolerance: 300,
    make: async (secret, body, now) => {
      const signature = await mac("SHA-256", fromBase64(secret), `${now / 1000}.${body}`, "base64");
      return post({ "X-Webhook-Signature": signature, "X-Webhook-Timestamp": String(now / 1000) }, body);
    },
  },
  {
    ...plain,
    preset: "square",
    settings: { publicUrl: PUBLIC_URL },
    strip: "x-square-hmacsha256-signature",
    make: async (secret, body) =>
      post({ "x-square-hmacsha256-signature": await mac("SHA-256", secret, PUBLIC_URL + body, "base64") }, body),
  },
  {
    ...plain,
    preset: "trello",
    settings: { publicUrl: PUBLIC_URL },
    strip: "X-Trello-Webhook",
    make: async (secret, body) => post({ "X-Trello-Webhook": await mac("SHA-1", secret, body + PUBLIC_URL, "base64") }, body),
  },
  {
    ...plain,
    preset: "hubspot",
    settings: { publicUrl: PUBLIC_URL },
    strip: "X-HubSpot-Signature-V3",
    tolerance: 300,
    make: async (secret, body, now) => {
      const signature = await mac("SHA-256", secret, `POST${PUBLIC_URL}${body}${now}`, "base64");
      return post({ "X-HubSpot-Signature-V3": signature, "X-HubSpot-Request-Timestamp": String(now) }, body);
    },
  },
  {
    ...plain,
    preset: "hubspotV1",
    strip: "X-HubSpot-Signature",
    make: async (secret, body) =>
      post({ "X-HubSpot-Signature": await sha("SHA-256", secret + body, "hex"), "X-HubSpot-Signature-Version": "v1" }, body),
  },
  {
    ...plain,
    preset: "hubspotV2",
    settings: { publicUrl: PUBLIC_URL },
    strip: "X-HubSpot-Signature",
    make: async (secret, body) => {
      const signature = await sha("SHA-256", `${secret}POST${PUBLIC_URL}${body}`, "hex");
      return post({ "X-HubSpot-Signature": signature, "X-HubSpot-Signature-Version": "v2" }, body);
    },
  },
  {
    ...plain,
    preset: "recharge",
    strip: "X-Recharge-Hmac-Sha256",
    make: async (secret, body) => post({ "X-Recharge-Hmac-Sha256": await sha("SHA-256", secret + body, "hex") }, body),
  },
  {
    ...plain,
    preset: "twilio",
    settings: { publicUrl: PUBLIC_URL },
    body: form({ MessageSid: "SM1", From: "+15550001", Body: "hello & bye", MessageStatus: "sent" }),
    altered: form({ MessageSid: "SM1", From: "+15550001", Body: "hello & buy", MessageStatus: "sent" }),
    strip: "X-Twilio-Signature",
    make: async (secret, body) =>
      post({ ...formType, "X-Twilio-Signature": await mac("SHA-1", secret, PUBLIC_URL + sorted(body), "base64") }, body),
  },
  {
    ...plain,
    preset: "mandrill",
    settings: { publicUrl: PUBLIC_URL },
    body: form({ mandrill_events: '[{"event":"open","_id":"m1","ts":1}]' }),
    altered: form({ mandrill_events: '[{"event":"click","_id":"m1","ts":1}]' }),
    strip: "X-Mandrill-Signature",
    make: async (secret, body) =>
      post({ ...formType, "X-Mandrill-Signature": await mac("SHA-1", secret, PUBLIC_URL + sorted(body), "base64") }, body),
  },
  {
    ...plain,
    preset: "mailgun",
    tolerance: 300,
    body: '{"token":"t1"}',
    // The body is not signed; the token is.
    altered: '{"token":"t2"}',
    strip: (signed) => ({ ...signed, body: '{"signature":{"timestamp":"1795428000","token":"t1"}}' }),
    make: async (secret, template, now) => {
      const { token } = JSON.parse(template) as { token: string };
      const timestamp = String(now / 1000);
      const signature = await mac("SHA-256", secret, timestamp + token, "hex");
      return post({}, JSON.stringify({ signature: { timestamp, token, signature }, "event-data": { event: "opened" } }));
    },
  },
  {
    ...plain,
    preset: "adyen",
    secret: adyenKey,
    wrong: adyenKey.replace("DF", "FD"),
    body: JSON.stringify(adyenItem),
    altered: JSON.stringify({ ...adyenItem, success: "false" }),
    strip: (signed) => ({ ...signed, body: signed.body.replace(/"hmacSignature":"[^"]+"/, "") }),
    make: async (secret, template) => {
      const item = JSON.parse(template) as typeof adyenItem;
      const fields = [item.pspReference, "", item.merchantAccountCode, item.merchantReference, item.amount.value];
      const message = [...fields, item.amount.currency, item.eventCode, item.success].join(":");
      const hmacSignature = await mac("SHA-256", fromHex(secret), message, "base64");
      const NotificationRequestItem = { ...item, additionalData: { hmacSignature } };
      return post({}, JSON.stringify({ live: "false", notificationItems: [{ NotificationRequestItem }] }));
    },
  },
  {
    ...plain,
    preset: "adyenPlatform",
    secret: adyenKey,
    wrong: adyenKey.replace("DF", "FD"),
    strip: "HmacSignature",
    make: async (secret, body) => post({ HmacSignature: await mac("SHA-256", fromHex(secret), body, "base64") }, body),
  },
  {
    ...plain,
    preset: "dropboxSign",
    body: "signature_request_signed",
    altered: "signature_request_declined",
    strip: (signed) => ({ ...signed, body: form({ json: '{"event":{"event_time":"1","event_type":"x"}}' }) }),
    make: async (secret, event_type) => {
      const event_hash = await mac("SHA-256", secret, `1795428000${event_type}`, "hex");
      const json = JSON.stringify({ event: { event_time: "1795428000", event_type, event_hash } });
      return post(formType, form({ json }));
    },
  },
  {
    ...plain,
    preset: "pandadoc",
    strip: (signed) => ({ ...signed, url: PUBLIC_URL }),
    make: async (secret, body) =>
      post({}, body, `${PUBLIC_URL}?signature=${await mac("SHA-256", secret, body, "hex")}`),
  },
  {
    ...plain,
    preset: "contentful",
    tolerance: 30,
    strip: "x-contentful-signature",
    make: async (secret, body, now) => {
      const names = "x-contentful-signed-headers,x-contentful-timestamp,x-custom";
      const values = `x-contentful-signed-headers:${names};x-contentful-timestamp:${now};x-custom:a value`;
      const message = ["POST", "/v1/webhooks/source", values, body].join("\n");
      return post(
        {
          "x-contentful-signature": await mac("SHA-256", secret, message, "hex"),
          "x-contentful-signed-headers": names,
          "x-contentful-timestamp": String(now),
          "x-custom": " a value ",
        },
        body,
      );
    },
  },
  ...(["pusher", "ably"] as const).map(
    (preset): SenderCase => ({
      ...plain,
      preset,
      secret: "key1:secret one",
      wrong: "key1:secret two",
      strip: preset === "pusher" ? "X-Pusher-Signature" : "X-Ably-Signature",
      make: async (secret, body) => {
        const key = secret.slice("key1:".length);
        return preset === "pusher"
          ? post({ "X-Pusher-Key": "key1", "X-Pusher-Signature": await mac("SHA-256", key, body, "hex") }, body)
          : post({ "X-Ably-Key": "key1", "X-Ably-Signature": await mac("SHA-256", key, body, "base64") }, body);
      },
    }),
  ),
  {
    ...plain,
    preset: "airtable",
    secret: "c2VjcmV0IG9mIGFpcnRhYmxl",
    wrong: "b3RoZXIgc2VjcmV0IQ==",
    strip: "X-Airtable-Content-MAC",
    make: async (secret, body) =>
      post({ "X-Airtable-Content-MAC": `hmac-sha256=${await mac("SHA-256", fromBase64(secret), body, "hex")}` }, body),
  },
  {
    ...plain,
    preset: "teams",
    secret: "c2VjcmV0IG9mIHRlYW1z",
    wrong: "b3RoZXIgc2VjcmV0IQ==",
    strip: "Authorization",
    make: async (secret, body) => post({ Authorization: `HMAC ${await mac("SHA-256", fromBase64(secret), body, "base64")}` }, body),
  },
  {
    ...plain,
    preset: "twitch",
    tolerance: 600,
    strip: "Twitch-Eventsub-Message-Signature",
    make: async (secret, body, now) => {
      const id = "e76c6bd4-55c9-4987-8304-da1588d8988b";
      const time = new Date(now).toISOString().replace("000Z", "000634234Z");
      return post(
        {
          "Twitch-Eventsub-Message-Id": id,
          "Twitch-Eventsub-Message-Timestamp": time,
          "Twitch-Eventsub-Message-Signature": `sha256=${await mac("SHA-256", secret, id + time + body, "hex")}`,
        },
        body,
      );
    },
  },
  {
    ...plain,
    preset: "graph",
    body: '{"value":[{"clientState":"STATE","changeType":"created"},{"clientState":"STATE","changeType":"updated"}]}',
    altered: "",
    unsignedBody: true,
    strip: (signed) => ({ ...signed, body: '{"value":[{"changeType":"created"}]}' }),
    make: async (secret, body) => post({}, body.replaceAll("STATE", secret)),
  },
  ...(["netlify", "livekit", "vonage", "qstash"] as const).map((preset): SenderCase => {
    const header = { netlify: "X-Webhook-Signature", qstash: "Upstash-Signature", livekit: "Authorization", vonage: "Authorization" }[preset];
    return {
      ...plain,
      preset,
      settings: { publicUrl: PUBLIC_URL },
      strip: header,
      make: async (secret, body, now) => {
        const seconds = now / 1000;
        const claims = {
          netlify: { iss: "netlify", sha256: await sha("SHA-256", body, "hex") },
          livekit: { iss: "APIkey", exp: seconds + 60, sha256: await sha("SHA-256", body, "base64") },
          vonage: { iat: seconds, payload_hash: await sha("SHA-256", body, "hex") },
          qstash: {
            iss: "Upstash",
            sub: PUBLIC_URL,
            nbf: seconds,
            exp: seconds + 300,
            body: `${await sha("SHA-256", body, "base64url")}=`,
          },
        }[preset];
        const token = await jwt({ alg: "HS256", typ: "JWT" }, claims, (input) => mac("SHA-256", secret, input, "base64url"));
        return post({ [header]: preset === "vonage" ? `Bearer ${token}` : token }, body);
      },
      ...(preset === "vonage" && { tolerance: 300 }),
    };
  }),
];

/** All senders that share a secret or a token with the receiver. */
export const senderCases: SenderCase[] = [
  ...bareCases,
  ...timedCases,
  ...pairedCases,
  ...standardCases,
  ...tokenCases,
  ...basicCases,
  ...ownCases,
];
