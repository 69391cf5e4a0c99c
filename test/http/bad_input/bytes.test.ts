/** @module Bad input beside a body of bytes: a clear error that names the field, and nothing sent. */
import { describe, expect, test } from "vitest";
import { environment, expectProblem, TOKEN } from "../client.ts";
import { JSON_TYPE, refused } from "./refused.ts";

const QUEUE = "/v1/queues/q/messages";
const EXCHANGE = "/v1/exchanges/e/messages";
const type = (header: string) => ({ "content-type": header });

test.each([
  ["unknown exchange type", `${EXCHANGE}?type=headers`, "type"],
  ["name that no fanout exchange can have", "/v1/exchanges/a%2Fb/messages?type=fanout", "exchange"],
  ["empty queue name", "/v1/queues//messages", "queue"],
  ["empty exchange name", "/v1/exchanges//messages", "exchange"],
  ["name with the separator", "/v1/queues/a%06%16b/messages", "queue"],
  ["name that is not UTF-8", "/v1/queues/%FF/messages", "path"],
  ["name cut within an escape", "/v1/queues/a%2/messages", "path"],
  ["priority NaN", `${QUEUE}?priority=NaN`, "priority"],
  ["priority Infinity", `${QUEUE}?priority=Infinity`, "priority"],
  ["priority beyond a double", `${QUEUE}?priority=1e999`, "priority"],
  ["priority of half", `${QUEUE}?priority=0.5`, "priority"],
  ["priority below 0", `${QUEUE}?priority=-1`, "priority"],
  ["empty priority", `${QUEUE}?priority=`, "priority"],
  ["priority twice", `${QUEUE}?priority=1&priority=2`, "priority"],
  ["expiration below 0", `${QUEUE}?expiration=-1`, "expiration"],
  ["expiration beyond a double", `${QUEUE}?expiration=1e999`, "expiration"],
  ["delivery mode", `${QUEUE}?delivery_mode=3`, "delivery_mode"],
  ["mandatory maybe", `${EXCHANGE}?mandatory=maybe`, "mandatory"],
  ["unknown parameter", `${QUEUE}?colour=red`, "colour"],
  ["parameter of a prototype", `${QUEUE}?__proto__=red`, "__proto__"],
  ["parameter of another route", `${QUEUE}?routing_key=k`, "routing_key"],
  ["parameter in camel case", `${EXCHANGE}?routingKey=k`, "routingKey"],
  ["parameter that is not UTF-8", `${EXCHANGE}?routing_key=%FF`, "routing_key"],
])("%s", async (_name, path, field) => {
  expectProblem(await refused("POST", path, { body: "x" }), 400, "invalid-argument", { field });
});

test.each<[string, Record<string, string>, BodyInit, object]>([
  ["JSON that is none", JSON_TYPE, '{"a": secret}', { position: 6, field: "body" }],
  ["JSON cut short", JSON_TYPE, '{"a": "secret', { position: 13, field: "body" }],
])("%s", async (_name, headers, body, members) => {
  expectProblem(await refused("POST", QUEUE, { headers, body }), 400, "malformed-json", members);
});

test.each<[string, Record<string, string>, BodyInit, string]>([
  ["JSON with a lone surrogate", JSON_TYPE, '{"a": "\\ud800"}', "body.a"],
  ["JSON that is not UTF-8", JSON_TYPE, new Uint8Array([34, 255, 34]), "body"],
  ["JSON that a consumer would decode further", JSON_TYPE, '{"__type__":"x","__value__":1}', "body"],
  ["text that is not UTF-8", type("text/plain"), new Uint8Array([255]), "body"],
  ["text that is not ASCII", type("text/plain; charset=ascii"), "é", "body"],
])("%s", async (_name, headers, body, field) => {
  expectProblem(await refused("POST", QUEUE, { headers, body }), 400, "encode-error", { field });
});

test.each<[string, Record<string, string>, string]>([
  ["JSON in another charset", type("application/json; charset=latin1"), "content-type"],
  ["text in another charset", type("text/plain; charset=utf-16"), "content-type"],
  ["charset of a prototype", type("text/plain; charset=constructor"), "content-type"],
  ["no media type", type("json"), "content-type"],
  ["a compressed request", { "content-encoding": "gzip" }, "content-encoding"],
])("%s", async (_name, headers, field) => {
  const answer = await refused("POST", QUEUE, { headers, body: "1" });
  expectProblem(answer, 415, "unsupported-media-type", { field });
});

test("pickle, an unknown compression, an oversized body", async () => {
  const pickle = type("application/x-python-serialize");
  expectProblem(
    await refused("POST", QUEUE, { headers: pickle, body: "x" }),
    400,
    "serializer-not-installed",
  );
  const lzma = await refused("POST", `${QUEUE}?compression=lzma`, { body: "x" });
  expectProblem(lzma, 400, "compression-not-installed", { field: "compression" });
  expectProblem(await refused("POST", QUEUE, { body: "x".repeat(1_001) }), 413, "content-too-large", {
    maximum: 1_000,
  });
});

describe("missing configuration", () => {
  test.each([
    [{ UPSTASH_REDIS_REST_URL: undefined }, "UPSTASH_REDIS_REST_URL"],
    [{ UPSTASH_REDIS_REST_TOKEN: "" }, "UPSTASH_REDIS_REST_TOKEN"],
    [{ UPSTASH_REDIS_REST_URL: "redis://secret@host" }, "REST URL"],
    [{ API_TOKEN: undefined }, "API_TOKEN"],
  ])("%j", async (variables, named) => {
    const answer = await refused("POST", QUEUE, { env: environment(variables), body: "x" });
    expectProblem(answer, 503, "not-configured");
    expect(answer.body.detail).toContain(named);
  });

  test("no environment at all", async () => {
    expectProblem(await refused("POST", QUEUE, { env: {}, token: TOKEN, body: "x" }), 503, "not-configured");
  });
});
