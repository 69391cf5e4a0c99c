/**
 * Code hosting, builds, operations, issue tracking (spec webhooks §2).
 * @module
 */
import { verifyToken } from "../jwt.ts";
import type { Preset } from "../preset.ts";
import { base64, hex, pairs, stamp, token } from "./build.ts";

export const github: Preset = {
  scheme: hex("x-hub-signature-256", "sha256="),
  type: ["header:x-github-event", "json:$.action"],
  id: "header:x-github-delivery",
  subject: "json:$.repository.full_name",
  payload: "payload",
  deadline: 10,
  retryHours: 0,
  // A redelivery by hand is possible for three days, and has the same id.
  dedupeHours: 72,
};

export const gitlabToken: Preset = {
  scheme: token("header:x-gitlab-token"),
  type: ["json:$.object_kind|json:$.event_name|header:x-gitlab-event", "json:$.object_attributes.action"],
  id: "header:idempotency-key|header:x-gitlab-event-uuid",
  subject: "json:$.project.path_with_namespace",
  deadline: 10,
};

export const bitbucket: Preset = {
  scheme: hex("x-hub-signature", "sha256="),
  type: "header:x-event-key",
  id: "header:x-request-uuid|header:x-request-id",
  subject: "json:$.repository.full_name",
  deadline: 10,
};

export const jira: Preset = {
  scheme: hex("x-hub-signature", "sha256="),
  type: "json:$.webhookEvent",
  id: "header:x-atlassian-webhook-identifier",
  subject: "json:$.issue.key",
  time: "json:$.timestamp",
};

export const snyk: Preset = {
  scheme: hex("x-hub-signature", "sha256="),
  type: "header:x-snyk-event",
  id: "header:x-snyk-transport-id",
};

export const linear: Preset = {
  scheme: hex("linear-signature", "", {
    timestamp: { in: "json:$.webhookTimestamp", unit: "ms", tolerance: 60 },
  }),
  type: ["json:$.type", "json:$.action"],
  id: "header:linear-delivery",
  tenant: "json:$.organizationId",
  time: "json:$.createdAt",
  deadline: 5,
  retryHours: 7,
};

export const sentry: Preset = {
  scheme: hex("sentry-hook-signature"),
  type: ["header:sentry-hook-resource", "json:$.action"],
  id: "header:request-id",
  tenant: "json:$.installation.uuid",
  deadline: 1,
};

export const pagerduty: Preset = {
  scheme: hex("", "", { signature: { in: "header:x-pagerduty-signature", separator: ",", prefix: "v1=" } }),
  type: "json:$.event.event_type",
  id: "json:$.event.id",
  time: "json:$.event.occurred_at",
  deadline: 5,
  retryHours: 48,
};

export const circleci: Preset = {
  // Later versions are for those who know them: a list may name several, and only v1 is known here.
  scheme: hex("", "", { signature: { in: "header:circleci-signature", separator: ",", prefix: "v1=" } }),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.happened_at",
  deadline: 10,
};

export const buildkite: Preset = {
  scheme: pairs("x-buildkite-signature", "timestamp=", "signature="),
  type: "json:$.event|header:x-buildkite-event",
  subject: "json:$.pipeline.slug",
};

export const buildkiteToken: Preset = {
  scheme: token("header:x-buildkite-token"),
  type: "json:$.event|header:x-buildkite-event",
  subject: "json:$.pipeline.slug",
};

export const vercel: Preset = {
  scheme: hex("x-vercel-signature", "", { algorithm: "hmac-sha1" }),
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
  scheme: base64("heroku-webhook-hmac-sha256"),
  type: ["json:$.resource", "json:$.action"],
  id: "json:$.id",
  time: "json:$.created_at",
};

export const expo: Preset = {
  scheme: hex("expo-signature", "sha1=", { algorithm: "hmac-sha1" }),
  type: ["=build", "json:$.status"],
  subject: "json:$.id",
};

export const launchdarkly: Preset = {
  scheme: hex("x-ld-signature"),
  type: ["json:$.kind", "json:$.titleVerb"],
  id: "json:$._id",
};

export const doppler: Preset = { scheme: hex("x-doppler-signature", "sha256="), type: "json:$.type" };

export const tailscale: Preset = {
  scheme: pairs("tailscale-webhook-signature"),
  split: "$[]",
  type: "item:$.type",
  time: "item:$.timestamp",
  tenant: "item:$.tailnet",
};

export const grafana: Preset = {
  scheme: hex("x-grafana-alerting-signature"),
  type: ["=alert", "json:$.status"],
};

export const huggingface: Preset = {
  scheme: token("header:x-webhook-secret"),
  type: ["json:$.event.scope", "json:$.event.action"],
  subject: "json:$.repo.name",
};

export const hookdeck: Preset = {
  scheme: base64("", "", {
    signature: { in: ["header:x-hookdeck-signature", "header:x-hookdeck-signature-2"] },
  }),
};

export const retell: Preset = {
  scheme: hex("", "", {
    sign: "{body}{ts}",
    signature: { in: "header:x-retell-signature", separator: ",", prefix: "d=" },
    timestamp: { in: "header:x-retell-signature", separator: ",", prefix: "v=", unit: "ms" },
  }),
  type: "json:$.event",
};

export const elevenlabs: Preset = {
  scheme: pairs("elevenlabs-signature", "t=", "v0=", {
    timestamp: {
      in: "header:elevenlabs-signature",
      separator: ",",
      prefix: "t=",
      unit: "s",
      tolerance: 1800,
    },
  }),
  type: "json:$.type",
  deadline: 10,
};

export const mux: Preset = {
  scheme: pairs("mux-signature"),
  type: "json:$.type",
  id: "json:$.id",
  time: "json:$.created_at",
};

export const cloudflareStream: Preset = {
  scheme: pairs("webhook-signature", "time=", "sig1="),
  type: "json:$.status.state",
  subject: "json:$.uid",
};

export const cloudflare: Preset = {
  scheme: token("header:cf-webhook-auth"),
  type: "json:$.alert_type",
  tenant: "json:$.account_id",
};

export const vapi: Preset = { scheme: hex("x-vapi-signature"), type: "json:$.message.type" };

export const daily: Preset = {
  scheme: base64("x-webhook-signature", "", {
    sign: "{ts}.{body}",
    key: "base64",
    timestamp: stamp("x-webhook-timestamp"),
  }),
  type: "json:$.type",
  id: "json:$.id",
};
