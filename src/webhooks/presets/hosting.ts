/**
 * Builds, hosting, networks (spec webhooks §2 to §4).
 * @module
 */
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";

export const circleci: Preset = {
  // Later versions are for those who know them: a list may name several, and only v1 is known here.
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:circleci-signature", separator: ",", prefix: "v1=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.happened_at",
  deadline: 10,
};

export const buildkite: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-buildkite-signature", separator: ",", prefix: "signature=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:x-buildkite-signature", separator: ",", prefix: "timestamp=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.event|header:x-buildkite-event",
  subject: "json:$.pipeline.slug",
};

export const buildkiteToken: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:x-buildkite-token" } },
  type: "json:$.event|header:x-buildkite-event",
  subject: "json:$.pipeline.slug",
};

export const vercel: Preset = {
  scheme: {
    algorithm: "hmac-sha1",
    signature: { in: "header:x-vercel-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.createdAt",
  tenant: "json:$.payload.team.id",
  deadline: 30,
  retryHours: 24,
};

export const netlify: Preset = {
  scheme: {
    algorithm: "jwt",
    verifier: verifyToken,
    alg: "HS256",
    key: "utf8",
    token: { in: "header:x-webhook-signature" },
    claims: { iss: "netlify" },
    bodyDigest: { in: "claim:$.sha256", encoding: "hex" },
  },
  type: "json:$.state",
  subject: "json:$.name",
};

export const heroku: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:heroku-webhook-hmac-sha256" },
    sign: "{body}",
    encoding: "base64",
  },
  type: ["json:$.resource", "json:$.action"],
  id: "json:$.id",
  time: "json:$.created_at",
};

export const expo: Preset = {
  scheme: {
    algorithm: "hmac-sha1",
    signature: { in: "header:expo-signature", prefix: "sha1=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: ["=build", "json:$.status"],
  subject: "json:$.id",
};

export const cloudflareStream: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:webhook-signature", separator: ",", prefix: "sig1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:webhook-signature", separator: ",", prefix: "time=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.status.state",
  subject: "json:$.uid",
};

export const cloudflare: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:cf-webhook-auth" } },
  type: "json:$.alert_type",
  tenant: "json:$.account_id",
};

export const tailscale: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:tailscale-webhook-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:tailscale-webhook-signature", separator: ",", prefix: "t=", unit: "s" },
    encoding: "hex",
  },
  split: "$[]",
  type: "item:$.type",
  time: "item:$.timestamp",
  tenant: "item:$.tailnet",
};

export const hookdeck: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: ["header:x-hookdeck-signature", "header:x-hookdeck-signature-2"] },
    sign: "{body}",
    encoding: "base64",
  },
};

export const mux: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:mux-signature", separator: ",", prefix: "v1=" },
    sign: "{ts}.{body}",
    timestamp: { in: "header:mux-signature", separator: ",", prefix: "t=", unit: "s" },
    encoding: "hex",
  },
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.created_at",
};
