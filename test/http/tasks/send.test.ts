/** @module `POST /v1/tasks/{name}` and `POST /v1/tasks`: what reaches the queue, in how many requests, and what is answered. */
import { describe, expect, test } from "vitest";
import { client, environment, expectProblem, fresh, landed, redis, requestsDuring } from "../client.ts";

const ask = client();

describe("a task", () => {
  test("lands as Celery writes it: 202, its id, its queue, and where its result will be", async () => {
    const queue = fresh("task");
    const { result: answer, requests } = await requestsDuring(() =>
      ask("POST", "/v1/tasks/tasks.add", { json: { args: [2, 3], kwargs: { z: "é" }, queue } }),
    );
    const [message] = await landed(queue);
    const id = message!.envelope.headers.id;
    expect(requests).toBe(1);
    expect([answer.status, answer.body]).toEqual([202, { task_id: id, status: "delivered", queue }]);
    expect(answer.headers.get("location")).toBe(`/v1/tasks/${id}`);
    expect(message!.body).toBe(
      '[[2, 3], {"z": "\\u00e9"}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]'
        .replaceAll(": ", ":")
        .replaceAll(", ", ",")
        .replace("\\u00e9", "é"),
    );
    expect(message!.envelope.headers).toMatchObject({ task: "tasks.add", argsrepr: "(2, 3)", root_id: id });
    expect(message!.envelope.properties).toMatchObject({ correlation_id: id });
  });

  test("has every field", async () => {
    const queue = fresh("every");
    const answer = await ask("POST", "/v1/tasks/billing.charge", {
      json: {
        args: [1],
        kwargs: { a: 2 },
        task_id: "my own/id",
        eta: "2026-11-24T10:00:00Z",
        expires: 60,
        queue,
        priority: 3,
        headers: { tenant: "acme" },
        link: { task: "after", args: [9], immutable: true },
        link_error: [{ task: "failed" }],
        ignore_result: true,
        time_limit: 30,
        soft_time_limit: 20,
        shadow: "shown",
        serializer: "json",
        compression: "zlib",
        delivery_mode: 1,
        reply_to: "replies",
        correlation_id: "correlation",
        retries: 2,
        root_id: "root",
        parent_id: "parent",
        stamps: { customer: "acme" },
        argsrepr: "(hidden)",
        kwargsrepr: "{hidden}",
        origin: "gen1@there",
        message_id: "message",
        app_id: "app",
        user_id: "user",
        type: "kind",
      },
    });
    expect([answer.status, answer.body]).toEqual([202, { task_id: "my own/id", status: "delivered", queue }]);
    expect(answer.headers.get("location")).toBe("/v1/tasks/my%20own%2Fid");
    const [message] = await landed(`${queue}\x06\x163`);
    const { headers, properties } = message!.envelope;
    expect(headers).toMatchObject({
      id: "my own/id",
      task: "billing.charge",
      eta: "2026-11-24T10:00:00+00:00",
      ignore_result: true,
      timelimit: [30, 20],
      shadow: "shown",
      compression: "application/x-gzip",
      retries: 2,
      root_id: "root",
      parent_id: "parent",
      stamped_headers: ["customer"],
      stamps: { customer: "acme" },
      argsrepr: "(hidden)",
      kwargsrepr: "{hidden}",
      origin: "gen1@there",
      tenant: "acme",
    });
    expect(Date.parse(headers.expires) - Date.now()).toBeGreaterThan(50_000);
    expect(properties).toMatchObject({
      reply_to: "replies",
      correlation_id: "correlation",
      priority: 3,
      delivery_mode: 1,
      message_id: "message",
      app_id: "app",
      user_id: "user",
      type: "kind",
    });
    const inflated = new Blob([message!.bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const [args, kwargs, embed] = JSON.parse(await new Response(inflated).text());
    expect([args, kwargs]).toEqual([[1], { a: 2 }]);
    expect(embed).toMatchObject({
      callbacks: [{ task: "after", args: [9], immutable: true }],
      errbacks: [{ task: "failed", args: [] }],
    });
  });

  test("arguments keep their numbers; options may have Python's 60.0", async () => {
    const queue = fresh("numbers");
    const body = `{"args": [1.0, 12345678901234567890], "kwargs": {"x": 2.0}, "countdown": 60.0, "priority": 0.0, "queue": "${queue}"}`;
    const answer = await ask("POST", "/v1/tasks/t", {
      body,
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(202);
    const [message] = await landed(queue);
    expect(message!.body).toContain('[[1.0,12345678901234567890],{"x":2.0},');
    expect(Date.parse(message!.envelope.headers.eta) - Date.now()).toBeGreaterThan(50_000);
  });

  test("needs no body", async () => {
    const queue = fresh("bodyless");
    const answer = await client({ celery: { taskDefaultQueue: queue } })("POST", "/v1/tasks/t");
    expect([answer.status, answer.body.queue]).toEqual([202, queue]);
    expect((await landed(queue))[0]!.body).toMatch(/^\[\[\],\{\},/);
  });

  test("an eta beyond the visibility timeout is warned of", async () => {
    const json = { countdown: 4_000, queue: fresh("later") };
    const answer = await ask("POST", "/v1/tasks/t", { json });
    expect(answer.status).toBe(202);
    expect(answer.body.warnings).toEqual([
      expect.stringContaining("beyond the workers' visibility timeout of 3600 seconds"),
    ]);
    const patient = client({ celery: { visibilityTimeout: 7_200 } });
    expect((await patient("POST", "/v1/tasks/t", { json })).body.warnings).toBeUndefined();
  });

  test("to an exchange that nobody is bound to: 422, nothing queued", async () => {
    const json = { exchange: fresh("nobody"), routing_key: "a" };
    expectProblem(await ask("POST", "/v1/tasks/t", { json }), 422, "unroutable");
  });

  test("Redis away: 503 and when to come back", async () => {
    const env = environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    const answer = await ask("POST", "/v1/tasks/t", { env, json: {} });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  });
});

describe("a canvas", () => {
  test("a chain goes in one request: its first step, which carries the others", async () => {
    const queue = fresh("chain");
    const json = { chain: [{ task: "a", args: [1], queue }, { task: "b" }, { task: "c" }] };
    const { result: answer, requests } = await requestsDuring(() => ask("POST", "/v1/tasks", { json }));
    const messages = await landed(queue);
    expect([requests, messages.length]).toEqual([1, 1]);
    const [, , { chain }] = JSON.parse(messages[0]!.body);
    const ids = chain.map(({ options }: { options: { task_id: string } }) => options.task_id);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      task_id: ids[0],
      status: "delivered",
      queue,
      parents: [{ task_id: messages[0]!.envelope.headers.id }, { task_id: ids[1] }],
    });
    expect(answer.headers.get("location")).toBe(`/v1/tasks/${ids[0]}`);
  });

  test("a group goes in one request; it has no result of its own", async () => {
    const queue = fresh("group");
    const json = { group: [1, 2, 3].map((n) => ({ task: "a", args: [n], queue })) };
    const { result: answer, requests } = await requestsDuring(() => ask("POST", "/v1/tasks", { json }));
    const messages = await landed(queue);
    expect([requests, answer.status]).toEqual([1, 202]);
    expect(answer.body).toEqual({
      group_id: messages[0]!.envelope.headers.group,
      task_ids: messages.map(({ envelope }) => envelope.headers.id),
      status: "delivered",
      queue,
    });
    expect(answer.headers.get("location")).toBeNull();
  });

  test("a chord goes in one request, with its size in the result backend", async () => {
    const [queue, other] = [fresh("chord"), fresh("chord")];
    const header = [
      { task: "a", queue },
      { task: "b", queue: other },
    ];
    const { result: answer, requests } = await requestsDuring(() =>
      ask("POST", "/v1/tasks", { json: { chord: { header, body: { task: "c" } } } }),
    );
    const [one] = await landed(queue);
    const [two] = await landed(other);
    const groupId = one!.envelope.headers.group;
    const [, , { chord }] = JSON.parse(one!.body);
    expect([requests, answer.status]).toEqual([1, 202]);
    expect(answer.body).toEqual({
      task_id: chord.options.task_id,
      status: "delivered",
      queue,
      queues: [queue, other],
      parents: [{ group_id: groupId, task_ids: [one!.envelope.headers.id, two!.envelope.headers.id] }],
    });
    expect(await redis.get(`celery-taskset-meta-${groupId}.s`)).toBe("2");
  });

  test("a chord without a result backend in Redis: 503, and nothing is sent", async () => {
    const noResults = client({ celery: { resultBackend: false } });
    const json = { chord: { header: [{ task: "a" }], body: { task: "c" } } };
    const { result, requests } = await requestsDuring(() => noResults("POST", "/v1/tasks", { json }));
    expectProblem(result, 503, "not-configured");
    expect(requests).toBe(0);
  });
});

describe.each([
  ["application/json", JSON.stringify],
  [
    "application/x-ndjson",
    (tasks: readonly unknown[]) => tasks.map((task) => JSON.stringify(task)).join("\n"),
  ],
])("many as %s", (type, write) => {
  const send = (tasks: readonly unknown[], headers = {}) =>
    ask("POST", "/v1/tasks", { headers: { "content-type": type, ...headers }, body: write(tasks) });

  test("all sent: 202, in order, tasks and chains in one request", async () => {
    const queue = fresh("many");
    const tasks = [
      { task: "a", queue },
      { chain: [{ task: "b", queue }, { task: "c" }] },
      { task: "d", queue },
    ];
    const { result: answer, requests } = await requestsDuring(() => send(tasks));
    const messages = await landed(queue);
    expect([answer.status, requests]).toEqual([202, 1]);
    expect(messages.map(({ envelope }) => envelope.headers.task)).toEqual(["a", "b", "d"]);
    expect(answer.body.results).toMatchObject([
      { task_id: messages[0]!.envelope.headers.id, status: "delivered", queue },
      { parents: [{ task_id: messages[1]!.envelope.headers.id }], status: "delivered" },
      { task_id: messages[2]!.envelope.headers.id, status: "delivered", queue },
    ]);
  });

  test("some failed: 207, each with its own result, the others sent", async () => {
    const queue = fresh("many");
    const answer = await send([
      { task: "a", queue, colour: "red" },
      { task: "b", queue, args: [{ __type__: "x", __value__: 1 }] },
      { task: "c", exchange: fresh("nobody"), routing_key: "k" },
      { group: [{ task: "d", queue }, { task: "e" }], queue },
      { task: "f", queue },
    ]);
    expect(answer.status).toBe(207);
    expect(answer.body.results).toMatchObject([
      { status: 400, field: "colour" },
      { type: "urn:kombu-edge:problem:encode-error", status: 400, field: "args[0]" },
      { type: "urn:kombu-edge:problem:unroutable", status: 422 },
      { status: "delivered", queue },
      { status: "delivered", queue },
    ]);
    const names = (await landed(queue)).map(({ envelope }) => envelope.headers.task);
    expect(names.toSorted()).toEqual(["d", "e", "f"]);
  });

  test("the second time under one key: 200, the same ids, nothing sent", async () => {
    const queue = fresh("many");
    const tasks = [
      { task: "a", queue },
      { task: "a", queue },
    ];
    const headers = { "idempotency-key": fresh("key") };
    const [first, second] = [await send(tasks, headers), await send(tasks, headers)];
    expect([first.status, second.status]).toEqual([202, 200]);
    const ids = first.body.results.map(({ task_id }: { task_id: string }) => task_id);
    expect(ids[0]).not.toBe(ids[1]);
    expect(second.body.results).toEqual(
      ids.map((id: string) => ({ task_id: id, status: "duplicate", queue })),
    );
    expect(await landed(queue)).toHaveLength(2);
  });
});

test("when Redis took none of many, the answer is its problem", async () => {
  const env = environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
  const answer = await ask("POST", "/v1/tasks", { env, json: [{ task: "a" }, { group: [{ task: "b" }] }] });
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(answer.body.results).toHaveLength(2);
});
