/** @module Metrics for Prometheus: what they tell, what they cost, and what they tell when Redis is away. */
import { expect, test, vi } from "vitest";
import { broken } from "../../redis/broken.ts";
import { client, environment, expectProblem, fresh, redis, requestsDuring } from "../client.ts";

/** The samples of an exposition by their whole name, labels included. */
function samples(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

test("depths of queues that are configured or bound to a configured exchange, by priority", async () => {
  const [queue, bound, exchange, other] = [fresh("depth"), fresh("bound"), fresh("orders"), fresh("other")];
  const ask = client({ queues: [queue], exchanges: { [exchange]: { type: "topic" } } });
  await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
    json: { queue: bound, routing_key: "a", type: "topic" },
  });
  for (const [to, priority] of [
    [queue, 0],
    [queue, 9],
    [queue, 9],
    [bound, 3],
    [other, 0],
  ] as const) {
    await ask("POST", `/v1/queues/${to}/messages?priority=${priority}`, { body: "x" });
  }
  const { text, headers } = await ask("GET", "/metrics", { env: environment() });
  expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const found = samples(text);
  const depth = (name: string) =>
    [0, 3, 6, 9].map((step) => found.get(`kombu_edge_queue_depth{queue="${name}",priority="${step}"}`));
  expect([depth(queue), depth(bound)]).toEqual([
    [1, 0, 0, 2],
    [0, 1, 0, 0],
  ]);
  expect(text).not.toContain(other);
  expect(found.get("kombu_edge_redis_up")).toBe(1);
  expect(found.get("kombu_edge_queues_left_out")).toBe(0);
  expect(found.get(`kombu_edge_bindings{exchange="${exchange}"}`)).toBe(1);
  expect(found.get(`kombu_edge_bindings_age_seconds{exchange="${exchange}"}`)).toBeLessThan(10);
});

test("one request to Redis where the tables are known, at most once a second", async () => {
  const ask = client({ queues: [fresh("q"), fresh("q")], exchanges: { [fresh("e")]: { type: "direct" } } });
  const env = environment();
  const scrape = async () => (await requestsDuring(() => ask("GET", "/metrics", { env }))).requests;
  expect(await scrape()).toBe(2);
  expect(await scrape()).toBe(0);
  vi.useFakeTimers({ now: Date.now() + 1_001, toFake: ["Date"] });
  expect(await scrape()).toBe(1);
  vi.setSystemTime(Date.now() + 31_000);
  expect(await scrape()).toBe(2);
  vi.useRealTimers();
});

