/** @module `/multi-exec` (http-redis §1.1 and §4.5). */
import { expect, test } from "vitest";
import { describeEachStore } from "./each-store.ts";

describeEachStore("POST /multi-exec", (front) => {
  test("keeps a run-time error in its place, with the others applied", async () => {
    const answer = await front.post("/multi-exec", [
      ["SET", "text", "a"],
      ["LPUSH", "text", "b"],
      ["LPUSH", "list", "c"],
    ]);
    expect([answer.status, answer.json]).toEqual([
      200,
      [
        { result: "OK" },
        { error: "WRONGTYPE Operation against a key holding the wrong kind of value" },
        { result: 1 },
      ],
    ]);
    expect(front.seen.map(([command]) => command[0])).toEqual(["SET", "LPUSH", "LPUSH"]);
  });

  test.each([
    [["LPUSH", "list"], "ERR wrong number of arguments for 'lpush' command"],
    [["NOSUCH", "x"], "ERR unknown command 'NOSUCH', with args beginning with: 'x' "],
    [["BRPOP", "list", 0], "ERR Command is not available: 'BRPOP'"],
    [["DISCARD"], "ERR Command is not available: 'DISCARD'"],
  ])("is discarded whole by %j: 400 and one object", async (command, reason) => {
    const answer = await front.post("/multi-exec", [["SET", "key", "1"], command, ["SET", "other", "1"]]);
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: `EXECABORT Transaction discarded because of: ${reason}` },
    ]);
    expect(await front.run("EXISTS", "key", "other")).toEqual({ result: 0 });
    expect((await front.post("/multi-exec", [["PING"]])).json).toEqual([{ result: "PONG" }]);
  });

  test("fifty at once do not get into each other's way", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        front.post("/multi-exec", [
          ["INCR", "count"],
          ["SET", `key:${index}`, index],
          ["GET", `key:${index}`],
          ["INCR", "count"],
        ]),
      ),
    );
    for (const [index, { json }] of answers.entries()) {
      expect(json[2]).toEqual({ result: String(index) });
      // Nothing came between the two increments.
      expect(json[3].result - json[0].result).toBe(1);
    }
    expect(await front.run("GET", "count")).toEqual({ result: "100" });
  });

  test("plain commands of other requests stay outside of a transaction", async () => {
    const [transactions, plain] = await Promise.all([
      Promise.all(
        Array.from({ length: 20 }, () =>
          front.post("/multi-exec", [
            ["INCR", "n"],
            ["INCR", "n"],
          ]),
        ),
      ),
      Promise.all(Array.from({ length: 20 }, () => front.run("PING"))),
    ]);
    expect(transactions.every(({ status }) => status === 200)).toBe(true);
    expect(plain).toEqual(Array.from({ length: 20 }, () => ({ result: "PONG" })));
  });
});
