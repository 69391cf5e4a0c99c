/** @module `@upstash/redis` against the local front, with its own defaults and with the lean settings. */
import { Redis } from "@upstash/redis/cloudflare";
import { describe, expect, test } from "vitest";
import { describeEachStore } from "./each-store.ts";

const LEAN = {
  enableAutoPipelining: false,
  enableTelemetry: false,
  readYourWrites: false,
  responseEncoding: false as const,
  automaticDeserialization: false,
  retry: { retries: 0 },
};

describeEachStore("@upstash/redis", (front) => {
  describe.each([
    ["defaults", {}],
    ["lean settings", LEAN],
  ])("with its %s", (name, settings) => {
    const connect = () => new Redis({ url: front.local.url, token: front.local.token, ...settings });
    const lean = name === "lean settings";

    test("strings, lists, sets and hashes", async () => {
      const redis = connect();
      const row = "rk\u0006\u0016^a\\.b$\u0006\u0016queue é \u{1f600}";
      expect(await redis.set("text", "hello", { ex: 100 })).toBe("OK");
      expect(await redis.get("text")).toBe("hello");
      expect(await redis.get("absent")).toBeNull();
      expect(await redis.lpush("list", "celery", "task", '{"a":1}')).toBe(3);
      expect(await redis.lrange("list", 0, -1)).toEqual([lean ? '{"a":1}' : { a: 1 }, "task", "celery"]);
      expect(await redis.sadd("set", row)).toBe(1);
      expect(await redis.smembers("set")).toEqual([row]);
      expect(await redis.hset("hash", { field: "value" })).toBe(1);
      expect(await redis.hgetall("hash")).toEqual(lean ? ["field", "value"] : { field: "value" });
      expect(await redis.publish("channel", "message")).toBe(0);
      expect(await redis.ttl("text")).toBe(100);
    });

    test("commands of one tick", async () => {
      const redis = connect();
      const lengths = await Promise.all(["a", "b", "c"].map((value) => redis.rpush("list", value)));
      expect(lengths.toSorted()).toEqual([1, 2, 3]);
      expect(front.paths).toEqual(lean ? ["/", "/", "/"] : ["/pipeline"]);
    });

    test("a pipeline and a transaction", async () => {
      const redis = connect();
      expect(await redis.pipeline().lpush("list", "a").llen("list").get("absent").exec()).toEqual([
        1,
        1,
        null,
      ]);
      expect(await redis.multi().incr("n").incr("n").set("k", "v").get("k").exec()).toEqual([
        1,
        2,
        "OK",
        "v",
      ]);
      expect(front.paths).toEqual(["/pipeline", "/multi-exec"]);
    });

    test("an error in a pipeline keeps its place", async () => {
      const replies = await connect()
        .pipeline()
        .set("text", "a")
        .lpush("text", "b")
        .exec({ keepErrors: true });
      expect(replies).toEqual([
        { result: "OK", error: undefined },
        { result: undefined, error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
      ]);
    });

    test("a transaction that is discarded rejects", async () => {
      const broken = connect().multi();
      broken.set("k", "v");
      broken.lpush("list");
      await expect(broken.exec()).rejects.toThrow(
        "EXECABORT Transaction discarded because of: ERR wrong number of arguments for 'lpush' command",
      );
      expect(await connect().exists("k")).toBe(0);
    });

    test("a command that fails rejects with Redis' words", async () => {
      const redis = connect();
      await redis.set("text", "a");
      await expect(redis.lpush("text", "b")).rejects.toThrow("WRONGTYPE Operation against a key holding");
      const stranger = new Redis({ url: front.local.url, token: "wrong", ...settings });
      await expect(stranger.get("text")).rejects.toThrow("WRONGPASS invalid or missing auth token");
    });

    test("bytes that are not UTF-8 become U+FFFD, as with Upstash", async () => {
      await front.send("/set/bytes", { method: "POST", body: Buffer.from([0x61, 0xff, 0x62]) });
      expect(await connect().get("bytes")).toBe("a\ufffdb");
    });
  });
});
