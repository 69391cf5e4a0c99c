/** @module What a caller is told when Redis fails: real refusals where they can be had, else answers as Upstash gives them. */
import { afterEach, expect, test, vi } from "vitest";
import { problemOf } from "../../src/http/problem_of.ts";
import { BackPressureError, RefusedError } from "../../src/index.ts";
import { client, environment, expectProblem, fresh, redis } from "./client.ts";

const ask = client();
const publish = (env?: Record<string, unknown>, headers: Record<string, string> = {}) =>
  ask("POST", "/v1/queues/failing/messages", { ...(env && { env }), headers, body: "secret body" });

afterEach(() => {
  vi.restoreAllMocks();
});

/** An answer of something between here and Redis. */
function answered(status: number, body: string): void {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body, { status }));
}

test("a key of another type is a refusal of Redis: 502", async () => {
  const queue = fresh("hash");
  await redis.hset(queue, { a: 1 });
  const answer = await ask("POST", `/v1/queues/${queue}/messages`, { body: "x" });
  expectProblem(answer, 502, "refused", { delivery_tag: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(answer.headers.get("retry-after")).toBeNull();
});

test("copies that landed all the same are named", async () => {
  const [exchange, good, bad] = [fresh("orders"), fresh("good"), fresh("bad")];
  await redis.hset(bad, { a: 1 });
  for (const queue of [good, bad]) {
    await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
      json: { queue, routing_key: "k", type: "direct" },
    });
  }
  const answer = await ask("POST", `/v1/exchanges/${exchange}/messages?routing_key=k`, { body: "x" });
  expectProblem(answer, 502, "refused", { delivered: [good] });
});

test("the database's own token is not the caller's affair: 503", async () => {
  const answer = await publish(environment({ UPSTASH_REDIS_REST_TOKEN: "wrong" }));
  expectProblem(answer, 503, "database-unauthorised");
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(answer.headers.get("www-authenticate")).toBeNull();
});

test("nobody listens at the database's address: 503, and workerd does not tell whether it was reached", async () => {
  const answer = await publish(environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" }));
  expectProblem(answer, 503, "outcome-unknown");
  expect(answer.headers.get("retry-after")).toBe("5");
});

test.each([
  [400, '{"error":"ERR max daily request limit exceeded. Limit: 10000"}', 429, "back-pressure", "30"],
  [400, '{"error":"OOM command not allowed when used memory > maxmemory"}', 429, "back-pressure", "30"],
  [400, '{"error":"LOADING Redis is loading the dataset in memory"}', 503, "unavailable", "5"],
  [401, '{"error":"WRONGPASS invalid or missing auth token"}', 503, "database-unauthorised", "60"],
  [502, "<html>Bad gateway secret</html>", 503, "outcome-unknown", "5"],
  [200, '{"result":"not a number"}', 503, "outcome-unknown", "5"],
])("Redis answers %d %s", async (status, body, expected, code, retryAfter) => {
  answered(status, body);
  const answer = await publish();
  expectProblem(answer, expected, code);
  expect(answer.headers.get("retry-after")).toBe(retryAfter);
  expect(answer.text).not.toContain("secret");
});

test("an unknown outcome says that the message may be there, and what makes it safe to repeat", async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("connection reset"));
  const answer = await publish();
  expectProblem(answer, 503, "outcome-unknown", { delivery_tag: expect.any(String) });
  expect(answer.body.detail).toMatch(/may be in its queue.*Idempotency-Key/);
});

test("without a key a push is sent once; with one it is safe to repeat, and is, once", async () => {
  const spy = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("connection reset"));
  await publish();
  expect(spy).toHaveBeenCalledTimes(1);
  await publish(undefined, { "idempotency-key": "k" });
  expect(spy).toHaveBeenCalledTimes(3);
});

test("no answer in time: 503, outcome unknown", async () => {
  vi.spyOn(globalThis, "fetch").mockImplementation(
    (_input, init) =>
      new Promise((_resolve, reject) => {
        init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
      }),
  );
  const answer = await client({ channel: { timeout: 50 } })("POST", "/v1/queues/slow/messages", {
    body: "x",
  });
  expectProblem(answer, 503, "timed-out");
  expect(answer.body.detail).toMatch(/may be in its queue/);
});

test("the unexpected: 500 without details, and one line in the log without the request", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const failing = client({
    serializers: [
      {
        name: "failing",
        contentType: "a/b",
        contentEncoding: "utf-8",
        encode: (value) => {
          throw new RangeError(`cannot take ${value}`);
        },
      },
    ],
  });
  const json = { routing_key: "secret-queue", body: "secret body", serializer: "failing" };
  const answer = await failing("POST", "/v1/messages", { json });
  expectProblem(answer, 500, "internal-error");
  expect(answer.text).not.toMatch(/secret|RangeError/);
  expect(log).toHaveBeenCalledTimes(1);
  const [line] = log.mock.calls[0]!;
  expect(JSON.parse(line)).toEqual({
    event: "request",
    method: "POST",
    route: "/v1/messages",
    status: 500,
    ms: expect.any(Number),
    code: "internal-error",
    token: "API_TOKEN",
    queue: "secret-queue",
    error: "RangeError",
    frames: expect.any(Array),
  });
  expect(JSON.parse(line).frames.length).toBeGreaterThan(0);
  expect(line).not.toMatch(/secret body|all-of-it/);
});

test("an error's own words about a field are those of HTTP", () => {
  expect(problemOf(new RefusedError("no"))).toEqual({
    type: "urn:kombu-edge:problem:refused",
    title: "Refused",
    status: 502,
    detail: "no",
  });
  expect(problemOf(new BackPressureError("full", { deliveryTag: "t", delivered: ["q"] }))).toMatchObject({
    delivery_tag: "t",
    delivered: ["q"],
  });
  expect(problemOf(new Error("secret"))).toBeUndefined();
});
