/** @module What a sender, or a stranger, is told; and what only the log is told. */
import { describe, expect, test } from "vitest";
import { gateway, type SourceConfig } from "../../../src/http/gateway.ts";
import { definePreset } from "../../../src/webhooks/index.ts";
import { signSample } from "../../../src/webhooks/sign.ts";
import { client, environment, expectProblem, fresh, landed, redis, requestsDuring } from "../client.ts";
import { github, githubSender, line, logged, SECRET, VARIABLES } from "./sender.ts";

describe("a rejection", () => {
  test.each<[string, Parameters<ReturnType<typeof githubSender>["send"]>[0], string]>([
    ["a wrong secret", { secret: "hunter2" }, "mismatch"],
    ["no signature", { headers: { "x-hub-signature-256": "" } }, "missing"],
    ["a signature that is none", { headers: { "x-hub-signature-256": "sha256=zz" } }, "malformed"],
  ])("of %s says nothing, and its class only in the log", async (_what, delivery, reason) => {
    const { name, send } = githubSender({ to: { queue: "never" } });
    const body = '{"card":"4242 4242 4242 4242"}';
    const { result, lines, text } = await logged(() => send({ ...delivery, body }));
    expect([result.status, result.text, result.headers.get("content-type")]).toEqual([401, "", null]);
    expect(lines).toEqual([line({ source: name, reason, status: 401 })]);
    expect(text).not.toMatch(/4242|hunter2|Everybody/);
  });

  test("asks Redis nothing", async () => {
    const { send } = githubSender({ to: { queue: "never" } });
    const { requests } = await logged(() => requestsDuring(() => send({ secret: "x" }))).then(
      ({ result }) => result,
    );
    expect(requests).toBe(0);
  });
});

describe("a source without its secret", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["not set", {}, "not-configured"],
    ["empty", { GITHUB_WEBHOOK_SECRET: "" }, "unusable-secret"],
    ["no text", { GITHUB_WEBHOOK_SECRET: 42 }, "not-configured"],
  ])("(%s) is 503 and verifies nothing", async (_how, variables, reason) => {
    const { name, send } = githubSender({ to: { queue: "never" } });
    for (const secret of [SECRET, "undefined", "42"]) {
      const { result, lines } = await logged(() => send({ secret, env: environment(variables) }));
      expect([result.status, result.headers.get("retry-after"), result.text]).toEqual([503, "30", ""]);
      expect(lines).toEqual([line({ source: name, reason, status: 503 })]);
    }
  });
});

test("secrets are rotated: current and previous both fit, each within its time", async () => {
  const queue = fresh("rotated");
  const { send } = githubSender({
    secrets: [
      "NEW",
      { variable: "OLD", notAfter: "2100-01-01T00:00:00Z" },
      { variable: "OLDER", notAfter: "2020-01-01T00:00:00Z" },
    ],
    to: { queue },
  });
  const env = environment({ NEW: "new", OLD: "old", OLDER: "older" });
  const statuses = [];
  for (const secret of ["new", "old", "older"]) {
    statuses.push((await logged(() => send({ secret, env }))).result.status);
  }
  expect(statuses).toEqual([200, 200, 401]);
  // The old one is taken away without the configuration being touched.
  expect((await send({ secret: "new", env: environment({ NEW: "new" }) })).status).toBe(200);
});

describe("a body", () => {
  test("beyond the cap is refused by its length, and while it arrives", async () => {
    const { name, send } = githubSender(
      { to: { queue: "never" }, maximumBodySize: 1_000 },
      { maximumBodySize: 500_000 },
    );
    expectProblem(await send({ body: "x".repeat(1_001) }), 413, "content-too-large", { maximum: 1_000 });
    let pulled = 0;
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(400));
        if (++pulled === 100) controller.close();
      },
    });
    const app = gateway({ sources: { [name]: github({ to: { queue: "never" }, maximumBodySize: 1_000 }) } });
    const request = new Request(`https://gateway.test/v1/webhooks/${name}`, { method: "POST", body: stream });
    const answer = await app.fetch(request, environment(VARIABLES));
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(20);
  });

  test("may be larger than the gateway's own limit where the source says so", async () => {
    const queue = fresh("large");
    const { send } = githubSender({ to: { queue }, maximumBodySize: 10_000 }, { maximumBodySize: 100 });
    expect((await send({ body: JSON.stringify({ text: "x".repeat(5_000) }) })).status).toBe(200);
    expect(await redis.llen(queue)).toBe(1);
  });
});

describe("paths and methods", () => {
  const ask = client({ sources: { hub: github({ to: { queue: "never" } }) } });
  const asked = (method: string, path: string) =>
    logged(() => ask(method, path, { token: undefined, env: environment(VARIABLES) }));

  test("an unknown source is 404", async () => {
    const { result } = await asked("POST", "/v1/webhooks/nobody");
    expectProblem(result, 404, "not-found");
    expectProblem((await asked("GET", "/v1/webhooks/__proto__")).result, 404, "not-found");
    expectProblem((await asked("POST", "/v1/webhooks/HUB")).result, 404, "not-found");
  });

  test.each(["GET", "HEAD", "OPTIONS"])("%s is 405 where the sender has no use for it", async (method) => {
    const { result, lines } = await asked(method, "/v1/webhooks/hub");
    expect([result.status, result.headers.get("allow"), result.text]).toEqual([405, "POST", ""]);
    expect(lines).toEqual([line({ method, source: "hub", reason: "unsupported", status: 405 })]);
  });

  test.each(["PUT", "DELETE", "PATCH"])("%s is 405", async (method) => {
    const { result } = await asked(method, "/v1/webhooks/hub");
    expectProblem(result, 405, "method-not-allowed");
    expect(result.headers.get("allow")).toBe("POST, GET, OPTIONS, HEAD");
  });
});

