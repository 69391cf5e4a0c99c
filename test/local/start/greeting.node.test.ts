/** @module What `npm start` says once it is ready. */
import { expect, test } from "vitest";
import { greeting } from "../../../local/start/greeting.ts";

const GATEWAY = "http://localhost:8787";
const URL = "http://127.0.0.1:2";

test("a server of our own: where it is, a curl, and Python", () => {
  const text = greeting({ store: "server", redisUrl: "redis://127.0.0.1:1/0", url: URL }, GATEWAY, "TOKEN");
  expect(text).toContain("Redis    redis://127.0.0.1:1/0, started for this run and empty");
  expect(text).toContain(
    'curl -X POST http://localhost:8787/v1/queues/hello/messages -H "Authorization: Bearer TOKEN"',
  );
  expect(text).toContain(`-H "content-type: application/json" -d '{"hello":"world"}'`);
  expect(text).toContain("Connection('redis://127.0.0.1:1/0').SimpleQueue('hello')");
  expect(text).not.toContain("CANNOT");
});

test("an embedded store says plainly that Python cannot attach", () => {
  const text = greeting({ store: "embedded", redisUrl: undefined, url: URL }, GATEWAY, "TOKEN");
  expect(text).toContain("A Python consumer CANNOT attach to this store");
  expect(text).not.toContain("python3");
  expect(text).not.toContain("redis://");
});

test("the password of REDIS_URL is not shown", () => {
  const redisUrl = "rediss://user:hunter2@example.com:6379/1";
  const text = greeting({ store: "url", redisUrl, url: URL }, GATEWAY, "TOKEN");
  expect(text).not.toContain("hunter2");
  expect(text).toContain("Redis    the one of REDIS_URL");
  expect(text).toContain("Connection(os.environ['REDIS_URL']).SimpleQueue('hello')");
});
