/**
 * Requests by which senders check an endpoint, each answered as its sender demands (spec webhooks §5).
 * @module
 */
import { json, type ResponseParts, text } from "./answers.ts";
import { allowedUrl } from "./context.ts";
import { encode, utf8 } from "./encoding.ts";
import { equal } from "./keys.ts";
import { type Incoming, read } from "./request.ts";

/** Name of a handshake, for logs. */
export type HandshakeName =
  | "head"
  | "meta-verify"
  | "x-crc"
  | "echo-challenge"
  | "okta-verification"
  | "graph-validation"
  | "asana-secret"
  | "notion-token"
  | "woocommerce-ping"
  | "mandrill-check"
  | "slack-ssl-check"
  | "cloudevents-options"
  | "slack-challenge"
  | "zoom-validation"
  | "twitch-challenge"
  | "discord-ping"
  | "sns-confirmation"
  | "event-grid-validation"
  | "front-challenge";

/** What a handshake leads to. */
export interface HandshakeResult {
  response: ResponseParts;
  /** A secret that the sender handed over, to be kept and given to its owner. Never to be logged. */
  keep?: { name: "x-hook-secret" | "verification_token"; value: string };
  /** An address of the sender's own host to be fetched after the answer, which confirms the subscription. */
  follow?: string;
}

/** What a handshake has to work with. */
export interface HandshakeInput {
  incoming: Incoming;
  /** The secret to prove knowledge of: the one that verified the request, or the first. */
  secret: string | undefined;
}

/** One handshake: how it is recognised and answered. */
export interface Handshake {
  name: HandshakeName;
  /** The sender signs it: it is looked for only after the request was verified. */
  signed: boolean;
  /** The answer, or nothing when the request is no such handshake. */
  answer: (input: HandshakeInput) => HandshakeResult | undefined | Promise<HandshakeResult | undefined>;
}

/** Longest value that is echoed to a caller who has proved nothing. */
const MAX_ECHO = 1024;

/** Echoes one value as text; what is too long or empty is refused. */
function echo(value: string | undefined): HandshakeResult | undefined {
  if (value === undefined) return undefined;
  return { response: value.length > MAX_ECHO ? text(400) : text(200, value) };
}

async function hmac(secret: string, message: string, encoding: "hex" | "base64"): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", utf8(secret), algorithm, false, ["sign"]);
  return encode(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(message))), encoding);
}

function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/* @__NO_SIDE_EFFECTS__ */
function unsigned(name: HandshakeName, answer: Handshake["answer"]): Handshake {
  return { name, signed: false, answer };
}

/* @__NO_SIDE_EFFECTS__ */
function signed(name: HandshakeName, answer: Handshake["answer"]): Handshake {
  return { name, signed: true, answer };
}

/** Trello and Mandrill look whether the address answers. */
export const headProbe: Handshake = unsigned("head", ({ incoming }) =>
  incoming.method === "HEAD" ? { response: text(200) } : undefined,
);

/** Meta: the challenge, raw, to whoever knows the verify token. */
export const metaVerify: Handshake = unsigned("meta-verify", async ({ incoming }) => {
  if (incoming.method !== "GET" || read(incoming, "query:hub.mode") !== "subscribe") return undefined;
  const { verifyToken } = incoming.settings;
  const given = read(incoming, "query:hub.verify_token");
  const fits = verifyToken && given && (await equal(verifyToken, given));
  return (fits && echo(read(incoming, "query:hub.challenge"))) || { response: text(403) };
});

/** X: proof of the consumer secret, asked for at registration and then every hour. */
export const xCrc: Handshake = unsigned("x-crc", async ({ incoming, secret }) => {
  const token = incoming.method === "GET" ? read(incoming, "query:crc_token") : undefined;
  if (token === undefined) return undefined;
  // The answer is a signature over the token. Nothing that could be an event's body is ever signed.
  if (!secret || !/^[\w.+/=-]{1,256}$/.test(token)) return { response: text(400) };
  return { response: json({ response_token: `sha256=${await hmac(secret, token, "base64")}` }) };
});

/** Dropbox and Nylas: the challenge, echoed. */
export const echoChallenge: Handshake = unsigned("echo-challenge", ({ incoming }) =>
  incoming.method === "GET" ? echo(read(incoming, "query:challenge")) : undefined,
);

/** Okta: the challenge of a header, as JSON. */
export const oktaVerification: Handshake = unsigned("okta-verification", ({ incoming }) => {
  const verification = read(incoming, "header:x-okta-verification-challenge");
  return incoming.method === "GET" && verification ? { response: json({ verification }) } : undefined;
});

/** Microsoft Graph: the decoded token, escaped as it asks for. */
export const graphValidation: Handshake = unsigned("graph-validation", ({ incoming }) => {
  const token = incoming.method === "POST" ? read(incoming, "query:validationToken") : undefined;
  return token && incoming.body.length === 0 ? echo(escapeHtml(token)) : undefined;
});

