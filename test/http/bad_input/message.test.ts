/** @module Bad messages in JSON, alone and within a batch: a clear error that names the field, and nothing sent. */
import { expect, test } from "vitest";
import { client, expectProblem, requestsDuring } from "../client.ts";
import { JSON_TYPE, refused } from "./refused.ts";

const GOOD = { routing_key: "q", body: 1 };

async function refusedEitherWay(json: unknown, code: string, field: string): Promise<void> {
  expectProblem(await refused("POST", "/v1/messages", { json }), 400, code, { field });
  const batch = await refused("POST", "/v1/messages", { json: [json] });
  expect(batch.status).toBe(207);
  expect(batch.body.results).toMatchObject([{ type: `urn:kombu-edge:problem:${code}`, status: 400, field }]);
}

test.each<[string, unknown, string]>([
  ["unknown field", { ...GOOD, colour: "secret" }, "colour"],
  ["unknown field in camel case", { ...GOOD, routingKey: "secret" }, "routingKey"],
  ["unknown property", { ...GOOD, properties: { delivery_tag: "secret" } }, "properties.delivery_tag"],
  ["no body", { routing_key: "q" }, "body"],
  ["not an object", "secret", "body"],
  ["null", null, "body"],
  ["no queue", { body: 1 }, "routing_key"],
  ["empty queue name", { routing_key: "", body: 1 }, "routing_key"],
  ["queue with the separator", { routing_key: "a\x06\x16b", body: 1 }, "routing_key"],
  ["queue with a lone surrogate", { routing_key: "\ud800", body: 1 }, "routing_key"],
  ["exchange with a lone surrogate", { exchange: "\ud800", body: 1 }, "exchange"],
  ["routing key with a lone surrogate", { exchange: "e", routing_key: "\ud800", body: 1 }, "routing_key"],
  ["routing key of a number", { exchange: "e", routing_key: 7, body: 1 }, "routing_key"],
  ["unknown exchange type", { exchange: "e", exchange_type: "headers", body: 1 }, "exchange_type"],
  ["a type without an exchange", { ...GOOD, exchange_type: "topic" }, "exchange_type"],
  ["priority of text", { ...GOOD, priority: "secret" }, "priority"],
  ["priority of half", { ...GOOD, priority: 0.5 }, "priority"],
  ["priority above 255", { ...GOOD, priority: 256 }, "priority"],
  ["priority null", { ...GOOD, priority: null }, "priority"],
  ["expiration below 0", { ...GOOD, expiration: -1 }, "expiration"],
  ["delivery mode", { ...GOOD, delivery_mode: 3 }, "delivery_mode"],
  [
    "content type with a charset",
    { ...GOOD, body: "1", content_type: "application/json; charset=utf-8" },
    "content_type",
  ],
  [
    "content encoding",
    { ...GOOD, body: "1", content_type: "text/plain", content_encoding: "utf-7" },
    "content_encoding",
  ],
  ["base64 with white space", { ...GOOD, body: "aGk=\n", body_encoding: "base64" }, "body"],
  ["base64 of a number", { ...GOOD, body: 7, body_encoding: "base64" }, "body"],
  ["body encoding", { ...GOOD, body_encoding: "hex" }, "body_encoding"],
  ["headers in a list", { ...GOOD, headers: ["secret"] }, "headers"],
  [
    "reply queue with the separator",
    { ...GOOD, properties: { reply_to: "a\x06\x16b" } },
    "properties.reply_to",
  ],
  ["timestamp of text", { ...GOOD, properties: { timestamp: "secret" } }, "properties.timestamp"],
])("%s", async (_name, json, field) => {
  await refusedEitherWay(json, "invalid-argument", field);
});

test.each<[string, unknown, string, string]>([
  ["unknown serializer", { ...GOOD, serializer: "secret" }, "serializer-not-installed", "serializer"],
  ["pickle", { ...GOOD, serializer: "pickle" }, "serializer-not-installed", "serializer"],
  ["unknown compression", { ...GOOD, compression: "secret" }, "compression-not-installed", "compression"],
  ["compression elsewhere", { ...GOOD, compression: "zstd" }, "compression-not-installed", "compression"],
  [
    "body not fitting its serializer",
    { ...GOOD, body: { a: "secret" }, serializer: "text" },
    "encode-error",
    "body",
  ],
  [
    "body not fitting its type",
    { ...GOOD, body: "secret", content_type: "application/json" },
    "encode-error",
    "body",
  ],
  [
    "body that is no text",
    { ...GOOD, body: { a: "secret" }, content_type: "text/plain" },
    "encode-error",
    "body",
  ],
  ["lone surrogate in the body", { ...GOOD, body: { deep: ["\ud800"] } }, "encode-error", "body.deep[0]"],
  [
    "lone surrogate in a header",
    { ...GOOD, headers: { fooBar: "\ud800" } },
    "encode-error",
    "headers.fooBar",
  ],
])("%s", async (_name, json, code, field) => {
  await refusedEitherWay(json, code, field);
});

test("an oversized body", async () => {
  const json = { ...GOOD, body: "x".repeat(1_000) };
  for (const sent of [json, [json]]) {
    const answer = await refused("POST", "/v1/messages", { json: sent });
    expectProblem(answer, 413, "content-too-large", { maximum: 1_000 });
  }
});

test.each([
  ['{"routing_key": "q", "body": secret}', 29],
  ["", 0],
  ["[", 1],
])("malformed: %s", async (body, position) => {
  const answer = await refused("POST", "/v1/messages", { headers: JSON_TYPE, body });
  expectProblem(answer, 400, "malformed-json", { position, field: "body" });
});

test("not UTF-8", async () => {
  const answer = await refused("POST", "/v1/messages", { headers: JSON_TYPE, body: new Uint8Array([255]) });
  expectProblem(answer, 400, "malformed-json", { field: "body" });
});

test("nested beyond what a consumer can read", async () => {
  const ask = client();
  const nested = `{"routing_key":"q","body":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  for (const body of [nested, nested.replace("[]", "[1.0]")]) {
    const { result, requests } = await requestsDuring(() =>
      ask("POST", "/v1/messages", { headers: JSON_TYPE, body }),
    );
    expectProblem(result, 400, "encode-error", { field: "body" });
    expect(requests).toBe(0);
  }
});
