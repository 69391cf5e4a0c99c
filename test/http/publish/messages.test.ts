/** @module `POST /v1/messages`: one message in JSON. */
import { describe, expect, test } from "vitest";
import { client, expectProblem, fresh, landed, redis } from "../client.ts";

const ask = client();
const publish = (message: unknown) => ask("POST", "/v1/messages", { json: message });

/** Publishes text as it is, for numbers that JavaScript cannot hold. */
async function bodyOf(text: string): Promise<string> {
  const queue = fresh("numbers");
  const answer = await ask("POST", "/v1/messages", {
    headers: { "content-type": "application/json" },
    body: `{"routing_key": ${JSON.stringify(queue)}, "body": ${text}}`,
  });
  expect(answer.status).toBe(202);
  return (await landed(queue))[0]!.body;
}

test("every field finds its place in the envelope", async () => {
  const [exchange, queue] = [fresh("all"), fresh("fields")];
  await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
    json: { queue, routing_key: "a.b", type: "direct" },
  });
  const answer = await publish({
    exchange,
    exchange_type: "direct",
    routing_key: "a.b",
    body: { hello: "wörld" },
    serializer: "json",
    headers: { retries: 3, "x-trace": { deep: [1, 2.5, null] } },
    properties: {
      correlation_id: "c",
      reply_to: "answers",
      message_id: "m",
      timestamp: 1_700_000_000,
      type: "greeting",
      user_id: "u",
      app_id: "a",
    },
    priority: 1,
    delivery_mode: 1,
    expiration: 60,
    mandatory: true,
  });
  expect(answer.status).toBe(202);
  expect(answer.body).toEqual({ status: "delivered", delivery_tag: expect.any(String), queues: [queue] });
  const [message] = await landed(queue);
  expect(message!.body).toBe('{"hello":"wörld"}');
  expect(message!.envelope).toMatchObject({
    "content-type": "application/json",
    "content-encoding": "utf-8",
    headers: { retries: 3, "x-trace": { deep: [1, 2.5, null] } },
    properties: {
      correlation_id: "c",
      reply_to: "answers",
      message_id: "m",
      timestamp: 1_700_000_000,
      type: "greeting",
      user_id: "u",
      app_id: "a",
      priority: 1,
      delivery_mode: 1,
      expiration: "60000",
      delivery_info: { exchange, routing_key: "a.b" },
    },
  });
});

describe("the body", () => {
  test.each([
    [{ body: "text" }, "text/plain", "utf-8", "text"],
    [{ body: null }, "application/json", "utf-8", "null"],
    [{ body: [1, "two"] }, "application/json", "utf-8", '[1,"two"]'],
    [{ body: "text", serializer: "json" }, "application/json", "utf-8", '"text"'],
    [{ body: '{"a":1}', content_type: "application/json" }, "application/json", "utf-8", '{"a":1}'],
    [{ body: "<a/>", content_type: "application/xml" }, "application/xml", "utf-8", "<a/>"],
    [{ body: "aMOp", body_encoding: "base64" }, "application/data", "binary", "hé"],
    [
      { body: "aMOp", body_encoding: "base64", content_type: "text/plain", content_encoding: "utf-8" },
      "text/plain",
      "utf-8",
      "hé",
    ],
  ])("%j", async (message, contentType, contentEncoding, expected) => {
    const queue = fresh("body");
    const answer = await publish({ routing_key: queue, ...message });
    expect(answer.status).toBe(202);
    const [{ envelope, body } = {} as never] = await landed(queue);
    expect([envelope["content-type"], envelope["content-encoding"], body]).toEqual([
      contentType,
      contentEncoding,
      expected,
    ]);
  });

  test.each([
    ["9007199254740993", "9007199254740993"],
    ["-123456789012345678901234567890", "-123456789012345678901234567890"],
    ["1.0", "1.0"],
    ["[1.0, 2, 2.50, 1e3]", "[1.0,2,2.5,1000.0]"],
    ["1e20", "100000000000000000000.0"],
    ["1e400", "Infinity"],
    ['{"a": 1.0, "a": 2.0}', '{"a":2.0}'],
    ["[0.1, 1E-7, 123]", "[0.1,1e-7,123]"],
    ['"1.0, 12345678901234567"', "1.0, 12345678901234567"],
  ])("numbers keep their value and kind: %s", async (text, expected) => {
    expect(await bodyOf(text)).toBe(expected);
  });

  test.each([
    ['{"__proto__": {"polluted": 1}, "constructor": 2}'],
    ['{"__proto__": {"polluted": 1.0}, "constructor": 2}'],
  ])("prototype keys are keys like others: %s", async (text) => {
    expect(await bodyOf(text)).toBe(text.replaceAll(": ", ":").replace(", ", ","));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("prototype keys in headers, too", async () => {
    const queue = fresh("headers");
    const answer = await ask("POST", "/v1/messages", {
      headers: { "content-type": "application/json" },
      body: `{"routing_key":"${queue}","body":1,"headers":{"__proto__":{"polluted":1},"toString":"x"}}`,
    });
    expect(answer.status).toBe(202);
    const [member] = await redis.lrange(queue, 0, 0);
    expect(member).toContain('"headers":{"__proto__":{"polluted":1},"toString":"x"}');
  });

  test("a float where Python means a number of seconds", async () => {
    const queue = fresh("python");
    const answer = await ask("POST", "/v1/messages", {
      headers: { "content-type": "application/json" },
      body: `{"routing_key":"${queue}","body":1.0,"expiration":60.0,"priority":3.0,"properties":{"timestamp":1700000000.0}}`,
    });
    expect(answer.status).toBe(202);
    const [{ envelope, body } = {} as never] = await landed(`${queue}\x06\x163`);
    expect(body).toBe("1.0");
    expect(envelope.properties).toMatchObject({ expiration: "60000", priority: 3, timestamp: 1_700_000_000 });
  });
});

test("a JSON body with a byte order mark is read", async () => {
  const queue = fresh("mark");
  const answer = await ask("POST", "/v1/messages", {
    headers: { "content-type": "application/json; charset=utf-8" },
    body: `\ufeff{"routing_key":"${queue}","body":1}`,
  });
  expect(answer.status).toBe(202);
});

test("only JSON and NDJSON are taken", async () => {
  for (const type of ["application/x-www-form-urlencoded", "text/plain", undefined]) {
    const answer = await ask("POST", "/v1/messages", {
      ...(type && { headers: { "content-type": type } }),
      body: "{}",
    });
    expectProblem(answer, 415, "unsupported-media-type", { field: "content-type" });
  }
});
