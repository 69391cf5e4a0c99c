/** @module What the deployed Worker tells of its requests, and what it never tells: asked over HTTP, its output read. */
import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { AREAS, routeNames } from "../src/http/areas.ts";
import { type Served, serveWorker } from "./served.ts";

const TOKEN = "planted-token-Zx81";
/** Everything of a request that nobody may find in the log, each in a place of its own. */
const PLANTED = {
  body: "planted-body-Kq22",
  query: "planted-query-Vn13",
  idempotency: "planted-idempotency-Jw54",
  header: "planted-header-Oe95",
  routingKey: "planted-routing-key-Ud36",
  path: "planted-path-Gt77",
  address: "203.0.113.77",
};
const ROUTES = AREAS.flatMap(routeNames);
const JSON_TYPE = { "content-type": "application/json" };
const SECRET = "planted-webhook-secret-Pr48";

let served: Served;
let asked = 0;

interface Told {
  readonly status: number;
  readonly code: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a line is looked at, not used
  readonly line: any;
  readonly from: string;
}

beforeAll(async () => {
  served = await serveWorker({
    UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
    UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
    API_TOKENS: JSON.stringify({ shop: { sha256: hash(TOKEN), allow: ["*"] } }),
    GITHUB_WEBHOOK_SECRET: SECRET,
  });
  // The requests that waited for the start.
  await served.until(() => served.lines.length > 0 && served.points.length === served.lines.length);
  (served.lines as unknown[]).length = 0;
  (served.points as unknown[]).length = 0;
});

