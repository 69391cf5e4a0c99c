import { PUBLIC_URL, plain, post, type SenderCase } from "./sender-case.ts";
import { fromBase64, mac, sha } from "./signing.ts";

export const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
export const formType = { "content-type": "application/x-www-form-urlencoded" };
export const sorted = (body: string): string =>
  [...new URLSearchParams(body)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map((field) => field.join(""))
    .join("");

/** Each with a rule of its own. */
export const ownCases: SenderCase[] = [
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
    make: async (secret, body) =>
      post({ "X-Mollie-Signature": `sha256=${await mac("SHA-256", secret, body, "hex")}` }, body),
    // Two headers while rotating, which Fetch joins with a comma.
    listed: (value) => `sha256=${"00".repeat(32)}, ${value}`,
  },
  {
    ...plain,
    preset: "retell",
    strip: "x-retell-signature",
    tolerance: 300,
    make: async (secret, body, now) =>
      post(
        { "x-retell-signature": `v=${now},d=${await mac("SHA-256", secret, `${body}${now}`, "hex")}` },
        body,
      ),
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
      post(
        { "x-square-hmacsha256-signature": await mac("SHA-256", secret, PUBLIC_URL + body, "base64") },
        body,
      ),
  },
  {
    ...plain,
    preset: "trello",
    settings: { publicUrl: PUBLIC_URL },
    strip: "X-Trello-Webhook",
    make: async (secret, body) =>
      post({ "X-Trello-Webhook": await mac("SHA-1", secret, body + PUBLIC_URL, "base64") }, body),
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
      post(
        {
          "X-HubSpot-Signature": await sha("SHA-256", secret + body, "hex"),
          "X-HubSpot-Signature-Version": "v1",
        },
        body,
      ),
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
    make: async (secret, body) =>
      post({ "X-Recharge-Hmac-Sha256": await sha("SHA-256", secret + body, "hex") }, body),
  },
  {
    ...plain,
    preset: "twilio",
    settings: { publicUrl: PUBLIC_URL },
    body: form({ MessageSid: "SM1", From: "+15550001", Body: "hello & bye", MessageStatus: "sent" }),
    altered: form({ MessageSid: "SM1", From: "+15550001", Body: "hello & buy", MessageStatus: "sent" }),
    strip: "X-Twilio-Signature",
    make: async (secret, body) =>
      post(
        {
          ...formType,
          "X-Twilio-Signature": await mac("SHA-1", secret, PUBLIC_URL + sorted(body), "base64"),
        },
        body,
      ),
  },
  {
    ...plain,
    preset: "mandrill",
    settings: { publicUrl: PUBLIC_URL },
    body: form({ mandrill_events: '[{"event":"open","_id":"m1","ts":1}]' }),
    altered: form({ mandrill_events: '[{"event":"click","_id":"m1","ts":1}]' }),
    strip: "X-Mandrill-Signature",
    make: async (secret, body) =>
      post(
        {
          ...formType,
          "X-Mandrill-Signature": await mac("SHA-1", secret, PUBLIC_URL + sorted(body), "base64"),
        },
        body,
      ),
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
      return post(
        {},
        JSON.stringify({ signature: { timestamp, token, signature }, "event-data": { event: "opened" } }),
      );
    },
  },
];
