/** @module Looking at queues, and emptying them. */
import { expect, test } from "vitest";
import { client, fresh, redis, requestsDuring } from "../client.ts";

test("a queue's depth, by priority", async () => {
  const ask = client();
  const queue = fresh("depth");
  for (const priority of [0, 0, 4, 9]) {
    await ask("POST", `/v1/queues/${queue}/messages?priority=${priority}`, { body: "x" });
  }
  const answer = await ask("GET", `/v1/queues/${queue}`);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ queue, messages: 4, by_priority: { 0: 2, 3: 1, 6: 0, 9: 1 } });
});

test("a queue that nobody has published to is empty", async () => {
  const queue = fresh("empty");
  expect((await client()("GET", `/v1/queues/${queue}`)).body).toEqual({
    queue,
    messages: 0,
    by_priority: { 0: 0, 3: 0, 6: 0, 9: 0 },
  });
});

test("all known queues: configured, bound in the configuration, bound in Redis; in two requests", async () => {
  const [listed, seeded, bound, exchange] = [fresh("a"), fresh("b"), fresh("c"), fresh("orders")];
  const ask = client({
    queues: [listed],
    exchanges: {
      [exchange]: { type: "topic", bindings: [{ queue: seeded, routingKey: "#" }] },
      [fresh("x")]: { type: "direct" },
    },
    channel: { prioritySteps: [0, 5] },
  });
  await ask("PUT", `/v1/exchanges/${exchange}/bindings`, { json: { queue: bound, routing_key: "a" } });
  await ask("POST", `/v1/queues/${bound}/messages?priority=5`, { body: "x" });
  const { result, requests } = await requestsDuring(() => ask("GET", "/v1/queues"));
  expect(result.status).toBe(200);
  expect(result.body).toEqual({
    queues: [
      { queue: listed, messages: 0, by_priority: { 0: 0, 5: 0 } },
      { queue: seeded, messages: 0, by_priority: { 0: 0, 5: 0 } },
      { queue: bound, messages: 1, by_priority: { 0: 0, 5: 1 } },
    ],
  });
  expect(requests).toBe(2);
});

test("nothing configured, nothing listed, nothing asked", async () => {
  const { result, requests } = await requestsDuring(() => client()("GET", "/v1/queues"));
  expect([result.body, requests]).toEqual([{ queues: [] }, 0]);
});

test("purging removes every priority's messages and tells how many", async () => {
  const ask = client();
  const queue = fresh("purge");
  for (const priority of [0, 3, 3]) {
    await ask("POST", `/v1/queues/${queue}/messages?priority=${priority}`, { body: "x" });
  }
  const answer = await ask("DELETE", `/v1/queues/${queue}/messages`);
  expect([answer.status, answer.body]).toEqual([200, { purged: 3 }]);
  expect(await redis.keys(`${queue}*`)).toEqual([]);
});