afterAll(async () => {
  await served?.stop();
});

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function ask(
  method: string,
  path: string,
  {
    headers = {},
    body,
    token = TOKEN,
  }: { headers?: Record<string, string>; body?: string; token?: string } = {},
): Promise<Told> {
  asked++;
  const trace = randomBytes(16).toString("hex");
  const url = new URL(path, served.url);
  url.searchParams.append("planted", PLANTED.query);
  const answer = await fetch(path.includes("?") ? new URL(path, served.url) : url, {
    method,
    headers: {
      ...(token !== "" && { authorization: `Bearer ${token}` }),
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
      "x-planted": PLANTED.header,
      "idempotency-key": PLANTED.idempotency + randomUUID(),
      "cf-connecting-ip": PLANTED.address,
      "user-agent": PLANTED.header,
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  const isProblem = answer.headers.get("content-type") === "application/problem+json" && text !== "";
  const mine = () => served.lines.filter((line) => line.text.includes(trace));
  await served.until(() => mine().length > 0);
  expect(mine().map(({ text }) => text)).toHaveLength(1);
  const [line] = mine();
  return {
    status: answer.status,
    code: isProblem ? JSON.parse(text).type.replace("urn:kombu-edge:problem:", "") : undefined,
    line: JSON.parse(line!.text),
    from: line!.from,
  };
}

function expectNothingPlanted(): void {
  const all = served.lines.map(({ text }) => text).join("\n");
  for (const secret of [...Object.values(PLANTED), TOKEN, SECRET]) expect(all).not.toContain(secret);
  const points = JSON.stringify(served.points);
  for (const secret of [...Object.values(PLANTED), TOKEN, SECRET]) expect(points).not.toContain(secret);
}

function filled(path: string, name: string): string {
  return path.replace(/\{\w+\}/g, encodeURIComponent(name));
}

describe.each([
  ["without a token", ""],
  ["with a wrong token", "planted-wrong-token"],
])("every route, asked %s", (_how, token) => {
  test.each(ROUTES.map(({ method, path }) => [method, path] as const))("%s %s", async (method, path) => {
    const body = method === "POST" || method === "PUT" ? JSON.stringify({ a: PLANTED.body }) : undefined;
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const told = await ask(method, filled(path, PLANTED.path), { token, headers, ...(body && { body }) });
    expect(told.line).toMatchObject({ event: "request", method, route: path, status: told.status });
    expect(told.line.code).toBe(told.code);
    expect(told.line.ms).toBeTypeOf("number");
    // Nothing of a path that nobody was let through to.
    const members = ["event", "method", "route", "status", "ms", "code", "reason", "trace"];
    expect(Object.keys(told.line).filter((name) => !members.includes(name))).toEqual([]);
    expectNothingPlanted();
  });
});

describe("what comes to nothing", () => {
  test.each<[string, string, number, string]>([
    ["GET", `/v1/${PLANTED.path}`, 404, "unmatched"],
    ["GET", `/${PLANTED.path}`, 404, "unmatched"],
    ["GET", "/v1/queues//messages", 400, "unmatched"],
    ["PUT", "/v1/messages", 405, "/v1/messages"],
    ["PATCH", `/v1/queues/${PLANTED.path}/messages`, 405, "/v1/queues/{queue}/messages"],
    ["OPTIONS", `/v1/queues/${PLANTED.path}`, 204, "/v1/queues/{queue}"],
    ["HEAD", "/healthz", 200, "/healthz"],
    ["POST", "/v1/queues/%ff/messages", 400, "/v1/queues/{queue}/messages"],
  ])("%s %s", async (method, path, status, route) => {
    const { line, code, ...told } = await ask(method, path, { token: "" });
    expect(told).toEqual({ status, from: "stdout" });
    expect(line).toMatchObject({
      event: "request",
      method: method === "PATCH" ? "OTHER" : method,
      route,
      status,
      ...(code && { code }),
    });
    expectNothingPlanted();
  });
});

describe("what is published", () => {
  const json = JSON_TYPE;
  const told = {
    event: "request",
    token: "shop",
    ms: expect.any(Number),
    trace: expect.stringMatching(/^[0-9a-f]{32}$/),
  };

  test("bytes to a queue", async () => {
    const { line } = await ask("POST", "/v1/queues/told/messages?priority=3", { body: PLANTED.body });
    expect(line).toEqual({
      ...told,
      method: "POST",
      route: "/v1/queues/{queue}/messages",
      status: 202,
      queue: "told",
      delivery: "delivered",
      messages: 1,
    });
  });

  test("again under the same key is a duplicate", async () => {
    const headers = { "idempotency-key": `${PLANTED.idempotency}-same` };
    await ask("POST", "/v1/queues/told/messages?priority=3", { body: PLANTED.body, headers });
    const { line } = await ask("POST", "/v1/queues/told/messages?priority=3", {
      body: PLANTED.body,
      headers,
    });
    expect(line).toMatchObject({ status: 200, delivery: "duplicate", queue: "told" });
  });

  test("bytes to an exchange that nobody is bound to", async () => {
    const path = `/v1/exchanges/told/messages?routing_key=${PLANTED.routingKey}`;
    const { line } = await ask("POST", path, { body: PLANTED.body });
    expect(line).toEqual({
      ...told,
      method: "POST",
      route: "/v1/exchanges/{exchange}/messages",
      status: 422,
      code: "unroutable",
      exchange: "told",
    });
  });

  test("a message, and a batch of which a part fails", async () => {
    const one = { routing_key: "told", body: PLANTED.body };
    const single = await ask("POST", "/v1/messages?", { body: JSON.stringify(one), headers: json });
    expect(single.line).toMatchObject({ status: 202, queue: "told", delivery: "delivered", messages: 1 });
    const batch = JSON.stringify([
      one,
      { exchange: "none", routing_key: PLANTED.routingKey, body: 1, mandatory: true },
    ]);
    const many = await ask("POST", "/v1/messages?", { body: batch, headers: json });
    expect(many.line).toEqual({
      ...told,
      method: "POST",
      route: "/v1/messages",
      status: 207,
      code: "unroutable",
      messages: 2,
      failed: 1,
    });
  });

  test("a task, and a batch of tasks", async () => {
    const body = JSON.stringify({ args: [PLANTED.body] });
    const one = await ask("POST", "/v1/tasks/told.add?", { body, headers: json });
    expect(one.line).toEqual({
      ...told,
      method: "POST",
      route: "/v1/tasks/{name}",
      status: 202,
      task: "told.add",
      queue: "celery",
      delivery: "delivered",
      messages: 1,
    });
    const tasks = JSON.stringify([
      { task: "a", args: [PLANTED.body] },
      { task: "b" },
      { task: "c", nope: 1 },
    ]);
    const many = await ask("POST", "/v1/tasks?", { body: tasks, headers: json });
    expect(many.line).toMatchObject({ status: 207, messages: 3, failed: 1, code: "invalid-argument" });
  });

  test("a webhook", async () => {
    const body = JSON.stringify({ zen: PLANTED.body });
    const headers = {
      ...json,
      "x-github-event": "ping",
      "x-github-delivery": PLANTED.idempotency + randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
    };
    const good = await ask("POST", "/v1/webhooks/github?", { body, headers, token: "" });
    const { token: _, ...withoutToken } = told;
    expect(good.line).toEqual({
      ...withoutToken,
      method: "POST",
      route: "/v1/webhooks/{source}",
      status: 200,
      source: "github",
      delivery: "delivered",
      messages: 1,
    });
    const forged = { ...headers, "x-hub-signature-256": `sha256=${"0".repeat(64)}` };
    const bad = await ask("POST", "/v1/webhooks/github?", { body, headers: forged, token: "" });
    expect(bad.line).toMatchObject({ status: 401, source: "github", reason: "mismatch" });
    expect(bad.line).not.toHaveProperty("code");
  });

  test("events, a preflight, and events that are none", async () => {
    const body = JSON.stringify([{ id: PLANTED.body }, 5]);
    const some = await ask("POST", "/v1/events/clicks?", { body, headers: json });
    expect(some.line).toMatchObject({ status: 202, stream: "clicks", token: "shop", messages: 2, failed: 1 });
    const preflight = await ask("OPTIONS", "/v1/events/clicks?", {
      token: "",
      headers: { origin: "https://planted-origin.example", "access-control-request-method": "POST" },
    });
    expect(preflight.line).toMatchObject({ status: 403, stream: "clicks", code: "origin-not-allowed" });
    const none = await ask("POST", "/v1/events/clicks?", { body: "5", headers: json });
    expect(none.line).toMatchObject({ status: 400, code: none.code, messages: 1, failed: 1 });
  });

  test("nothing of it is in the log or in a data point but what is meant for it", () => {
    expectNothingPlanted();
  });
});

test("Cloudflare's name of a request is told when it looks like one", async () => {
  const real = await ask("GET", "/healthz", { headers: { "cf-ray": "8a1b2c3d4e5f6789-AMS" } });
  expect(real.line.ray).toBe("8a1b2c3d4e5f6789-AMS");
  for (const ray of [
    PLANTED.header,
    "8a1b2c3d4e5f6789-ams",
    "8a1b2c3d4e5f678-AMST",
    "8A1B2C3D4E5F6789-AMS",
  ]) {
    const { line } = await ask("GET", "/healthz", { headers: { "cf-ray": ray } });
    expect(line).not.toHaveProperty("ray");
  }
});

test("there are as many lines and data points as there were requests", async () => {
  await served.until(() => served.points.length >= asked);
  const lines = served.lines.map(({ text }) => JSON.parse(text));
  expect(lines.filter(({ event }) => event === "request").length).toBe(asked);
  // Of exchanges without bindings it is told besides, once a minute each.
  expect(lines.filter(({ event }) => event !== "request")).toEqual([
    { event: "exchange-without-bindings", exchange: "told" },
    { event: "exchange-without-bindings", exchange: "none" },
  ]);
  expect(served.points.length).toBe(asked);
});

test("a data point has the documented places", async () => {
  const before = served.points.length;
  await ask("POST", "/v1/queues/told/messages?priority=1", { body: PLANTED.body });
  await served.until(() => served.points.length > before);
  const { index, blobs, doubles } = served.points.at(-1)!;
  expect(index).toBe("/v1/queues/{queue}/messages");
  expect(blobs).toEqual([
    "POST",
    "/v1/queues/{queue}/messages",
    "202",
    "",
    "delivered",
    "shop",
    "",
    "",
    "",
    "told",
    "",
    "",
  ]);
  expect(doubles.slice(1, 4)).toEqual([1, 0, 0]);
  expect(doubles[0]).toBeGreaterThanOrEqual(0);
});

test("metrics are there, and count this isolate's requests", async () => {
  const binding = { body: JSON.stringify({ queue: "told", routing_key: "told.*" }), headers: JSON_TYPE };
  await ask("PUT", "/v1/exchanges/webhooks/bindings?", binding);
  const answer = await fetch(new URL("/metrics", served.url), {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await answer.text();
  expect(text).toContain("\nkombu_edge_redis_up 1\n");
  expect(text).toMatch(
    /\nkombu_edge_requests_total\{method="POST",route="\/v1\/queues\/\{queue\}\/messages",status="401"\} 2\n/,
  );
  // Two of priority 3, of which one was not doubled; priority 1 is of the step 0, as the others are.
  expect(text).toContain('\nkombu_edge_queue_depth{queue="told",priority="3"} 2\n');
  // Other tests bind to it too.
  expect(text).toMatch(/^kombu_edge_bindings\{exchange="webhooks"\} [1-9]\d*$/m);
  await ask("DELETE", "/v1/exchanges/webhooks/bindings?", binding);
  for (const secret of Object.values(PLANTED)) expect(text).not.toContain(secret);
});
