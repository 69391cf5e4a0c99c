/** @module Liveness and readiness. */
import { expect, test, vi } from "vitest";
import { client, environment, expectProblem, requestsDuring } from "../client.ts";

const ask = client();
const open = { token: undefined };

test("healthz needs no token, no configuration and no Redis", async () => {
  const { result, requests } = await requestsDuring(() => ask("GET", "/healthz", { ...open, env: {} }));
  expect([result.status, result.body, requests]).toEqual([200, { status: "ok" }, 0]);
});

test("readyz asks Redis once, and for a second tells what it found", async () => {
  const env = environment();
  const { result, requests } = await requestsDuring(async () => {
    const answers = [];
    for (let times = 0; times < 3; times++) answers.push(await ask("GET", "/readyz", { ...open, env }));
    return answers;
  });
  expect(result.map(({ status, body }) => [status, body])).toEqual(
    new Array(3).fill([200, { status: "ok" }]),
  );
  expect(requests).toBe(1);
  vi.useFakeTimers({ now: Date.now() + 1_001, toFake: ["Date"] });
  expect((await requestsDuring(() => ask("GET", "/readyz", { ...open, env }))).requests).toBe(1);
  vi.useRealTimers();
});

test.each<[string, Record<string, unknown>, string]>([
  ["Redis is away", { UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" }, "unavailable"],
  ["the database's token is wrong", { UPSTASH_REDIS_REST_TOKEN: "wrong" }, "database-unauthorised"],
  ["no database", { UPSTASH_REDIS_REST_URL: undefined }, "not-configured"],
  ["no token", { API_TOKEN: undefined }, "not-configured"],
  ["a malformed list of tokens", { API_TOKENS: "{" }, "not-configured"],
])("readyz when %s", async (_name, variables, code) => {
  const answer = await ask("GET", "/readyz", { ...open, env: environment(variables) });
  expectProblem(answer, 503, code);
  expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
});

test("readyz waits two seconds for Redis, not longer", async () => {
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(
    (_input, init) =>
      new Promise((_resolve, reject) => {
        init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
      }),
  );
  const before = Date.now();
  const answer = await ask("GET", "/readyz", { ...open, env: environment() });
  spy.mockRestore();
  expectProblem(answer, 503, "unavailable");
  expect(Date.now() - before).toBeLessThan(4_000);
});
