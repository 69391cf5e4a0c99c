/** @module Requests as the senders make them, signed by their own libraries where there are any. */
import { createHmac, createSign } from "node:crypto";
import { sign as octokitSign } from "@octokit/webhooks-methods";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import twilio from "twilio";
import { expect } from "vitest";
import { certificateKeyPem } from "../../webhooks/certificate.ts";
import { SECRETS } from "./worker.ts";

/** A request on its way. */
export interface Sent {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A sender: makes the delivery of an id, and knows what its task must see. */
export interface Sender {
  readonly name: string;
  /** What the sender takes for success. */
  readonly answer: readonly [status: number, body: string];
  make(id: string): Promise<Sent> | Sent;
  /** The event as it must arrive, but for its time. */
  event(id: string): Record<string, unknown>;
}

const JSON_TYPE = { "content-type": "application/json" };
const nowInSeconds = () => Math.floor(Date.now() / 1000);
const envelope = (source: string, type: string, id: string, data: unknown): Record<string, unknown> => ({
  specversion: "1.0",
  id,
  source: `/webhooks/${source}`,
  type: `${source}.${type}`,
  time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  datacontenttype: "application/json",
  data,
});

const github: Sender = {
  name: "github",
  answer: [200, ""],
  async make(id) {
    const body = JSON.stringify({ action: "opened", number: 7, repository: { full_name: "octo/Zoë" } });
    const signature = await octokitSign(SECRETS.GITHUB, body);
    const headers = {
      "x-github-delivery": id,
      "x-github-event": "pull_request",
      "x-hub-signature-256": signature,
    };
    return { headers: { ...JSON_TYPE, ...headers }, body };
  },
  event: (id) => ({
    ...envelope("github", "pull_request.opened", id, {
      action: "opened",
      number: 7,
      repository: { full_name: "octo/Zoë" },
    }),
    subject: "octo/Zoë",
  }),
};

const stripe: Sender = {
  name: "stripe",
  answer: [200, ""],
  make(id) {
    const body = JSON.stringify({
      id,
      object: "event",
      type: "invoice.paid",
      data: { object: { id: "in_1" } },
    });
    const header = new Stripe("sk_test_x").webhooks.generateTestHeaderString({
      payload: body,
      secret: SECRETS.STRIPE,
    });
    return { headers: { ...JSON_TYPE, "stripe-signature": header }, body };
  },
  event: (id) =>
    expect.objectContaining({
      ...envelope("stripe", "invoice.paid", id, {
        id,
        object: "event",
        type: "invoice.paid",
        data: { object: { id: "in_1" } },
      }),
    }),
};

const slack: Sender = {
  name: "slack",
  answer: [200, ""],
  make(id) {
    const body = JSON.stringify({
      type: "event_callback",
      event_id: id,
      event: { type: "app_mention", text: "hi 🎉" },
    });
    const time = String(nowInSeconds());
    const signature = createHmac("sha256", SECRETS.SLACK).update(`v0:${time}:${body}`).digest("hex");
    const headers = { "x-slack-request-timestamp": time, "x-slack-signature": `v0=${signature}` };
    return { headers: { ...JSON_TYPE, ...headers }, body };
  },
  event: (id) =>
    expect.objectContaining(
      envelope("slack", "app_mention", id, {
        type: "event_callback",
        event_id: id,
        event: { type: "app_mention", text: "hi 🎉" },
      }),
    ),
};

const standard: Sender = {
  name: "standard",
  answer: [200, ""],
  make(id) {
    const body = JSON.stringify({
      type: "user.created",
      timestamp: new Date().toISOString(),
      data: { id: 1 },
    });
    const now = new Date();
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new StandardWebhook(SECRETS.STANDARD).sign(id, now, body),
    };
    return { headers: { ...JSON_TYPE, ...headers }, body };
  },
  event: (id) =>
    envelope("standard", "user.created", id, {
      type: "user.created",
      timestamp: expect.any(String),
      data: { id: 1 },
    }),
};

const twilioSender: Sender = {
  name: "twilio",
  answer: [200, "<Response/>"],
  make(id) {
    const form = { AccountSid: "AC1", From: "+15550001", MessageSid: "SM1", MessageStatus: "delivered" };
    const url = "https://hooks.example.com/v1/webhooks/twilio";
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "i-twilio-idempotency-token": id,
      "x-twilio-signature": twilio.getExpectedTwilioSignature(SECRETS.TWILIO, url, form),
    };
    return { headers, body: new URLSearchParams(form).toString() };
  },
  event: (id) => ({
    ...envelope("twilio", "delivered", id, {
      AccountSid: "AC1",
      From: "+15550001",
      MessageSid: "SM1",
      MessageStatus: "delivered",
    }),
    subject: "SM1",
    tenant: "AC1",
  }),
};

const sns: Sender = {
  name: "sns",
  answer: [200, ""],
  make(id) {
    // The fields of a notification in the order in which AWS signs them.
    const signed = {
      Message: '{"order":42}',
      MessageId: id,
      Timestamp: new Date().toISOString(),
      TopicArn: "arn:aws:sns:us-east-1:123456789012:orders",
      Type: "Notification",
    };
    const text = Object.entries(signed)
      .map(([name, value]) => `${name}\n${value}\n`)
      .join("");
    const body = JSON.stringify({
      ...signed,
      SignatureVersion: "2",
      Signature: createSign("RSA-SHA256").update(text).sign(certificateKeyPem.trim(), "base64"),
      SigningCertURL: "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-sample.pem",
    });
    return {
      headers: { "content-type": "text/plain; charset=UTF-8", "x-amz-sns-message-type": "Notification" },
      body,
    };
  },
  event: (id) =>
    expect.objectContaining({
      ...envelope("sns", "Notification", id, expect.objectContaining({ Message: '{"order":42}' })),
    }),
};

export const SENDERS: readonly Sender[] = [github, stripe, slack, standard, twilioSender, sns];
