/** @module Flower's task API as its clients use it; that the JSON is Flower's own is shown by the interop tests. */
import { describe, expect, test } from "vitest";
import { client, expectProblem, fresh, landed, requestsDuring, TOKEN } from "../client.ts";
import { store } from "./asking.ts";

const ask = client({ celery: { maximumWait: 1 } });
const basic = (password: string) => ({ authorization: `Basic ${btoa(`anybody:${password}`)}` });

describe.each(["send-task", "async-apply"])("%s", (kind) => {
  test("starts a task in one request, whatever the content type", async () => {
    const queue = fresh("flower");
    const body = JSON.stringify({ args: [1], kwargs: { a: 2 }, queue, countdown: "60", expires: "600.5" });
    const { result: answer, requests } = await requestsDuring(() =>
      ask("POST", `/api/task/${kind}/tasks.add`, {
        body,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      }),
    );
    const [message] = await landed(queue);
    const { id, eta, expires, task } = message!.envelope.headers;
    expect([answer.status, answer.body]).toEqual([200, { "task-id": id, state: "PENDING" }]);
    expect([requests, task]).toEqual([1, "tasks.add"]);
    expect(Date.parse(eta) - Date.now()).toBeGreaterThan(50_000);
    expect(Date.parse(expires) - Date.now()).toBeGreaterThan(590_000);
    expect(message!.body).toMatch(/^\[\[1\],\{"a":2\},/);
  });

  test("takes Flower's moments, and no body", async () => {
    const queue = fresh("flower");
    const json = { queue, eta: "2030-01-02 03:04:05.000006", expires: "2030-01-03 03:04:05.000000" };
    expect((await ask("POST", `/api/task/${kind}/t`, { json })).status).toBe(200);
    const { headers } = (await landed(queue))[0]!.envelope;
    expect([headers.eta, headers.expires]).toEqual([
      "2030-01-02T03:04:05.000006+00:00",
      "2030-01-03T03:04:05.000000+00:00",
    ]);
    expect((await ask("POST", `/api/task/${kind}/t`)).status).toBe(200);
  });

  test.each([
    ["args", { args: "12" }],
    ["countdown", { countdown: "soon" }],
    ["eta", { eta: "soon" }],
    ["expires", { expires: "soon" }],
    ["timeout", { timeout: "soon" }],
    ["colour", { colour: "red" }],
    ["queue", { queue: "unacked" }],
    ["body", [1]],
  ])("bad %s is told, and nothing is sent", async (field, json) => {
    const { result, requests } = await requestsDuring(() => ask("POST", `/api/task/${kind}/t`, { json }));
    expectProblem(result, 400, "invalid-argument", { field });
    expect(requests).toBe(0);
  });
});

test("without a result backend there is no state", async () => {
  const answer = await client({ celery: { resultBackend: false } })("POST", "/api/task/send-task/t");
  expect([answer.status, Object.keys(answer.body)]).toEqual([200, ["task-id"]]);
});

test("apply waits for the result", async () => {
  const id = fresh("applied");
  const later = new Promise((resolve) => setTimeout(resolve, 150)).then(() => store(id, "SUCCESS", [5]));
  const json = { task_id: id, queue: fresh("apply") };
  const answer = await ask("POST", "/api/task/apply/t", { json });
  await later;
  expect(answer.body).toEqual({ "task-id": id, state: "SUCCESS", result: [5] });
  const late = await ask("POST", "/api/task/apply/t", { body: '{"timeout": 0.0, "args": [1.0]}' });
  expect(late.body).toEqual({ "task-id": expect.any(String), state: "PENDING" });
});

test("result tells the state, and waits for as long as it is asked", async () => {
  const id = fresh("result");
  const read = async (query = "") => (await ask("GET", `/api/task/result/${id}${query}`)).body;
  expect(await read()).toEqual({ "task-id": id, state: "PENDING" });
  await store(id, "PROGRESS", { done: 1 });
  expect(await read("?timeout=0.1")).toEqual({ "task-id": id, state: "PROGRESS" });
  const exception = { exc_type: "ValueError", exc_message: ["boom", 42], exc_module: "builtins" };
  await store(id, "FAILURE", exception, { traceback: "Traceback …" });
  expect(await read("?timeout=5")).toEqual({
    "task-id": id,
    state: "FAILURE",
    result: "ValueError('boom', 42)",
    traceback: "Traceback …",
  });
  const bad = await ask("GET", `/api/task/result/${id}?timeout=soon`);
  expectProblem(bad, 400, "invalid-argument", { field: "timeout" });
});

test("revoke says what Flower says, to switches in its spellings", async () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  for (const more of [
    {},
    { body: "terminate=True&signal=SIGKILL", headers: form },
    { body: "", headers: form },
  ]) {
    const answer = await ask("POST", "/api/task/revoke/abc", more);
    expect([answer.status, answer.body]).toEqual([200, { message: "Revoked 'abc'" }]);
  }
  expect((await ask("POST", "/api/task/revoke/abc?terminate=1&signal=KILL")).status).toBe(200);
  for (const [query, field] of [
    ["terminate=maybe", "terminate"],
    ["signal=NONE", "signal"],
  ]) {
    expectProblem(await ask("POST", `/api/task/revoke/abc?${query}`), 400, "invalid-argument", { field });
  }
});

describe("basic authentication", () => {
  const start = (headers: Record<string, string>) =>
    ask("POST", "/api/task/send-task/t", { token: undefined, headers, json: { queue: fresh("basic") } });

  test("the password is the token, whoever the user", async () => {
    expect((await start(basic(TOKEN))).status).toBe(200);
  });

  test.each([
    ["a wrong password", basic("wrong"), 401, "unauthenticated"],
    ["no password", basic(""), 401, "unauthenticated"],
    ["no colon", { authorization: `Basic ${btoa(TOKEN)}` }, 401, "malformed-authorization"],
    ["no base64", { authorization: "Basic ~~~" }, 401, "malformed-authorization"],
    ["nothing", {}, 401, "unauthenticated"],
  ])("%s opens nothing, and both ways are named", async (_title, headers, status, code) => {
    const answer = await start(headers as Record<string, string>);
    expectProblem(answer, code === "unauthenticated" ? status : 400, code);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer.*, Basic realm="tasks"$/);
  });

  test("is for Flower's routes only", async () => {
    const answer = await ask("GET", "/v1/tasks/i", { token: undefined, headers: basic(TOKEN) });
    expectProblem(answer, 400, "malformed-authorization");
    expect(answer.headers.get("www-authenticate")).not.toContain("Basic");
  });
});
