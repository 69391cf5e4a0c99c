import { PUBLIC_URL, plain, post, type SenderCase } from "./sender-case.ts";
import { form, formType } from "./sender-cases-own.ts";
import { fromBase64, fromHex, jwt, mac, sha } from "./signing.ts";

const adyenKey = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
const adyenItem = {
  pspReference: "7914073381342284",
  merchantAccountCode: "TestMerchant",
  merchantReference: "TestPayment-1407325143704",
  amount: { value: 1130, currency: "EUR" },
  eventCode: "AUTHORISATION",
  success: "true",
};

/** Senders that sign fields of the body, canonical requests or tokens. */
export const fieldCases: SenderCase[] = [
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
      const fields = [
        item.pspReference,
        "",
        item.merchantAccountCode,
        item.merchantReference,
        item.amount.value,
      ];
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
    make: async (secret, body) =>
      post({ HmacSignature: await mac("SHA-256", fromHex(secret), body, "base64") }, body),
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
          ? post(
              { "X-Pusher-Key": "key1", "X-Pusher-Signature": await mac("SHA-256", key, body, "hex") },
              body,
            )
          : post(
              { "X-Ably-Key": "key1", "X-Ably-Signature": await mac("SHA-256", key, body, "base64") },
              body,
            );
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
      post(
        { "X-Airtable-Content-MAC": `hmac-sha256=${await mac("SHA-256", fromBase64(secret), body, "hex")}` },
        body,
      ),
  },
  {
    ...plain,
    preset: "teams",
    secret: "c2VjcmV0IG9mIHRlYW1z",
    wrong: "b3RoZXIgc2VjcmV0IQ==",
    strip: "Authorization",
    make: async (secret, body) =>
      post({ Authorization: `HMAC ${await mac("SHA-256", fromBase64(secret), body, "base64")}` }, body),
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
    const header = {
      netlify: "X-Webhook-Signature",
      qstash: "Upstash-Signature",
      livekit: "Authorization",
      vonage: "Authorization",
    }[preset];
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
        const token = await jwt({ alg: "HS256", typ: "JWT" }, claims, (input) =>
          mac("SHA-256", secret, input, "base64url"),
        );
        return post({ [header]: preset === "vonage" ? `Bearer ${token}` : token }, body);
      },
      ...(preset === "vonage" && { tolerance: 300 }),
    };
  }),
];
