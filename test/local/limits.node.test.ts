/** @module How large a request may be, and who else can attach (http-redis §1.2 and §4.5). */
import { createClient } from "@redis/client";
import { expect, test } from "vitest";
import { describeEachStore } from "./each-store.ts";

describeEachStore(
  "request size",
  (front) => {
    test("a body at the limit passes, one beyond is a 413 as JSON", async () => {
      const atLimit = JSON.stringify(["SET", "key", "x".repeat(1000 - '["SET","key",""]'.length)]);
      expect(atLimit).toHaveLength(1000);
      expect((await front.send("/", { method: "POST", body: atLimit })).json).toEqual({ result: "OK" });
      for (const path of ["/", "/pipeline", "/multi-exec", "/set/key"]) {
        const answer = await front.send(path, { method: "POST", body: `${atLimit} ` });
        expect([answer.status, answer.json]).toEqual([
          413,
          { error: "ERR max request size exceeded. The limit is 1000 bytes" },
        ]);
        expect(answer.headers.get("content-type")).toBe("application/json");
      }
    });

    test("a body far beyond is drained, so that its sender gets the answer", async () => {
      const answer = await front.send("/", { method: "POST", body: Buffer.alloc(30_000_000, "x") });
      expect(answer.status).toBe(413);
    });

    test("a body that does not tell its length is cut at the limit too", async () => {
      let left = 100;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (left-- === 0) controller.close();
          else controller.enqueue(new Uint8Array(10_000));
        },
      });
      const answer = await front.send("/", { method: "POST", body, duplex: "half" });
      expect(answer.status).toBe(413);
      expect(await front.run("PING")).toEqual({ result: "PONG" });
    });

    test("a stranger's large body is a 401", async () => {
      const headers = { authorization: "Bearer wrong" };
      const answer = await front.send("/", { method: "POST", body: Buffer.alloc(3_000_000), headers });
      expect(answer.status).toBe(401);
    });
  },
  { maximumRequestBytes: 1000 },
);

describeEachStore("size by default", (front) => {
  test("is 10 MiB", async () => {
    const value = "x".repeat(10 * 1024 * 1024 - '["SET","key",""]'.length);
    expect(await front.run("SET", "key", value)).toEqual({ result: "OK" });
    expect((await front.post("/", ["SET", "key", `${value}x`])).status).toBe(413);
  });
});

describeEachStore("attaching over TCP", (front, store) => {
  test("works where there is a server, and is said to be impossible where there is none", async () => {
    expect(front.local.store).toBe(store);
    if (store === "embedded") return expect(front.local.redisUrl).toBeUndefined();
    await front.run("LPUSH", "list", "over http");
    const client = await createClient({ url: front.local.redisUrl! }).connect();
    expect(await client.rPop("list")).toBe("over http");
    client.destroy();
  });
});
