/** @module Idempotency keys: one publish per key, caller and target. */
import { expect, test } from "vitest";
import { client, environment, expectProblem, fresh, landed, redis } from "../client.ts";

const ask = client();
const key = (value: string) => ({ "idempotency-key": value });

test("the second publish answers 200 with the first delivery tag, and pushes nothing", async () => {
  const queue = fresh("once");
  const first = await ask("POST", `/v1/queues/${queue}/messages`, { headers: key("k"), body: "one" });
  const second = await ask("POST", `/v1/queues/${queue}/messages`, { headers: key("k"), body: "two" });
  expect([first.status, first.body.status]).toEqual([202, "delivered"]);
  expect(second.status).toBe(200);
  expect(second.body).toEqual({
    status: "duplicate",
    delivery_tag: first.body.delivery_tag,
    queues: [queue],
  });
  expect((await landed(queue)).map(({ body }) => body)).toEqual(["one"]);
});

test("an exchange and a single message heed it, too", async () => {
  const [exchange, queue] = [fresh("orders"), fresh("billing")];
  await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
    json: { queue, routing_key: "k", type: "direct" },
  });
  for (const status of [202, 200]) {
    const answer = await ask("POST", `/v1/exchanges/${exchange}/messages?routing_key=k`, {
      headers: key("k"),
    });
    expect(answer.status).toBe(status);
  }
  for (const status of [200, 200]) {
    const json = { exchange, routing_key: "k", body: 1, idempotency_key: "k" };
    expect((await ask("POST", "/v1/messages", { json })).status).toBe(status);
  }
  expect(await redis.llen(queue)).toBe(1);
});

test("neither two callers nor two targets meet under one key", async () => {
  const [one, two] = [fresh("one"), fresh("two")];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("tenant"));
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const env = environment({ API_TOKENS: JSON.stringify({ tenant: { sha256, allow: ["queue:*"] } }) });
  const statuses = [];
  for (const [queue, token] of [
    [one, "all-of-it"],
    [two, "all-of-it"],
    [one, "tenant"],
    [two, "tenant"],
  ] as const) {
    const answer = await ask("POST", `/v1/queues/${queue}/messages`, { env, token, headers: key("same") });
    statuses.push(answer.status);
  }
  expect(statuses).toEqual([202, 202, 202, 202]);
  expect([await redis.llen(one), await redis.llen(two)]).toEqual([2, 2]);
});

test("one key for a batch is one per message, and never that of a single one", async () => {
  const queue = fresh("batch");
  const json = [1, 2].map((body) => ({ routing_key: queue, body }));
  const first = await ask("POST", "/v1/messages", { headers: key("b"), json });
  const second = await ask("POST", "/v1/messages", { headers: key("b"), json });
  expect(first.status).toBe(202);
  expect(second.status).toBe(200);
  const tags = first.body.results.map((result: { delivery_tag: string }) => result.delivery_tag);
  expect(second.body.results).toEqual([
    { status: "duplicate", delivery_tag: tags[0], queues: [queue] },
    { status: "duplicate", delivery_tag: tags[1], queues: [queue] },
  ]);
  for (const single of ["b", "b:0", "b:1"]) {
    const answer = await ask("POST", `/v1/queues/${queue}/messages`, { headers: key(single) });
    expect(answer.status).toBe(202);
  }
  expect(await redis.llen(queue)).toBe(5);
});

test("a message's own key within a batch", async () => {
  const queue = fresh("batch");
  const json = ["x", "y", "x"].map((idempotency_key) => ({ routing_key: queue, body: 1, idempotency_key }));
  const answer = await ask("POST", "/v1/messages", { json });
  expect(answer.status).toBe(202);
  expect(answer.body.results.map(({ status }: { status: string }) => status)).toEqual([
    "delivered",
    "delivered",
    "duplicate",
  ]);
  expect(await redis.llen(queue)).toBe(2);
});

test("two keys that contradict each other are refused; twice the same is one", async () => {
  const queue = fresh("both");
  const json = { routing_key: queue, body: 1, idempotency_key: "own" };
  expectProblem(await ask("POST", "/v1/messages", { headers: key("other"), json }), 400, "invalid-argument", {
    field: "idempotency_key",
  });
  expect((await ask("POST", "/v1/messages", { headers: key("own"), json })).status).toBe(202);
  const batch = await ask("POST", "/v1/messages", { headers: key("own"), json: [json] });
  expect(batch.status).toBe(207);
  expect(batch.body.results).toMatchObject([{ status: 400, field: "idempotency_key" }]);
  expect(await redis.llen(queue)).toBe(1);
});

test.each([[""], ["k".repeat(256)]])("a key of %j is refused", async (value) => {
  const queue = fresh("key");
  expectProblem(
    await ask("POST", `/v1/queues/${queue}/messages`, { headers: key(value), body: "x" }),
    400,
    "invalid-argument",
    { field: "Idempotency-Key" },
  );
  const json = { routing_key: queue, body: 1, idempotency_key: value };
  expectProblem(await ask("POST", "/v1/messages", { json }), 400, "invalid-argument", {
    field: "idempotency_key",
  });
  expect(await redis.exists(queue)).toBe(0);
});

test("what is kept in Redis holds neither the key nor the token's name, and ends after a day", async () => {
  const queue = fresh("kept");
  const secret = crypto.randomUUID();
  await ask("POST", `/v1/queues/${queue}/messages`, { headers: key(secret), body: "x" });
  const guards = await redis.keys("_kombu-edge.guard.http.*");
  expect(guards.length).toBeGreaterThan(0);
  expect(guards.join()).not.toContain(secret);
  expect(await redis.ttl(guards[0]!)).toBeGreaterThan(86_000);
});
