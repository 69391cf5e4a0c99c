/** @module The Upstash protocol's JSON routes and encodings (http-redis §1). */
import { expect, test } from "vitest";
import { describeEachStore } from "./each-store.ts";

describeEachStore("POST /", (front) => {
  test("runs one command, in any case", async () => {
    expect(await front.run("PING")).toEqual({ result: "PONG" });
    expect(await front.run("lPuSh", "list", "a", "b")).toEqual({ result: 2 });
    expect(await front.run("get", "absent")).toEqual({ result: null });
    expect(await front.run("lrange", "list", 0, -1)).toEqual({ result: ["b", "a"] });
  });

  test("answers an error of Redis with 400", async () => {
    const answer = await front.post("/", ["LPUSH", "list"]);
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: "ERR wrong number of arguments for 'lpush' command" },
    ]);
    expect((await front.post("/", ["NOSUCH", "a", "b"])).json).toEqual({
      error: "ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' ",
    });
  });

  test("takes numbers, booleans and null as their text", async () => {
    const body = '["RPUSH","list",1,-2.5,true,false,null,9007199254740993,123456789012345678901]';
    expect((await front.send("/", { method: "POST", body })).json).toEqual({ result: 7 });
    expect(await front.run("LRANGE", "list", 0, -1)).toEqual({
      result: ["1", "-2.5", "true", "false", "null", "9007199254740993", "123456789012345678901"],
    });
  });

  test("an integer beyond 2^53 comes back exactly", async () => {
    await front.run("SET", "n", "9007199254740992");
    expect((await front.post("/", ["INCR", "n"])).text).toBe('{"result":9007199254740993}');
  });

  test("keeps control characters and all of Unicode", async () => {
    const member = "rk\u0006\u0016pat\u0006\u0016queue\u0000\u{1f600}é";
    await front.run("SADD", "_kombu.binding.é", member);
    expect(await front.run("SMEMBERS", "_kombu.binding.é")).toEqual({ result: [member] });
  });

  test.each([
    ["{", "ERR The body is not valid JSON"],
    ["", "ERR The body is not valid JSON"],
    ['"PING"', "ERR The body must be a JSON array"],
    ["{}", "ERR The body must be a JSON array"],
    ["[]", "ERR The body is empty"],
    ['["SET","k",{"a":1}]', "ERR The body: argument 2 must be a string, a number, a boolean or null"],
    ['["SET",["k"],"v"]', "ERR The body: argument 1 must be a string, a number, a boolean or null"],
  ])("answers %s with 400", async (body, error) => {
    const answer = await front.send("/", { method: "POST", body });
    expect([answer.status, answer.json]).toEqual([400, { error }]);
  });

  test.each(["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])("answers %s with 405", async (method) => {
    for (const path of ["/", "/pipeline", "/multi-exec"]) {
      const answer = await front.send(path, { method });
      expect([answer.status, answer.json]).toEqual([
        405,
        { error: `ERR Method ${method} is not allowed here` },
      ]);
    }
  });

  test("answers another response format with 400", async () => {
    const answer = await front.post("/", ["PING"], { "upstash-response-format": "resp2" });
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: "ERR Upstash-Response-Format is not supported by this local front" },
    ]);
  });
});

describeEachStore("base64", (front) => {
  const base64 = { "upstash-encoding": "base64" };

  test("encodes every string but OK, and leaves numbers, null and errors", async () => {
    const answer = await front.post(
      "/pipeline",
      [
        ["SET", "key", "hello"],
        ["GET", "key"],
        ["GET", "absent"],
        ["INCR", "key"],
        ["RPUSH", "list", "a", "OK", "{}"],
        ["LRANGE", "list", 0, -1],
        ["PING"],
        ["SCAN", 0, "MATCH", "key"],
        ["HMGET", "absent", "a", "b"],
      ],
      base64,
    );
    expect(answer.json).toEqual([
      { result: "OK" },
      { result: "aGVsbG8=" },
      { result: null },
      { error: "ERR value is not an integer or out of range" },
      { result: 3 },
      { result: ["YQ==", "OK", "e30="] },
      { result: "UE9ORw==" },
      { result: ["MA==", ["a2V5"]] },
      { result: [null, null] },
    ]);
  });

  test("holds for POST / and for transactions", async () => {
    expect((await front.post("/", ["ECHO", "héllo"], base64)).json).toEqual({ result: "aMOpbGxv" });
    expect(
      (
        await front.post(
          "/multi-exec",
          [
            ["ECHO", "a"],
            ["SET", "b", "c"],
          ],
          base64,
        )
      ).json,
    ).toEqual([{ result: "YQ==" }, { result: "OK" }]);
  });

  test("is exact to the byte, and without it bad UTF-8 becomes U+FFFD", async () => {
    const body = Buffer.from([0x61, 0xff, 0x00, 0xfe, 0xc3, 0x28]);
    expect((await front.send("/set/bytes", { method: "POST", body })).json).toEqual({ result: "OK" });
    expect((await front.post("/", ["GET", "bytes"], base64)).json).toEqual({ result: "Yf8A/sMo" });
    expect((await front.post("/", ["GET", "bytes"])).json).toEqual({ result: "a\ufffd\u0000\ufffd\ufffd(" });
    expect((await front.post("/", ["STRLEN", "bytes"])).json).toEqual({ result: 6 });
  });
});

describeEachStore("POST /pipeline", (front) => {
  test("answers 200 with an error in its place, and the rest applied in order", async () => {
    const answer = await front.post("/pipeline", [
      ["SET", "text", "a"],
      ["LPUSH", "text", "b"],
      ["NOSUCH"],
      ["BRPOP", "list", 0],
      ["LPUSH", "list", "c"],
      ["LRANGE", "list", 0, -1],
    ]);
    expect([answer.status, answer.json]).toEqual([
      200,
      [
        { result: "OK" },
        { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
        { error: "ERR unknown command 'NOSUCH', with args beginning with: " },
        { error: "ERR Command is not available: 'BRPOP'" },
        { result: 1 },
        { result: ["c"] },
      ],
    ]);
  });

  test("runs thousands of commands in one request", async () => {
    const commands = Array.from({ length: 2500 }, (_, index) => ["RPUSH", "list", index]);
    const { json } = await front.post("/pipeline", commands);
    expect([json.length, json[0], json[2499]]).toEqual([2500, { result: 1 }, { result: 2500 }]);
    expect(front.seen).toHaveLength(2500);
    expect(front.paths).toEqual(["/pipeline"]);
  });

  test.each([
    ["[]", "ERR The body holds no command"],
    ["[[]]", "ERR Command 0 is empty"],
    ['[["PING"],"PING"]', "ERR Command 1 must be a JSON array"],
    ['["PING"]', "ERR Command 0 must be a JSON array"],
    ["{}", "ERR The body must be a JSON array of commands"],
    ["[", "ERR The body is not valid JSON"],
  ])("answers %s with 400, and so does a transaction", async (body, error) => {
    for (const path of ["/pipeline", "/multi-exec"]) {
      const answer = await front.send(path, { method: "POST", body });
      expect([answer.status, answer.json]).toEqual([400, { error }]);
    }
  });
});
