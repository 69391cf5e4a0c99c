/** @module Bad input: a clear error that names the field, and nothing sent. */
import { describe, expect, test } from "vitest";
import { client, environment, expectProblem, requestsDuring, TOKEN } from "./client.ts";

const ask = client({ maximumBodySize: 1_000 });
const JSON_TYPE = { "content-type": "application/json" };

/** Asks, and asserts that Redis was not asked anything. */
async function refused(method: string, path: string, more: Parameters<typeof ask>[2] = {}) {
  const { result, requests } = await requestsDuring(() => ask(method, path, more));
  expect(requests).toBe(0);
  return result;
}

describe("bytes", () => {
  const queue = "/v1/queues/q/messages";
  const exchange = "/v1/exchanges/e/messages";
  test.each<[string, string, Record<string, string>, BodyInit, number, string, object]>([
    [
      "unknown exchange type",
      `${exchange}?type=headers`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "type" },
    ],
    [
      "exchange name of a fanout",
      "/v1/exchanges/a%2Fb/messages?type=fanout",
      {},
      "x",
      400,
      "invalid-argument",
      { field: "exchange" },
    ],
    ["empty queue name", "/v1/queues//messages", {}, "x", 400, "invalid-argument", { field: "queue" }],
    [
      "empty exchange name",
      "/v1/exchanges//messages",
      {},
      "x",
      400,
      "invalid-argument",
      { field: "exchange" },
    ],
    [
      "name with the separator",
      "/v1/queues/a%06%16b/messages",
      {},
      "x",
      400,
      "invalid-argument",
      { field: "queue" },
    ],
    [
      "name that is not UTF-8",
      "/v1/queues/%FF/messages",
      {},
      "x",
      400,
      "invalid-argument",
      { field: "path" },
    ],
    [
      "name cut within an escape",
      "/v1/queues/a%2/messages",
      {},
      "x",
      400,
      "invalid-argument",
      { field: "path" },
    ],
    ["priority NaN", `${queue}?priority=NaN`, {}, "x", 400, "invalid-argument", { field: "priority" }],
    [
      "priority Infinity",
      `${queue}?priority=Infinity`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "priority" },
    ],
    [
      "priority beyond a double",
      `${queue}?priority=1e999`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "priority" },
    ],
    ["priority of half", `${queue}?priority=0.5`, {}, "x", 400, "invalid-argument", { field: "priority" }],
    ["priority below 0", `${queue}?priority=-1`, {}, "x", 400, "invalid-argument", { field: "priority" }],
    ["empty priority", `${queue}?priority=`, {}, "x", 400, "invalid-argument", { field: "priority" }],
    [
      "priority twice",
      `${queue}?priority=1&priority=2`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "priority" },
    ],
    [
      "expiration below 0",
      `${queue}?expiration=-1`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "expiration" },
    ],
    [
      "expiration beyond a double",
      `${queue}?expiration=1e999`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "expiration" },
    ],
    [
      "delivery mode",
      `${queue}?delivery_mode=3`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "delivery_mode" },
    ],
    [
      "mandatory maybe",
      `${exchange}?mandatory=maybe`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "mandatory" },
    ],
    ["unknown parameter", `${queue}?colour=red`, {}, "x", 400, "invalid-argument", { field: "colour" }],
    [
      "parameter of a prototype",
      `${queue}?__proto__=red`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "__proto__" },
    ],
    [
      "parameter of another route",
      `${queue}?routing_key=k`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "routing_key" },
    ],
    [
      "parameter in camel case",
      `${exchange}?routingKey=k`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "routingKey" },
    ],
    [
      "parameter that is not UTF-8",
      `${exchange}?routing_key=%FF`,
      {},
      "x",
      400,
      "invalid-argument",
      { field: "routing_key" },
    ],
    [
      "unknown compression",
      `${queue}?compression=lzma`,
      {},
      "x",
      400,
      "compression-not-installed",
      { field: "compression" },
    ],
    [
      "JSON that is none",
      queue,
      JSON_TYPE,
      '{"a": secret}',
      400,
      "malformed-json",
      { position: 6, field: "body" },
    ],
    ["JSON cut short", queue, JSON_TYPE, '{"a": "secret', 400, "malformed-json", { position: 13 }],
    [
      "JSON with a lone surrogate",
      queue,
      JSON_TYPE,
      '{"a": "\\ud800"}',
      400,
      "encode-error",
      { field: "body.a" },
    ],
    [
      "JSON that is not UTF-8",
      queue,
      JSON_TYPE,
      new Uint8Array([34, 255, 34]),
      400,
      "encode-error",
      { field: "body" },
    ],
    [
      "JSON that a consumer would decode",
      queue,
      JSON_TYPE,
      '{"__type__":"x","__value__":1}',
      400,
      "encode-error",
      { field: "body" },
    ],
    [
      "JSON in another charset",
      queue,
      { "content-type": "application/json; charset=latin1" },
      "1",
      415,
      "unsupported-media-type",
      { field: "content-type" },
    ],
    [
      "text in another charset",
      queue,
      { "content-type": "text/plain; charset=utf-16" },
      "x",
      415,
      "unsupported-media-type",
      { field: "content-type" },
    ],
    [
      "charset of a prototype",
      queue,
      { "content-type": "text/plain; charset=constructor" },
      "x",
      415,
      "unsupported-media-type",
      { field: "content-type" },
    ],
    [
      "text that is not UTF-8",
      queue,
      { "content-type": "text/plain" },
      new Uint8Array([255]),
      400,
      "encode-error",
      { field: "body" },
    ],
    [
      "text that is not ASCII",
      queue,
      { "content-type": "text/plain; charset=ascii" },
      "é",
      400,
      "encode-error",
      { field: "body" },
    ],
    [
      "no media type",
      queue,
      { "content-type": "json" },
      "1",
      415,
      "unsupported-media-type",
      { field: "content-type" },
    ],
    [
      "a compressed request",
      queue,
      { "content-encoding": "gzip" },
      "x",
      415,
      "unsupported-media-type",
      { field: "content-encoding" },
    ],
    [
      "pickle",
      queue,
      { "content-type": "application/x-python-serialize" },
      "x",
      400,
      "serializer-not-installed",
      { field: "serializer" },
    ],
    ["oversized body", queue, {}, "x".repeat(1_001), 413, "content-too-large", { maximum: 1_000 }],
  ])("%s", async (_name, path, headers, body, status, code, members) => {
    const answer = await refused("POST", path, { headers, body });
    expectProblem(answer, status, code, members);
    expect(answer.text).not.toContain("secret");
  });
});

