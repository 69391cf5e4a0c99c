/** @module Answers about tasks are what the OpenAPI document says they are. */
import * as v from "valibot";
import { expect, test } from "vitest";
import { tasks } from "../../../src/http/routes/tasks.ts";
import { flowerTasks } from "../../../src/http/routes/tasks_flower.ts";
import { type Ask, client, fresh } from "../client.ts";
import { store } from "./asking.ts";

const areas = [tasks, flowerTasks];
const queue = fresh("answers");
const ask = client({ celery: { taskDefaultQueue: queue, maximumWait: 0.1 } });
const [id, failed] = [fresh("answers"), fresh("answers")];
const keyed = { "idempotency-key": fresh("answers") };
const chord = { header: [{ task: "a" }, { task: "b", queue: fresh("answers") }], body: { task: "c" } };

const CALLS: readonly (readonly [method: string, template: string, ask: Ask, status: number])[] = [
  ["POST", "/v1/tasks/{name}", { json: { countdown: 5_000 }, headers: keyed }, 202],
  ["POST", "/v1/tasks/{name}", { json: {}, headers: keyed }, 200],
  ["POST", "/v1/tasks", { json: { chord } }, 202],
  ["POST", "/v1/tasks", { json: { group: [{ task: "a" }] } }, 202],
  ["POST", "/v1/tasks", { json: [{ task: "a" }, { chain: [{ task: "a" }, { task: "b" }] }] }, 202],
  ["POST", "/v1/tasks", { json: [{ task: "a" }, {}] }, 207],
  ["GET", "/v1/tasks/{id}", {}, 200],
  ["DELETE", "/v1/tasks/{id}", {}, 202],
  ["POST", "/api/task/send-task/{name}", {}, 200],
  ["POST", "/api/task/async-apply/{name}", {}, 200],
  ["POST", "/api/task/apply/{name}", { json: { task_id: failed } }, 200],
  ["GET", "/api/task/result/{id}", {}, 200],
  ["POST", "/api/task/revoke/{id}", {}, 200],
];

test.each(CALLS)("%s %s", async (method, template, more, status) => {
  const exception = { exc_type: "ValueError", exc_message: ["x"], exc_module: "builtins" };
  await store(failed, "FAILURE", exception, { traceback: "…" });
  await store(id, "SUCCESS", 1, { children: [[["child", null], null]], group_id: "g", name: "a" });
  const answer = await ask(method, template.replace("{name}", "a").replace("{id}", id), more);
  expect(answer.status).toBe(status);
  const area = areas.find(({ routes }) => routes.some(({ path }) => path === template))!;
  const route = area.routes.find((one) => one.method === method && one.path === template)!;
  const schema = area.schemas![route.answers[status]!]!;
  expect(v.safeParse(schema, answer.body).issues).toBeUndefined();
});

test("every route was asked", () => {
  const asked = new Set(CALLS.map(([method, template]) => `${method} ${template}`));
  const all = areas.flatMap(({ routes }) => routes).map(({ method, path }) => `${method} ${path}`);
  expect(all.filter((route) => !asked.has(route))).toEqual([]);
});

test("a request that is taken fits the schema that is shown", () => {
  const fits = (name: string, value: unknown) => v.safeParse(tasks.schemas![name]!, value).success;
  expect(
    fits("Task", { task: "a", args: [1], link: { task: "b" }, priority: 3, eta: "2026-11-24T10:00:00Z" }),
  ).toBe(true);
  expect(fits("Tasks", [{ task: "a" }, { chord }, { chain: [{ task: "a" }], queue: "q" }])).toBe(true);
  expect(fits("TaskOptions", { kwargs: {}, expires: 60, idempotency_key: "k" })).toBe(true);
  expect(fits("TaskOptions", { colour: "red" })).toBe(false);
});
