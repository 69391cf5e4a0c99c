/** @module `GET` and `DELETE /v1/tasks/{id}`: the state, waited for, and revoked. */
import { describe, expect, test } from "vitest";
import { client, environment, expectProblem, fresh, redis, requestsDuring } from "../client.ts";
import { store } from "./asking.ts";

const ask = client({ celery: { maximumWait: 1 } });

describe("a state", () => {
  test("nobody knows the id: PENDING", async () => {
    const id = fresh("nobody");
    const { result: answer, requests } = await requestsDuring(() => ask("GET", `/v1/tasks/${id}`));
    expect([answer.status, requests]).toEqual([200, 1]);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.body).toEqual({
      task_id: id,
      state: "PENDING",
      ready: false,
      result: null,
      traceback: null,
      children: [],
      date_done: null,
    });
  });

  test("a result, with all that is stored", async () => {
    const id = fresh("done");
    const children = [
      [["child", null], null],
      [
        ["group", null],
        [
          [["one", null], null],
          [["two", null], null],
        ],
      ],
    ];
    const more = { children, group_id: "g", parent_id: "p", name: "tasks.add", worker: "w@h", retries: 0 };
    await store(id, "SUCCESS", { sum: 5 }, more);
    expect((await ask("GET", `/v1/tasks/${id}`)).body).toEqual({
      task_id: id,
      state: "SUCCESS",
      ready: true,
      result: { sum: 5 },
      traceback: null,
      children: [{ task_id: "child" }, { group_id: "group", task_ids: ["one", "two"] }],
      date_done: "2026-11-24T10:00:00.123000+00:00",
      group_id: "g",
      parent_id: "p",
      extended: { name: "tasks.add", worker: "w@h", retries: 0 },
    });
  });

  test("a failure is 200, with Python's exception and traceback", async () => {
    const id = fresh("failed");
    const exception = { exc_type: "ValueError", exc_message: ["boom"], exc_module: "builtins" };
    await store(id, "FAILURE", exception, { traceback: "Traceback …" });
    const answer = await ask("GET", `/v1/tasks/${id}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      state: "FAILURE",
      ready: true,
      result: exception,
      traceback: "Traceback …",
    });
  });

  test("Python's values become plain JSON, integers of any size whole", async () => {
    const id = fresh("values");
    const typed = (type: string, value: unknown) =>
      `{"__type__":"${type}","__value__":${JSON.stringify(value)}}`;
    const result = [
      "12345678901234567890123",
      "NaN",
      "-Infinity",
      typed("datetime", "2026-01-02T03:04:05+00:00"),
      typed("datetime", "2026-01-02T03:04:05.000001"),
      typed("decimal", "1.10"),
      typed("uuid", { hex: "11111111111141118111111111111111", version: 4 }),
      typed("base64", "/w=="),
      '{"text":"1234567890123456789 NaN"}',
      "1.5",
    ].join(",");
    await redis.set(`celery-task-meta-${id}`, `{"status":"SUCCESS","result":[${result}],"task_id":"${id}"}`);
    const { text } = await ask("GET", `/v1/tasks/${id}`);
    expect(/"result":(\[.*?\]),"traceback"/.exec(text)?.[1]).toBe(
      '[12345678901234567890123,null,null,"2026-01-02T03:04:05+00:00","2026-01-02T03:04:05.000001","1.10",' +
        '"11111111111141118111111111111111","/w==",{"text":"1234567890123456789 NaN"},1.5]',
    );
  });

  test("what is not stored as JSON is 502", async () => {
    const id = fresh("pickled");
    await redis.set(`celery-task-meta-${id}`, "\x80\x04secret");
    const answer = await ask("GET", `/v1/tasks/${id}`);
    expectProblem(answer, 502, "result-invalid", { field: "result" });
    expect(answer.text).not.toContain("secret");
  });

  test("no result backend in Redis: 503", async () => {
    const answer = await client({ celery: { resultBackend: false } })("GET", "/v1/tasks/i");
    expectProblem(answer, 503, "not-configured");
  });

  test("under a prefix, and in another database", async () => {
    const id = fresh("prefixed");
    await redis.set(`app1_celery-task-meta-${id}`, '{"status":"SUCCESS","result":1}');
    const prefixed = client({ celery: { resultKeyprefix: "app1_" } });
    expect((await prefixed("GET", `/v1/tasks/${id}`)).body.state).toBe("SUCCESS");
    const resultBackend = { urlVariable: "RESULTS_URL", tokenVariable: "RESULTS_TOKEN" };
    const other = client({ celery: { resultKeyprefix: "app1_", resultBackend } });
    expectProblem(await other("GET", `/v1/tasks/${id}`), 503, "not-configured", {
      detail: "RESULTS_URL is not set",
    });
    const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = environment();
    const env = environment({
      UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1",
      RESULTS_URL: UPSTASH_REDIS_REST_URL,
      RESULTS_TOKEN: UPSTASH_REDIS_REST_TOKEN,
    });
    expect((await other("GET", `/v1/tasks/${id}`, { env })).body.state).toBe("SUCCESS");
  });

  test("Redis away: 503 that does not speak of publishing", async () => {
    const env = environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    const answer = await ask("GET", "/v1/tasks/i", { env });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(answer.body.detail).not.toContain("publish");
  });
});

describe("wait", () => {
  test("answers as soon as there is a result", async () => {
    const id = fresh("wait");
    const before = Date.now();
    const later = new Promise((resolve) => setTimeout(resolve, 200)).then(() => store(id, "SUCCESS", 1));
    const answer = await ask("GET", `/v1/tasks/${id}?wait=10`);
    await later;
    expect(answer.body).toMatchObject({ state: "SUCCESS", result: 1 });
    expect(Date.now() - before).toBeLessThan(900);
  });

  test("answers the state when the time is over, and never waits longer than configured", async () => {
    const id = fresh("wait");
    await store(id, "PROGRESS", { done: 1 });
    for (const [wait, least, most] of [
      [0.2, 190, 800],
      [3600, 950, 2_500],
    ] as const) {
      const before = Date.now();
      const answer = await ask("GET", `/v1/tasks/${id}?wait=${wait}`);
      expect([answer.status, answer.body.state, answer.body.result]).toEqual([200, "PROGRESS", { done: 1 }]);
      expect(Date.now() - before).toBeGreaterThanOrEqual(least);
      expect(Date.now() - before).toBeLessThan(most);
    }
  });
});

describe("revoke", () => {
  test("is told to all workers: 202, how many heard it", async () => {
    const id = fresh("revoke");
    const { result: answer, requests } = await requestsDuring(() =>
      ask("DELETE", `/v1/tasks/${id}?terminate=true&signal=SIGKILL`),
    );
    expect([answer.status, answer.body]).toEqual([202, { task_id: id, terminate: true, workers: 0 }]);
    expect(requests).toBe(1);
    expect((await ask("DELETE", `/v1/tasks/${id}`)).body).toEqual({
      task_id: id,
      terminate: false,
      workers: 0,
    });
  });
});