describe("a message", () => {
  const good = { routing_key: "q", body: 1 };
  test.each<[string, unknown, number, string, object]>([
    ["unknown field", { ...good, colour: "secret" }, 400, "invalid-argument", { field: "colour" }],
    [
      "unknown field in camel case",
      { ...good, routingKey: "secret" },
      400,
      "invalid-argument",
      { field: "routingKey" },
    ],
    [
      "unknown property",
      { ...good, properties: { delivery_tag: "secret" } },
      400,
      "invalid-argument",
      { field: "properties.delivery_tag" },
    ],
    ["no body", { routing_key: "q" }, 400, "invalid-argument", { field: "body" }],
    ["not an object", "secret", 400, "invalid-argument", { field: "body" }],
    ["null", null, 400, "invalid-argument", { field: "body" }],
    ["no queue", { body: 1 }, 400, "invalid-argument", { field: "routing_key" }],
    ["empty queue name", { routing_key: "", body: 1 }, 400, "invalid-argument", { field: "routing_key" }],
    [
      "queue with the separator",
      { routing_key: "a\x06\x16b", body: 1 },
      400,
      "invalid-argument",
      { field: "routing_key" },
    ],
    [
      "queue with a lone surrogate",
      { routing_key: "\ud800", body: 1 },
      400,
      "invalid-argument",
      { field: "routing_key" },
    ],
    [
      "exchange with a lone surrogate",
      { exchange: "\ud800", body: 1 },
      400,
      "invalid-argument",
      { field: "exchange" },
    ],
    [
      "routing key with a lone surrogate",
      { exchange: "e", routing_key: "\ud800", body: 1 },
      400,
      "invalid-argument",
      { field: "routing_key" },
    ],
    [
      "routing key of a number",
      { exchange: "e", routing_key: 7, body: 1 },
      400,
      "invalid-argument",
      { field: "routing_key" },
    ],
    [
      "unknown exchange type",
      { exchange: "e", exchange_type: "headers", body: 1 },
      400,
      "invalid-argument",
      { field: "exchange_type" },
    ],
    [
      "a type without an exchange",
      { ...good, exchange_type: "topic" },
      400,
      "invalid-argument",
      { field: "exchange_type" },
    ],
    ["priority of text", { ...good, priority: "secret" }, 400, "invalid-argument", { field: "priority" }],
    ["priority of half", { ...good, priority: 0.5 }, 400, "invalid-argument", { field: "priority" }],
    ["priority above 255", { ...good, priority: 256 }, 400, "invalid-argument", { field: "priority" }],
    ["priority null", { ...good, priority: null }, 400, "invalid-argument", { field: "priority" }],
    ["expiration below 0", { ...good, expiration: -1 }, 400, "invalid-argument", { field: "expiration" }],
    ["delivery mode", { ...good, delivery_mode: 3 }, 400, "invalid-argument", { field: "delivery_mode" }],
    [
      "unknown serializer",
      { ...good, serializer: "secret" },
      400,
      "serializer-not-installed",
      { field: "serializer" },
    ],
    ["pickle", { ...good, serializer: "pickle" }, 400, "serializer-not-installed", { field: "serializer" }],
    [
      "unknown compression",
      { ...good, compression: "secret" },
      400,
      "compression-not-installed",
      { field: "compression" },
    ],
    [
      "compression elsewhere",
      { ...good, compression: "zstd" },
      400,
      "compression-not-installed",
      { field: "compression" },
    ],
    [
      "body not fitting its serializer",
      { ...good, body: { a: "secret" }, serializer: "text" },
      400,
      "encode-error",
      { field: "body" },
    ],
    [
      "body not fitting its content type",
      { ...good, body: "secret", content_type: "application/json" },
      400,
      "encode-error",
      { field: "body" },
    ],
    [
      "body that is no text",
      { ...good, body: { a: "secret" }, content_type: "text/plain" },
      400,
      "encode-error",
      { field: "body" },
    ],
    [
      "content type with a charset",
      { ...good, body: "1", content_type: "application/json; charset=utf-8" },
      400,
      "invalid-argument",
      { field: "content_type" },
    ],
    [
      "content encoding",
      { ...good, body: "1", content_type: "text/plain", content_encoding: "utf-7" },
      400,
      "invalid-argument",
      { field: "content_encoding" },
    ],
    [
      "base64 with white space",
      { ...good, body: "aGk=\n", body_encoding: "base64" },
      400,
      "invalid-argument",
      { field: "body" },
    ],
    [
      "base64 of a number",
      { ...good, body: 7, body_encoding: "base64" },
      400,
      "invalid-argument",
      { field: "body" },
    ],
    ["body encoding", { ...good, body_encoding: "hex" }, 400, "invalid-argument", { field: "body_encoding" }],
    [
      "lone surrogate in the body",
      { ...good, body: { deep: ["\ud800"] } },
      400,
      "encode-error",
      { field: "body.deep[0]" },
    ],
    [
      "lone surrogate in a header",
      { ...good, headers: { fooBar: "\ud800" } },
      400,
      "encode-error",
      { field: "headers.fooBar" },
    ],
    ["headers in a list", { ...good, headers: ["secret"] }, 400, "invalid-argument", { field: "headers" }],
    [
      "reply queue with the separator",
      { ...good, properties: { reply_to: "a\x06\x16b" } },
      400,
      "invalid-argument",
      { field: "properties.reply_to" },
    ],
    [
      "timestamp of text",
      { ...good, properties: { timestamp: "secret" } },
      400,
      "invalid-argument",
      { field: "properties.timestamp" },
    ],
    ["oversized body", { ...good, body: "x".repeat(1_000) }, 413, "content-too-large", { maximum: 1_000 }],
  ])("%s", async (_name, json, status, code, members) => {
    const answer = await refused("POST", "/v1/messages", { json });
    expectProblem(answer, status, code, members);
    expect(answer.text).not.toContain("secret");
    const batch = await refused("POST", "/v1/messages", { json: [json] });
    if (status === 413) expectProblem(batch, 413, code);
    else {
      expect(batch.status).toBe(207);
      expect(batch.body.results).toMatchObject([
        { type: `urn:kombu-edge:problem:${code}`, status, ...members },
      ]);
    }
  });

  test.each([
    ['{"routing_key": "q", "body": secret}', 29],
    ["", 0],
    ["[", 1],
  ])("malformed: %s", async (body, position) => {
    const answer = await refused("POST", "/v1/messages", { headers: JSON_TYPE, body });
    expectProblem(answer, 400, "malformed-json", { position, field: "body" });
    expect(answer.text).not.toContain("secret");
  });

  test("that is not UTF-8", async () => {
    const answer = await refused("POST", "/v1/messages", { headers: JSON_TYPE, body: new Uint8Array([255]) });
    expectProblem(answer, 400, "malformed-json", { field: "body" });
  });

  test("nested beyond what a consumer can read", async () => {
    const deep = client();
    const nested = `{"routing_key":"q","body":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    for (const body of [nested, nested.replace("[]", "[1.0]")]) {
      const { result, requests } = await requestsDuring(() =>
        deep("POST", "/v1/messages", { headers: JSON_TYPE, body }),
      );
      expectProblem(result, 400, "encode-error", { field: "body" });
      expect(requests).toBe(0);
    }
  });
});

describe("names that Kombu keeps to itself", () => {
  test.each(["_kombu.binding.orders", "_kombu-edge.guard.x", "unacked", "unacked_index"])(
    "%s",
    async (name) => {
      for (const [method, path, more] of [
        ["POST", `/v1/queues/${name}/messages`, { body: "x" }],
        ["GET", `/v1/queues/${name}`, {}],
        ["DELETE", `/v1/queues/${name}/messages`, {}],
        ["PUT", "/v1/exchanges/e/bindings", { json: { queue: name, type: "direct" } }],
      ] as const) {
        expectProblem(await refused(method, path, more), 400, "invalid-argument", { field: "queue" });
      }
      const json = { routing_key: name, body: 1 };
      expectProblem(await refused("POST", "/v1/messages", { json }), 400, "invalid-argument", {
        field: "routing_key",
      });
    },
  );
});

describe("a binding", () => {
  const path = "/v1/exchanges/e/bindings";
  test.each<[string, unknown, object]>([
    ["unknown field", { queue: "q", routingKey: "k", type: "topic" }, { field: "routingKey" }],
    ["no queue", { routing_key: "k", type: "topic" }, { field: "queue" }],
    ["empty queue name", { queue: "", type: "topic" }, { field: "queue" }],
    ["queue with the separator", { queue: "a\x06\x16b", type: "direct" }, { field: "queue" }],
    [
      "routing key with the separator",
      { queue: "q", routing_key: "a\x06\x16b", type: "direct" },
      { field: "routing_key" },
    ],
    [
      "routing key that Python cannot compile",
      { queue: "q", routing_key: "a.**", type: "topic" },
      { field: "routing_key" },
    ],
    ["no type", { queue: "q", routing_key: "k" }, { field: "type" }],
    ["unknown type", { queue: "q", routing_key: "k", type: "headers" }, { field: "type" }],
  ])("%s", async (_name, json, members) => {
    expectProblem(await refused("PUT", path, { json }), 400, "invalid-argument", members);
  });

  test("that is not JSON", async () => {
    expectProblem(await refused("PUT", path, { body: "{}" }), 415, "unsupported-media-type");
    expectProblem(await refused("PUT", path, { headers: JSON_TYPE, body: "{" }), 400, "malformed-json", {
      position: 1,
    });
  });
});

describe("missing configuration", () => {
  test.each([
    [{ UPSTASH_REDIS_REST_URL: undefined }, "UPSTASH_REDIS_REST_URL"],
    [{ UPSTASH_REDIS_REST_TOKEN: "" }, "UPSTASH_REDIS_REST_TOKEN"],
    [{ UPSTASH_REDIS_REST_URL: "redis://secret@host" }, "REST URL"],
    [{ API_TOKEN: undefined }, "API_TOKEN"],
  ])("%j", async (variables, named) => {
    const answer = await refused("POST", "/v1/queues/q/messages", { env: environment(variables), body: "x" });
    expectProblem(answer, 503, "not-configured");
    expect(answer.body.detail).toContain(named);
    expect(answer.text).not.toContain("secret");
  });

  test("no environment at all", async () => {
    const answer = await refused("POST", "/v1/queues/q/messages", { env: {}, token: TOKEN, body: "x" });
    expectProblem(answer, 503, "not-configured");
  });
});