/** Asana: hands over the secret that it will sign with, and wants it echoed. */
export const asanaSecret: Handshake = unsigned("asana-secret", ({ incoming }) => {
  const value = read(incoming, "header:x-hook-secret");
  if (!value || incoming.method !== "POST") return undefined;
  return {
    response: { status: 200, headers: { "x-hook-secret": value }, body: "" },
    keep: { name: "x-hook-secret", value },
  };
});

/** Notion: hands over the token that it will sign with; its owner must paste it back. */
export const notionToken: Handshake = unsigned("notion-token", ({ incoming }) => {
  const value = read(incoming, "json:$.verification_token");
  if (!value || read(incoming, "key:verification_token") !== undefined) return undefined;
  return { response: text(200), keep: { name: "verification_token", value } };
});

/** WooCommerce: an unsigned form when the webhook is made. */
export const woocommercePing: Handshake = unsigned("woocommerce-ping", ({ incoming }) =>
  /^webhook_id=\d+$/.test(incoming.text ?? "") ? { response: text(200) } : undefined,
);

/** Mandrill: no events, signed with a well-known key, when the address is set. */
export const mandrillCheck: Handshake = unsigned("mandrill-check", ({ incoming }) =>
  read(incoming, "form:mandrill_events") === "[]" ? { response: text(200) } : undefined,
);

/** Slack: looks at the certificate of a slash command's address. */
export const slackSslCheck: Handshake = unsigned("slack-ssl-check", ({ incoming }) =>
  read(incoming, "form:ssl_check") === "1" ? { response: text(200) } : undefined,
);

/** CloudEvents: asks for leave to deliver (HTTP webhooks 1.0 §4). */
export const cloudeventsOptions: Handshake = unsigned("cloudevents-options", ({ incoming }) => {
  const origin = read(incoming, "header:webhook-request-origin");
  if (incoming.method !== "OPTIONS" || !origin) return undefined;
  const { origins = [] } = incoming.settings;
  if (!origins.includes(origin) && !origins.includes("*")) return { response: text(403) };
  return {
    response: {
      status: 200,
      headers: { "webhook-allowed-origin": origin, "webhook-allowed-rate": "*", allow: "POST, OPTIONS" },
      body: "",
    },
  };
});

/** Slack: the challenge of a new request URL. */
export const slackChallenge: Handshake = signed("slack-challenge", ({ incoming }) =>
  read(incoming, "json:$.type") === "url_verification" ? echo(read(incoming, "json:$.challenge")) : undefined,
);

/** Zoom: proof of the secret, at registration and every three days. */
export const zoomValidation: Handshake = signed("zoom-validation", async ({ incoming, secret }) => {
  const plainToken = read(incoming, "json:$.payload.plainToken");
  if (read(incoming, "json:$.event") !== "endpoint.url_validation" || !plainToken || !secret)
    return undefined;
  return { response: json({ plainToken, encryptedToken: await hmac(secret, plainToken, "hex") }) };
});

/** Twitch: the challenge of a new subscription. */
export const twitchChallenge: Handshake = signed("twitch-challenge", ({ incoming }) =>
  read(incoming, "header:twitch-eventsub-message-type") === "webhook_callback_verification"
    ? echo(read(incoming, "json:$.challenge"))
    : undefined,
);

/** Discord: interactions want a pong, event webhooks an empty 204. */
export const discordPing: Handshake = signed("discord-ping", ({ incoming }) => {
  const type = read(incoming, "json:$.type");
  // An interaction's ping wants a pong; an event webhook's ping wants nothing at all.
  if (type === "1" && !read(incoming, "json:$.event.type")) return { response: json({ type: 1 }) };
  return type === "0" ? { response: text(204) } : undefined;
});

/** AWS SNS: a new subscription, to be confirmed by fetching an address of AWS. */
export const snsConfirmation: Handshake = signed("sns-confirmation", ({ incoming }) => {
  if (read(incoming, "json:$.Type") !== "SubscriptionConfirmation") return undefined;
  const follow = allowedUrl(
    read(incoming, "json:$.SubscribeURL"),
    /^https:\/\/sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?\//,
  );
  return follow ? { response: text(200), follow } : { response: text(400) };
});

/** Azure Event Grid: the validation code, echoed as JSON. */
export const eventGridValidation: Handshake = signed("event-grid-validation", ({ incoming }) => {
  const validationResponse = read(incoming, "json:$[0].data.validationCode");
  return read(incoming, "header:aeg-event-type") === "SubscriptionValidation" && validationResponse
    ? { response: json({ validationResponse }) }
    : undefined;
});

/** Front: the challenge of a header, sent with a signed sample. */
export const frontChallenge: Handshake = signed("front-challenge", ({ incoming }) =>
  echo(read(incoming, "header:x-front-challenge")),
);

/**
 * Answers a handshake, if the request is one of those given.
 * @param verified Whether the request was verified: decides which handshakes are looked for.
 */
export async function answerHandshake(
  handshakes: readonly Handshake[],
  input: HandshakeInput,
  verified: boolean,
): Promise<(HandshakeResult & { name: HandshakeName }) | undefined> {
  for (const { name, signed: isSigned, answer } of handshakes) {
    const result = isSigned === verified ? await answer(input) : undefined;
    if (result) return { name, ...result };
  }
  return undefined;
}