test.each<[string, Record<string, unknown>]>([
  ["Redis is away", { UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" }],
  ["the database's token is wrong", { UPSTASH_REDIS_REST_TOKEN: "wrong" }],
  ["no database is configured", { UPSTASH_REDIS_REST_URL: undefined }],
])("200 when %s, and says so", async (_when, variables) => {
  const ask = client({ queues: ["q"], exchanges: { e: { type: "topic" } } });
  const { status, text } = await ask("GET", "/metrics", { env: environment(variables) });
  expect(status).toBe(200);
  expect(samples(text).get("kombu_edge_redis_up")).toBe(0);
  expect(text).not.toContain("kombu_edge_queue_depth");
  expect(text).toContain("kombu_edge_build_info");
});

test("waits two seconds for Redis, not longer", async () => {
  const spy = vi.spyOn(globalThis, "fetch").mockImplementation(
    (_input, init) =>
      new Promise((_resolve, reject) => {
        init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
      }),
  );
  const before = Date.now();
  const { text } = await client({ queues: ["q"] })("GET", "/metrics", { env: environment() });
  spy.mockRestore();
  expect(samples(text).get("kombu_edge_redis_up")).toBe(0);
  expect(Date.now() - before).toBeLessThan(3_500);
});

test("a key that is no list hides its queue alone", async () => {
  const [good, bad] = [fresh("good"), fresh("bad")];
  await redis.hset(bad, { in: "the way" });
  const { text } = await client({ queues: [good, bad] })("GET", "/metrics", { env: environment() });
  const found = samples(text);
  expect(found.get(`kombu_edge_queue_depth{queue="${good}",priority="0"}`)).toBe(0);
  expect(found.has(`kombu_edge_queue_depth{queue="${bad}",priority="0"}`)).toBe(false);
  expect([found.get("kombu_edge_queues_left_out"), found.get("kombu_edge_redis_up")]).toEqual([1, 1]);
});

test("a key that is no set hides its exchange's bindings, not the queues", async () => {
  const [exchange, queue] = [fresh("exchange"), fresh("queue")];
  await redis.set(`_kombu.binding.${exchange}`, "in the way");
  const ask = client({ queues: [queue], exchanges: { [exchange]: { type: "direct" } } });
  const found = samples((await ask("GET", "/metrics", { env: environment() })).text);
  expect(found.get(`kombu_edge_queue_depth{queue="${queue}",priority="0"}`)).toBe(0);
  expect(found.get("kombu_edge_redis_up")).toBe(1);
});

test("no more than a thousand queues, and how many are left out", async () => {
  const exchange = fresh("many");
  const members = Array.from({ length: 1_005 }, (_, index) => `k\x06\x16\x06\x16q${index}`);
  await redis.sadd(`_kombu.binding.${exchange}`, ...(members as [string, ...string[]]));
  const ask = client({ exchanges: { [exchange]: { type: "direct" } } });
  const { text } = await ask("GET", "/metrics", { env: environment() });
  const shown = [...samples(text).keys()].filter((name) => name.startsWith("kombu_edge_queue_depth"));
  expect(shown).toHaveLength(4_000);
  expect(samples(text).get("kombu_edge_queues_left_out")).toBe(5);
});

test("this isolate's requests, of this gateway alone", async () => {
  const ask = client();
  await client()("GET", "/healthz");
  await ask("GET", "/healthz");
  await ask("GET", "/healthz");
  await ask("HEAD", "/healthz");
  await ask("GET", "/secret-path");
  const { text } = await ask("GET", "/metrics", { env: environment() });
  const found = samples(text);
  expect([...found].filter(([name]) => name.startsWith("kombu_edge_requests_total"))).toEqual([
    ['kombu_edge_requests_total{method="GET",route="/healthz",status="200"}', 2],
    ['kombu_edge_requests_total{method="HEAD",route="/healthz",status="200"}', 1],
    ['kombu_edge_requests_total{method="GET",route="unmatched",status="404"}', 1],
  ]);
  expect(found.get('kombu_edge_request_duration_seconds_count{route="/healthz"}')).toBe(3);
  expect(found.get('kombu_edge_request_duration_seconds_bucket{route="/healthz",le="+Inf"}')).toBe(3);
  expect(text).not.toContain("secret-path");
});

test("needs the right read", async () => {
  const ask = client();
  expectProblem(await ask("GET", "/metrics", { token: undefined }), 401, "unauthenticated");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("publisher")));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const env = environment({ API_TOKENS: JSON.stringify({ p: { sha256, allow: ["queue:*"] } }) });
  expectProblem(await ask("GET", "/metrics", { token: "publisher", env }), 403, "forbidden", {
    right: "read",
  });
});

test("an open circuit shows, and does not keep Redis from being asked", async () => {
  const { url, requests } = broken("reset-before", 1);
  const ask = client({ queues: [fresh("q")], channel: { circuit: { failures: 1 } } });
  const env = environment({ UPSTASH_REDIS_REST_URL: url });
  await import("../../../src/redis/open_circuit.ts");
  expect((await ask("POST", "/v1/queues/q/messages", { body: "x", env })).status).toBe(503);
  const found = samples((await ask("GET", "/metrics", { env })).text);
  expect(found.get("kombu_edge_circuit_open")).toBe(1);
  expect(found.get("kombu_edge_redis_up")).toBe(1);
  expect(await requests()).toBe(2);
});

test("dead letters of the spool, where it is bound, in the same request", async () => {
  const config = { channel: { globalKeyprefix: `${fresh("dead")}:` } };
  const ask = client(config);
  const key = `${config.channel.globalKeyprefix}_kombu-edge.spool.dead`;
  await redis.zadd(key, { score: 1, member: "a" }, { score: 2, member: "b" });
  const spool = { send: async () => {}, sendBatch: async () => {} };
  const env = environment({ SPOOL: spool as never });
  const { result, requests } = await requestsDuring(() => ask("GET", "/metrics", { env }));
  expect(samples(result.text).get("kombu_edge_spool_dead_letters")).toBe(2);
  expect(requests).toBe(1);
  const without = await ask("GET", "/metrics", { env: environment() });
  expect(without.text).not.toMatch(/^kombu_edge_spool_dead_letters/m);
});
