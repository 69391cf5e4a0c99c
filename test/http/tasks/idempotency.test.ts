/** @module The same task twice under one key: sent once, told twice. */
import { expect, inject, test } from "vitest";
import { client, environment, fresh, landed } from "../client.ts";
import { allowing } from "./asking.ts";

const ask = client();

async function twice(path: string, json: object, headers: Record<string, string>) {
  return [await ask("POST", path, { json, headers }), await ask("POST", path, { json, headers })] as const;
}

test("the second answer is 200 with the first id, by header or by field", async () => {
  const queue = fresh("once");
  const key = fresh("key");
  const [first, second] = await twice("/v1/tasks/t", { queue }, { "idempotency-key": key });
  const third = await ask("POST", "/v1/tasks", { json: { task: "t", queue, idempotency_key: key } });
  const [message, ...others] = await landed(queue);
  const id = message!.envelope.headers.id;
  expect(others).toEqual([]);
  expect([first.status, first.body]).toEqual([202, { task_id: id, status: "delivered", queue }]);
  expect([second.status, second.body]).toEqual([200, { task_id: id, status: "duplicate", queue }]);
  expect(second.headers.get("location")).toBe(`/v1/tasks/${id}`);
  expect([third.status, third.body]).toEqual([200, second.body]);
});

test("a canvas has all its ids again", async () => {
  const queue = fresh("once");
  const json = {
    chain: [{ task: "a", queue }, { chord: { header: [{ task: "b" }, { task: "c" }], body: { task: "d" } } }],
  };
  const [first, second] = await twice("/v1/tasks", json, { "idempotency-key": fresh("key") });
  expect([first.status, second.status]).toEqual([202, 200]);
  expect(second.body).toEqual({ ...first.body, status: "duplicate" });
  expect(await landed(queue)).toHaveLength(1);
});

test("a group has all its ids again", async () => {
  const queue = fresh("once");
  const json = {
    group: [
      { task: "a", queue },
      { task: "b", queue },
    ],
  };
  const [first, second] = await twice("/v1/tasks", json, { "idempotency-key": fresh("key") });
  expect([first.status, second.status]).toEqual([202, 200]);
  expect(second.body).toEqual({ ...first.body, status: "duplicate" });
  expect(await landed(queue)).toHaveLength(2);
});

test("another task, another id or another token is another key", async () => {
  const queue = fresh("apart");
  const headers = { "idempotency-key": fresh("key") };
  const env = await allowing("task:*");
  const statuses = [];
  for (const [name, json, more] of [
    ["a", { queue }, {}],
    ["b", { queue }, {}],
    ["a", { queue, task_id: fresh("own") }, {}],
    ["a", { queue }, { env, token: "narrow" }],
  ] as const) {
    statuses.push((await ask("POST", `/v1/tasks/${name}`, { json, headers, ...more })).status);
  }
  expect(statuses).toEqual([202, 202, 202, 202]);
  expect(await landed(queue)).toHaveLength(4);
});

test("for Flower's clients as well", async () => {
  const queue = fresh("once");
  const headers = { "idempotency-key": fresh("key") };
  const ids = [];
  for (const _time of [1, 2]) {
    const answer = await ask("POST", "/api/task/async-apply/t", { json: { queue }, headers });
    expect(answer.status).toBe(200);
    ids.push(answer.body["task-id"]);
  }
  expect(ids[0]).toBe(ids[1]);
  expect(await landed(queue)).toHaveLength(1);
});

test("an answer that is lost on the way is asked for again", async () => {
  const env = environment({
    UPSTASH_REDIS_REST_URL: `${inject("faultProxyUrl")}/reset-after/1/${fresh("lost")}`,
  });
  const queue = fresh("lost");
  const headers = { "idempotency-key": fresh("key") };
  const answer = await ask("POST", "/v1/tasks/t", { json: { queue }, headers, env });
  const again = await ask("POST", "/v1/tasks/t", { json: { queue }, headers });
  const [message, ...others] = await landed(queue);
  expect(others).toEqual([]);
  expect([answer.status, answer.body.task_id]).toEqual([202, message!.envelope.headers.id]);
  expect([again.status, again.body.task_id]).toEqual([200, message!.envelope.headers.id]);
});
