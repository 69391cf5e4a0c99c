/** @module Who may start what: the right to every task, wherever in a canvas it stands. */
import { expect, test } from "vitest";
import { client, expectProblem, fresh, landed, redis, requestsDuring } from "../client.ts";
import { allowing, store } from "./asking.ts";

const ask = client();

test.each<[string, object]>([
  ["a task", { task: "secret" }],
  ["a chain", { chain: [{ task: "mail.a" }, { task: "secret" }] }],
  ["a group", { group: [{ task: "mail.a" }, { task: "secret" }] }],
  ["a chord's header", { chord: { header: [{ task: "secret" }], body: { task: "mail.a" } } }],
  ["a chord's body", { chord: { header: [{ task: "mail.a" }], body: { task: "secret" } } }],
  ["a link", { task: "mail.a", link: { task: "secret" } }],
  ["a link among others", { task: "mail.a", link: [{ task: "mail.b" }, { task: "secret" }] }],
  ["a link_error", { task: "mail.a", link_error: { task: "secret" } }],
  ["a link of a link", { task: "mail.a", link: { task: "mail.b", link_error: [{ task: "secret" }] } }],
  ["a link of a step", { chain: [{ task: "mail.a" }, { task: "mail.b", link: { task: "secret" } }] }],
  ["a canvas as a link", { task: "mail.a", link: { chain: [{ task: "mail.b" }, { task: "secret" }] } }],
  [
    "a canvas in a canvas",
    { chain: [{ task: "mail.a" }, { group: [{ task: "mail.b" }, { task: "secret" }] }] },
  ],
  ["a link_error of a canvas", { group: [{ task: "mail.a" }], link_error: { task: "secret" } }],
])("the task is in %s", async (_title, json) => {
  const env = await allowing("task:mail.*");
  const { result, requests } = await requestsDuring(() =>
    ask("POST", "/v1/tasks", { json, env, token: "narrow" }),
  );
  expectProblem(result, 403, "forbidden", { right: "task:secret" });
  expect(requests).toBe(0);
  const allowed = JSON.parse(JSON.stringify(json).replaceAll("secret", "mail.secret"));
  const answer = await ask("POST", "/v1/tasks", { json: allowed, env, token: "narrow" });
  expect(answer.status).toBe(202);
});

test.each(["chain", "group", "chord", "map", "starmap", "chunks"])(
  "Celery's own celery.%s cannot hide another",
  async (name) => {
    const env = await allowing("task:*");
    const json = { args: [], kwargs: { task: { task: "secret" } } };
    const answer = await ask("POST", `/v1/tasks/celery.${name}`, { json, env, token: "narrow" });
    expectProblem(answer, 400, "invalid-argument", { field: "task" });
  },
);

test("the path's task needs its right, and so do its links", async () => {
  const env = await allowing("task:mail.a");
  const narrow = (path: string, json: object) => ask("POST", path, { json, env, token: "narrow" });
  expectProblem(await narrow("/v1/tasks/secret", {}), 403, "forbidden", { right: "task:secret" });
  const linked = await narrow("/v1/tasks/mail.a", { link: { task: "secret" } });
  expectProblem(linked, 403, "forbidden", { right: "task:secret" });
  expect((await narrow("/v1/tasks/mail.a", {})).status).toBe(202);
});

test("in a batch one without its right keeps no other back", async () => {
  const queue = fresh("rights");
  const answer = await ask("POST", "/v1/tasks", {
    env: await allowing("task:mail.*"),
    token: "narrow",
    json: [
      { task: "mail.a", queue },
      { task: "secret", queue },
    ],
  });
  expect(answer.status).toBe(207);
  expect(answer.body.results).toMatchObject([{ status: "delivered" }, { status: 403, right: "task:secret" }]);
  expect(await landed(queue)).toHaveLength(1);
});

test("results need read, revoking needs manage, and a task's right is neither", async () => {
  const id = fresh("rights");
  await store(id, "SUCCESS", "value");
  for (const [method, path, right] of [
    ["GET", `/v1/tasks/${id}`, "read"],
    ["DELETE", `/v1/tasks/${id}`, "manage"],
    ["GET", `/api/task/result/${id}`, "read"],
    ["POST", `/api/task/apply/a`, "read"],
    ["POST", `/api/task/revoke/${id}`, "manage"],
  ] as const) {
    const refused = await ask(method, path, { env: await allowing("task:*"), token: "narrow" });
    expectProblem(refused, 403, "forbidden", { right });
    if (path.includes("apply")) continue;
    const allowed = await ask(method, path, { env: await allowing(right), token: "narrow" });
    expect(allowed.status).toBeLessThan(300);
  }
  expect((await ask("GET", `/v1/tasks/${id}`, { token: undefined })).status).toBe(401);
  expect(await redis.exists("a")).toBe(0);
});
