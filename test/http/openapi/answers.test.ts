/** @module Answers are what the document says they are. */
import * as v from "valibot";
import { expect, test } from "vitest";
import { PROBLEM } from "../../../src/http/publish/schemas.ts";
import type { Area } from "../../../src/http/route.ts";
import { exchanges } from "../../../src/http/routes/exchanges.ts";
import { health } from "../../../src/http/routes/health.ts";
import { messages } from "../../../src/http/routes/messages.ts";
import { queues } from "../../../src/http/routes/queues.ts";
import { webhooks } from "../../../src/http/webhooks/area.ts";
import { type Ask, client, environment, fresh } from "../client.ts";

const areas: readonly Area[] = [messages, queues, exchanges, webhooks, health];
const [exchange, queue] = [fresh("answers"), fresh("answers")];
const ask = client({
  queues: [queue],
  exchanges: { [exchange]: { type: "topic" } },
  sources: {
    plain: { preset: "genericToken", secrets: ["TOKEN"], to: { queue } },
    meta: { preset: "meta", secrets: ["TOKEN"], verifyToken: "TOKEN", to: { queue } },
    cloud: { preset: "cloudevents", secrets: ["TOKEN"], origins: ["a.example"], to: { queue } },
    okta: { preset: "okta", secrets: ["TOKEN"], to: { queue } },
  },
});
const env = environment({ TOKEN: "t" });
const batch = [
  { routing_key: queue, body: 1 },
  { routing_key: "", body: 2 },
];
const binding: Ask = { json: { queue, routing_key: "#" } };

/** In this order: what is published must be bound first. */
const CALLS: readonly (readonly [
  method: string,
  template: string,
  query: string,
  ask: Ask,
  status: number,
])[] = [
  ["PUT", "/v1/exchanges/{exchange}/bindings", "", binding, 204],
  ["POST", "/v1/exchanges/{exchange}/messages", "?routing_key=a", { body: "x" }, 202],
  ["POST", "/v1/queues/{queue}/messages", "", { body: "x", headers: { "idempotency-key": "k" } }, 202],
  ["POST", "/v1/queues/{queue}/messages", "", { body: "x", headers: { "idempotency-key": "k" } }, 200],
  ["POST", "/v1/messages", "", { json: batch[0] }, 202],
  ["POST", "/v1/messages", "", { json: batch }, 207],
  ["GET", "/v1/queues", "", {}, 200],
  ["GET", "/v1/queues/{queue}", "", {}, 200],
  ["GET", "/v1/exchanges/{exchange}/bindings", "", {}, 200],
  ["GET", "/v1/exchanges/{exchange}/route", "?routing_key=a", {}, 200],
  ["DELETE", "/v1/queues/{queue}/messages", "", {}, 200],
  ["DELETE", "/v1/exchanges/{exchange}/bindings", "", binding, 204],
  ["POST", "/v1/webhooks/{source}", "plain", { env, json: {}, headers: { "x-webhook-token": "t" } }, 200],
  [
    "POST",
    "/v1/webhooks/{source}",
    "okta",
    { env, json: {}, token: undefined, headers: { authorization: "t" } },
    204,
  ],
  [
    "GET",
    "/v1/webhooks/{source}",
    "meta?hub.mode=subscribe&hub.verify_token=t&hub.challenge=1",
    { env },
    200,
  ],
  [
    "OPTIONS",
    "/v1/webhooks/{source}",
    "cloud",
    { env, headers: { "webhook-request-origin": "a.example" } },
    200,
  ],
  ["GET", "/v1/webhooks/{source}/handover", "", {}, 200],
  ["DELETE", "/v1/webhooks/{source}/handover", "", {}, 204],
  ["GET", "/healthz", "", {}, 200],
  ["GET", "/readyz", "", {}, 200],
];

test.each(CALLS)("%s %s%s", async (method, template, query, more, status) => {
  const [source, rest] = template.endsWith("{source}") ? [query, ""] : ["plain", query];
  const path = template.replace("{exchange}", exchange).replace("{queue}", queue).replace("{source}", source);
  const answer = await ask(method, path + rest, more);
  expect(answer.status).toBe(status);
  const route = areas
    .flatMap((area) => area.routes)
    .find((it) => it.method === method && it.path === template)!;
  const named = route.answers[status];
  expect(named).toBeDefined();
  // What a sender is told is as it demands.
  if (template.endsWith("{source}")) return;
  if (named === "") expect(answer.text).toBe("");
  else {
    const schema = areas.find((area) => area.schemas && named! in area.schemas)!.schemas![named!]!;
    expect(v.safeParse(schema, answer.body).issues).toBeUndefined();
  }
});

test("every route that answers JSON was asked", () => {
  const asked = new Set(CALLS.map(([method, template]) => `${method} ${template}`));
  const all = areas.flatMap((area) => area.routes).map(({ method, path }) => `${method} ${path}`);
  expect(all.filter((route) => !asked.has(route))).toEqual([]);
});

test("failures are, too", async () => {
  for (const answer of [
    await ask("GET", "/v1/nothing"),
    await ask("GET", "/v1/queues", { token: "wrong" }),
    await ask("POST", "/v1/messages", { headers: { "content-type": "application/json" }, body: "{" }),
    await ask("POST", `/v1/exchanges/${fresh("none")}/messages`, { body: "x" }),
  ]) {
    expect(v.safeParse(PROBLEM, answer.body).issues).toBeUndefined();
  }
});
