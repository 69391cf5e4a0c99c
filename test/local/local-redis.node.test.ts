/** @module Options of `startLocalRedis`, and where it finds its Redis. */
import { inspect } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { type LocalRedis, type LocalRedisOptions, startLocalRedis } from "../../local/index.ts";
import { findServerBinary } from "../../local/server/binary.ts";

let local: LocalRedis | undefined;

afterEach(async () => {
  vi.unstubAllEnvs();
  await local?.close();
  local = undefined;
});

test.each<[options: LocalRedisOptions, message: string]>([
  [{ port: -1 }, '"port" must be an integer from 0 to 65535'],
  [{ port: 1.5 }, '"port" must be an integer from 0 to 65535'],
  [{ port: 65_536 }, '"port" must be an integer from 0 to 65535'],
  [{ token: "" }, '"token" must be one or more visible ASCII characters'],
  [{ token: "a b" }, '"token" must be one or more visible ASCII characters'],
  [{ maximumRequestBytes: 0 }, '"maximumRequestBytes" must be a positive integer'],
  [{ store: "disk" as "auto" }, '"store" must be "auto", "server" or "embedded"'],
  [{ redisUrl: "http://x" }, '"redisUrl" (or REDIS_URL) must start with redis:// or rediss://'],
])("%j is refused", async (options, message) => {
  await expect(startLocalRedis(options)).rejects.toThrow(new TypeError(message));
});

test("a token and a port of the caller's own", async () => {
  const free = await startLocalRedis({ store: "embedded" });
  const port = Number(new URL(free.url).port);
  await expect(startLocalRedis({ store: "embedded", port })).rejects.toThrow("EADDRINUSE");
  await free.close();
  local = await startLocalRedis({ store: "embedded", port, token: "my-token" });
  expect([local.url, local.token]).toEqual([`http://127.0.0.1:${port}`, "my-token"]);
});

test("without a server on PATH it is embedded, unless a server is demanded", async () => {
  vi.stubEnv("REDIS_URL", "");
  vi.stubEnv("PATH", "/no/such/folder");
  local = await startLocalRedis();
  expect([local.store, local.redisUrl]).toEqual(["embedded", undefined]);
  await expect(startLocalRedis({ store: "server" })).rejects.toThrow(
    '"store" is "server", but neither redis-server nor valkey-server is on PATH',
  );
});

test("REDIS_URL that cannot be reached is an error, without its password", async () => {
  vi.stubEnv("REDIS_URL", "redis://user:hunter2@127.0.0.1:1/0");
  const error: Error = await startLocalRedis().then(
    () => new Error("it started"),
    (reason: Error) => reason,
  );
  expect(error.message).toBe(
    'The Redis of "redisUrl" (or REDIS_URL) cannot be used: The local front cannot reach its Redis (ECONNREFUSED)',
  );
  expect(inspect(error)).not.toContain("hunter2");
  // Asking for the embedded store leaves REDIS_URL alone.
  local = await startLocalRedis({ store: "embedded" });
  expect(local.store).toBe("embedded");
});

const missing = findServerBinary() === undefined;
if (missing)
  console.warn("!!! a wrong password: SKIPPED, there is no redis-server or valkey-server on PATH !!!");
test.skipIf(missing && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1")(
  "a wrong password in REDIS_URL is said in the server's words",
  async () => {
    const server = await startLocalRedis({ store: "server" });
    const address = new URL(server.redisUrl!);
    address.password = "hunter2";
    const error: Error = await startLocalRedis({ redisUrl: address.href }).then(
      () => new Error("it started"),
      (reason: Error) => reason,
    );
    await server.close();
    expect(error.message).toMatch(/cannot be used: .*AUTH.* called without any password configured/);
    expect(inspect(error)).not.toContain("hunter2");
  },
);
