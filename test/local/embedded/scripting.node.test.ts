/** @module Scripts: the real Lua on a server, its TypeScript twin on the embedded store. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { EmbeddedScript } from "../../../local/embedded/scripts.ts";
import { createEmbeddedStore } from "../../../local/embedded/store.ts";
import { findServerBinary } from "../../../local/server/binary.ts";
import { startServerStore } from "../../../local/server/process.ts";
import { RedisReplyError, type Reply, type Store } from "../../../local/store.ts";

const GUARDED_PUSH: EmbeddedScript = {
  source: `
if redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then
  return { redis.call("LPUSH", KEYS[2], ARGV[3]), #ARGV[3] }
end
return { -1, redis.call("GET", KEYS[1]) }`,
  run: (call, [guard, queue], [tag, time, envelope]) => {
    if (call("SET", guard!, tag!, "NX", "PX", time!)) {
      return [call("LPUSH", queue!, envelope!), envelope!.length];
    }
    return [-1, call("GET", guard!)];
  },
};
const DIGEST = createHash("sha1").update(GUARDED_PUSH.source).digest("hex");

const STORES: [name: string, open: () => Promise<Store>][] = [
  ["server", async () => startServerStore(findServerBinary()!, [])],
  ["embedded", async () => createEmbeddedStore([GUARDED_PUSH])],
];

for (const [name, open] of STORES) {
  const missing = name === "server" && findServerBinary() === undefined;
  if (missing)
    console.warn("!!! scripts: SKIPPED ON A SERVER, there is no redis-server or valkey-server !!!");
  describe.skipIf(missing && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1")(`scripts (${name} store)`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store?.close());
    beforeEach(async () => {
      await run("FLUSHALL");
      await run("SCRIPT", "FLUSH");
    });

    async function run(...words: readonly string[]): Promise<unknown> {
      const [reply] = await store.run([words.map((word) => Buffer.from(word))]);
      return readable(reply!);
    }

    test("EVAL runs it, with text as its bytes", async () => {
      const words = ["2", "guard", "queue", "tag", "60000", "é\u0006"];
      expect(await run("EVAL", GUARDED_PUSH.source, ...words)).toEqual([1, 3]);
      expect(await run("EVAL", GUARDED_PUSH.source, ...words)).toEqual([-1, "tag"]);
      expect(await run("LRANGE", "queue", "0", "-1")).toEqual(["é\u0006"]);
    });

    test("EVALSHA runs what was loaded, and nothing else", async () => {
      const words = ["2", "guard", "queue", "tag", "60000", "v"];
      const noScript = "NOSCRIPT No matching script. Please use EVAL.";
      expect(await run("EVALSHA", DIGEST, ...words)).toBe(noScript);
      expect(await run("SCRIPT", "EXISTS", DIGEST, "0")).toEqual([0, 0]);
      expect(await run("SCRIPT", "LOAD", GUARDED_PUSH.source)).toBe(DIGEST);
      expect(await run("SCRIPT", "EXISTS", DIGEST.toUpperCase(), "0")).toEqual([1, 0]);
      expect(await run("EVALSHA", DIGEST, ...words)).toEqual([1, 1]);
      expect(await run("script", "flush")).toBe("OK");
      expect(await run("EVALSHA", DIGEST, ...words)).toBe(noScript);
      await run("EVAL", GUARDED_PUSH.source, ...words);
      expect(await run("EVALSHA", DIGEST, ...words)).toEqual([-1, "tag"]);
    });

    test("an error of a command ends it, and what came before stays", async () => {
      await run("SET", "queue", "text");
      expect(await run("EVAL", GUARDED_PUSH.source, "2", "guard", "queue", "tag", "60000", "v")).toMatch(
        /^WRONGTYPE Operation against a key holding the wrong kind of value/,
      );
      expect(await run("GET", "guard")).toBe("tag");
    });

    test("keys are counted", async () => {
      const { source } = GUARDED_PUSH;
      expect(await run("EVAL", source, "3", "a")).toBe(
        "ERR Number of keys can't be greater than number of args",
      );
      expect(await run("EVAL", source, "-1")).toBe("ERR Number of keys can't be negative");
      expect(await run("EVAL", source, "x")).toBe("ERR value is not an integer or out of range");
      expect(await run("EVAL", source)).toBe("ERR wrong number of arguments for 'eval' command");
    });

    test("runs inside a transaction", async () => {
      const words = ["EVAL", GUARDED_PUSH.source, "2", "guard", "queue", "tag", "60000", "v"];
      const replies = await store.transaction(
        [words, words].map((all) => all.map((word) => Buffer.from(word))),
      );
      expect(readable(replies)).toEqual([
        [1, 1],
        [-1, "tag"],
      ]);
    });
  });
}

describe("the embedded store", () => {
  const store = createEmbeddedStore([
    {
      source: "broken",
      run: () => {
        throw new TypeError("a bug");
      },
    },
  ]);
  const run = async (...words: string[]) =>
    readable((await store.run([words.map((word) => Buffer.from(word))]))[0]!);

  test("says which scripts it runs when it is given another", async () => {
    const refused =
      "ERR This embedded store runs only kombu-edge's own scripts. For any other, put redis-server or " +
      "valkey-server on PATH, or set REDIS_URL";
    expect(await run("EVAL", "return 1", "0")).toBe(refused);
    expect(await run("SCRIPT", "LOAD", "return 1")).toBe(refused);
    expect(await run("SCRIPT", "KILL")).toBe("ERR unknown subcommand 'KILL'. Try SCRIPT HELP.");
  });

  test("answers a bug in a twin as an error", async () => {
    expect(await run("EVAL", "broken", "0")).toBe("ERR Error running script: a bug");
  });
});

test("the clock of the embedded store stands still within a transaction", async () => {
  let now = 1_000;
  const store = createEmbeddedStore([], () => now++);
  const [time, again] = (await store.transaction([[Buffer.from("TIME")], [Buffer.from("TIME")]])) as Reply[];
  expect(readable(time!)).toEqual(readable(again!));
  expect(readable((await store.run([[Buffer.from("TIME")]]))[0]!)).not.toEqual(readable(time!));
});

function readable(reply: Reply): unknown {
  if (reply instanceof RedisReplyError) return reply.message;
  if (reply instanceof Uint8Array) return reply.toString();
  return Array.isArray(reply) ? reply.map(readable) : reply;
}
