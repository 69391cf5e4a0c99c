/**
 * Code, issues, operations (spec webhooks §2 to §4).
 * @module
 */
import type { Preset } from "../preset.ts";

export const github: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hub-signature-256", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
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
  scheme: { algorithm: "equal", token: { in: "header:x-gitlab-token" } },
  type: ["json:$.object_kind|json:$.event_name|header:x-gitlab-event", "json:$.object_attributes.action"],
  id: "header:idempotency-key|header:x-gitlab-event-uuid",
  subject: "json:$.project.path_with_namespace",
  deadline: 10,
};

export const bitbucket: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hub-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "header:x-event-key",
  id: "header:x-request-uuid|header:x-request-id",
  subject: "json:$.repository.full_name",
  deadline: 10,
};

export const jira: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hub-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.webhookEvent",
  id: "header:x-atlassian-webhook-identifier",
  subject: "json:$.issue.key",
  time: "json:$.timestamp",
};

export const snyk: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-hub-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "header:x-snyk-event",
  id: "header:x-snyk-transport-id",
};

export const linear: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:linear-signature" },
    sign: "{body}",
    timestamp: { in: "json:$.webhookTimestamp", unit: "ms", tolerance: 60 },
    encoding: "hex",
  },
  type: ["json:$.type", "json:$.action"],
  id: "header:linear-delivery",
  tenant: "json:$.organizationId",
  time: "json:$.createdAt",
  deadline: 5,
  retryHours: 7,
};

export const sentry: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:sentry-hook-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: ["header:sentry-hook-resource", "json:$.action"],
  id: "header:request-id",
  tenant: "json:$.installation.uuid",
  deadline: 1,
};

export const pagerduty: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-pagerduty-signature", separator: ",", prefix: "v1=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.event.event_type",
  id: "json:$.event.id",
  time: "json:$.event.occurred_at",
  deadline: 5,
  retryHours: 48,
};

export const launchdarkly: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-ld-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: ["json:$.kind", "json:$.titleVerb"],
  id: "json:$._id",
};

export const doppler: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-doppler-signature", prefix: "sha256=" },
    sign: "{body}",
    encoding: "hex",
  },
  type: "json:$.type",
};

export const huggingface: Preset = {
  scheme: { algorithm: "equal", token: { in: "header:x-webhook-secret" } },
  type: ["json:$.event.scope", "json:$.event.action"],
  subject: "json:$.repo.name",
};

export const grafana: Preset = {
  scheme: {
    algorithm: "hmac-sha256",
    signature: { in: "header:x-grafana-alerting-signature" },
    sign: "{body}",
    encoding: "hex",
  },
  type: ["=alert", "json:$.status"],
};
