/** @module Commands in the path, and commands that are refused (http-redis §1.1 and §4.5). */
import { expect, test } from "vitest";
import { describeEachStore } from "./each-store.ts";

describeEachStore("paths", (front) => {
  test.each(["GET", "POST", "PUT"])("%s runs the segments as a command", async (method) => {
    expect((await front.send("/set/foo/a%2Fb%20c", { method })).json).toEqual({ result: "OK" });
    expect((await front.send("/get/foo", { method })).json).toEqual({ result: "a/b c" });
  });

  test("HEAD runs it too, without a body in the answer", async () => {
    const answer = await front.send("/incr/visits", { method: "HEAD" });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(await front.run("GET", "visits")).toEqual({ result: "1" });
  });

  test("a body is the last argument, and the query comes after it", async () => {
    const body = "value with / and ?";
    expect((await front.send("/set/foo?EX=100&NX", { method: "POST", body })).json).toEqual({ result: "OK" });
    expect(front.seen).toEqual([[["set", "foo", "value with / and ?", "EX", "100", "NX"], "OK"]]);
    expect((await front.send("/ttl/foo")).json).toEqual({ result: 100 });
    expect((await front.send("/set/foo?NX", { method: "PUT", body })).json).toEqual({ result: null });
  });

  test("publish is a command like any other", async () => {
    expect((await front.send("/publish/channel/message")).json).toEqual({ result: 0 });
  });

  test("an error is a 400, an unknown command too", async () => {
    const answer = await front.send("/get");
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: "ERR wrong number of arguments for 'get' command" },
    ]);
    expect((await front.send("/subscribe/channel")).json).toEqual({
      error: "ERR Command is not available: 'SUBSCRIBE'",
    });
    expect((await front.send("/monitor")).status).toBe(400);
  });

  test("another method is a 405", async () => {
    const answer = await front.send("/get/foo", { method: "DELETE" });
    expect([answer.status, answer.json]).toEqual([405, { error: "ERR Method DELETE is not allowed here" }]);
  });
});

describeEachStore("refused commands", (front) => {
  const commands =
    "BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX SUBSCRIBE PSUBSCRIBE UNSUBSCRIBE SSUBSCRIBE " +
    "MULTI EXEC DISCARD WATCH UNWATCH SELECT AUTH HELLO RESET QUIT CLIENT MONITOR SHUTDOWN CONFIG DEBUG " +
    "SYNC PSYNC REPLICAOF SLAVEOF ACL MODULE SAVE";
  test.each(commands.split(" "))("%s", async (name) => {
    const answer = await front.post("/", [name.toLowerCase(), "1", "0"]);
    expect([answer.status, answer.json]).toEqual([400, { error: `ERR Command is not available: '${name}'` }]);
  });

  test.each([
    ["XREAD", "block", "0", "STREAMS", "s", "$"],
    ["WAIT", "1", "0"],
    ["SCRIPT", "debug", "YES"],
  ])("%s %s %s", async (...command) => {
    expect(await front.run(...command)).toEqual({
      error: `ERR Command is not available: '${command[0]}'`,
    });
  });
});
