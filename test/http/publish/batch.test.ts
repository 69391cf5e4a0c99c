/** @module `POST /v1/messages`: arrays and NDJSON. */
import { describe, expect, test } from "vitest";
import { client, environment, expectProblem, fresh, landed, redis, requestsDuring } from "../client.ts";

const ask = client({ maximumBatch: 3 });

function lines(messages: readonly unknown[]): string {
  return messages.map((message) => JSON.stringify(message)).join("\n");
}

describe.each([
  ["application/json", JSON.stringify],
  ["application/x-ndjson", lines],
  ["application/ndjson", lines],
  ["application/jsonl; charset=utf-8", (messages: readonly unknown[]) => `\r\n${lines(messages)}\r\n\n`],
])("%s", (type, write) => {
  const publish = (messages: readonly unknown[]) =>
    ask("POST", "/v1/messages", { headers: { "content-type": type }, body: write(messages) });

  test("all published: 202, in order, in one request", async () => {
    const queue = fresh("batch");
    const { result, requests } = await requestsDuring(() =>
      publish([1, 2, 3].map((body) => ({ routing_key: queue, body }))),
    );
    expect(result.status).toBe(202);
    expect(requests).toBe(1);
    const messages = await landed(queue);
    expect(messages.map(({ body }) => body)).toEqual(["1", "2", "3"]);
    expect(result.body.results).toEqual(
      messages.map(({ envelope }) => ({
        status: "delivered",
        delivery_tag: envelope.properties.delivery_tag,
        queues: [queue],
      })),
    );
  });

  test("some failed: 207, each with its own result, the others published", async () => {
    const queue = fresh("batch");
    const answer = await publish([
      { routing_key: queue, body: 1, colour: "red" },
      { routing_key: queue, body: 2 },
      { exchange: fresh("nobody"), body: 3 },
    ]);
    expect(answer.status).toBe(207);
    expect(answer.body.results).toMatchObject([
      { type: "urn:kombu-edge:problem:invalid-argument", status: 400, field: "colour" },
      { status: "delivered", queues: [queue] },
      { type: "urn:kombu-edge:problem:unroutable", status: 422 },
    ]);
    expect((await landed(queue)).map(({ body }) => body)).toEqual(["2"]);
  });

  test("too many: 413, none published", async () => {
    const queue = fresh("batch");
    const answer = await publish([1, 2, 3, 4].map((body) => ({ routing_key: queue, body })));
    expectProblem(answer, 413, "content-too-large", { maximum: 3 });
    expect(await redis.exists(queue)).toBe(0);
  });

  test("none: 400", async () => {
    expectProblem(await publish([]), 400, "invalid-argument", { field: "body" });
  });
});

test("a broken line is told by its number and position, and nothing is published", async () => {
  const queue = fresh("broken");
  const good = JSON.stringify({ routing_key: queue, body: 1 });
  const answer = await ask("POST", "/v1/messages", {
    headers: { "content-type": "application/x-ndjson" },
    body: `${good}\n\n{"routing_key": secret}\n`,
  });
  expectProblem(answer, 400, "malformed-json", { line: 3, position: 16 });
  expect(answer.text).not.toContain("secret");
  expect(await redis.exists(queue)).toBe(0);
});

test("rights are looked at message by message", async () => {
  const [allowed, other] = [fresh("allowed"), fresh("other")];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("narrow"));
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const env = environment({ API_TOKENS: JSON.stringify({ shop: { sha256, allow: [`queue:${allowed}`] } }) });
  const answer = await ask("POST", "/v1/messages", {
    env,
    token: "narrow",
    json: [
      { routing_key: allowed, body: 1 },
      { routing_key: other, body: 2 },
      { exchange: "orders", body: 3 },
    ],
  });
  expect(answer.status).toBe(207);
  expect(answer.body.results).toMatchObject([
    { status: "delivered" },
    { type: "urn:kombu-edge:problem:forbidden", status: 403, right: `queue:${other}` },
    { type: "urn:kombu-edge:problem:forbidden", status: 403, right: "publish:orders" },
  ]);
  expect(await redis.exists(other)).toBe(0);
});

test("when Redis took none of them, the answer is its problem", async () => {
  const answer = await ask("POST", "/v1/messages", {
    env: environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" }),
    json: [
      { routing_key: "a", body: 1 },
      { routing_key: "b", body: 2 },
    ],
  });
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("5");
  expect(answer.body.results).toHaveLength(2);
});