test("a preset of one's own is used as it is", async () => {
  const queue = fresh("own");
  const preset = definePreset({
    scheme: { algorithm: "equal", token: { in: "header:x-acme-token" } },
    type: "json:$.kind",
    id: "json:$.id",
  });
  const source: SourceConfig = { preset, secrets: ["ACME_TOKEN"], to: { queue } };
  const ask = client({ sources: { acme: source } });
  const answer = await ask("POST", "/v1/webhooks/acme", {
    token: undefined,
    env: environment({ ACME_TOKEN: "open sesame" }),
    headers: { "x-acme-token": "open sesame", "content-type": "application/json" },
    body: '{"kind":"made","id":1}',
  });
  expect(answer.status).toBe(200);
  expect(await redis.llen(queue)).toBe(1);
});

test("one request with many events is many messages, each guarded for itself", async () => {
  const queue = fresh("many");
  const ask = client({ sources: { okta: { preset: "okta", secrets: ["OKTA_TOKEN"], to: { queue } } } });
  const send = (uuids: string[]) =>
    ask("POST", "/v1/webhooks/okta", {
      token: undefined,
      env: environment({ OKTA_TOKEN: "t" }),
      headers: { authorization: "t" },
      json: { data: { events: uuids.map((uuid) => ({ uuid, eventType: "user.session.start" })) } },
    });
  const { result, requests } = await requestsDuring(() => send(["a", "b", "a"]));
  expect([result.status, requests]).toEqual([204, 1]);
  expect((await send(["b", "c"])).status).toBe(204);
  expect(await redis.llen(queue)).toBe(3);
});

test("an element that no consumer could decode is wrapped alone, with all its digits", async () => {
  const queue = fresh("element");
  const ask = client({ sources: { okta: { preset: "okta", secrets: ["OKTA_TOKEN"], to: { queue } } } });
  const events = '{"uuid":"a","n":12345678901234567890,"text":"\\ud83c"},{"uuid":"b","text":"fine"}';
  const answer = await ask("POST", "/v1/webhooks/okta", {
    token: undefined,
    env: environment({ OKTA_TOKEN: "t" }),
    headers: { authorization: "t", "content-type": "application/json" },
    body: `{"data":{"events":[${events}]}}`,
  });
  expect(answer.status).toBe(204);
  const [wrapped, plain] = (await landed(queue)).map(({ body }) => JSON.parse(body));
  expect(atob(wrapped.data_base64)).toBe(
    '{"data":{"events":[{"uuid":"a","n":12345678901234567890,"text":"\\ud83c"}]}}',
  );
  expect(plain.data).toEqual({ data: { events: [{ uuid: "b", text: "fine" }] } });
});

test("every preset by name is loaded, and answers 503 without a secret", async () => {
  const { PRESET_FILES, KEYLESS_PRESETS, PRESET_NEEDS } = await import(
    "../../../src/webhooks/presets/catalogue.ts"
  );
  const { presets } = await import("../../../src/webhooks/presets/by-name.ts");
  const names = Object.values(PRESET_FILES).flat();
  expect(names.toSorted()).toEqual(Object.keys(presets).toSorted());
  const needs = Object.entries(presets).filter(([, preset]) => preset.needs?.length);
  expect(Object.fromEntries(needs.map(([name, preset]) => [name, [...preset.needs!]]))).toEqual(PRESET_NEEDS);
  const keyless = KEYLESS_PRESETS as readonly string[];
  const told = {
    publicUrl: "https://hooks.example.com/v1/webhooks/a",
    topics: ["arn:aws:sns:us-east-1:1:t"],
    audience: "a",
    email: "e",
    webhookId: "w",
    clientId: "c",
  };
  for (const name of names) {
    const secrets = keyless.includes(name) ? {} : { secrets: ["NOT_SET"] };
    const source = { preset: name, ...secrets, ...told, to: { queue: "never" } } as unknown as SourceConfig;
    const ask = client({ sources: { a: source } });
    const { result } = await logged(() =>
      ask("POST", "/v1/webhooks/a", { token: undefined, json: { a: 1 } }),
    );
    expect([name, result.status]).toEqual([
      name,
      keyless.includes(name) ? (presets[name].rejected ?? 401) : 503,
    ]);
  }
});

test("a signed sample is accepted, as the task that Python's uuid5 names too", async () => {
  const queue = fresh("signed");
  const { presets } = await import("../../../src/webhooks/presets/by-name.ts");
  const ask = client({ sources: { stripe: { preset: "stripe", secrets: ["S"], to: { task: "t", queue } } } });
  const sample = await signSample(presets.stripe, "whsec_x", { type: "invoice.paid", id: "evt_1" });
  const answer = await ask("POST", "/v1/webhooks/stripe", {
    token: undefined,
    env: environment({ S: "whsec_x" }),
    headers: sample.headers,
    body: sample.body,
  });
  expect(answer.status).toBe(200);
  const [message] = await landed(queue);
  expect(message!.envelope.headers.id).toBe("86442213-855c-553b-9557-9796b12ca9a5");
});
