/** @module Who may call, on every route (http-redis §1.3 and §4.5). */
import { expect, test } from "vitest";
import { describeEachStore } from "./each-store.ts";

const UNAUTHORIZED = { error: "WRONGPASS invalid or missing auth token" };

describeEachStore("authorization", (front) => {
  const routes: [method: string, path: string, body?: string][] = [
    ["POST", "/", '["SET","stolen","1"]'],
    ["POST", "/pipeline", '[["SET","stolen","1"]]'],
    ["POST", "/multi-exec", '[["SET","stolen","1"]]'],
    ["GET", "/set/stolen/1"],
    ["POST", "/set/stolen", "1"],
    ["PUT", "/set/stolen", "1"],
    ["DELETE", "/set/stolen/1"],
    ["GET", "/"],
  ];
  test.each(routes)("%s %s is refused without the token", async (method, path, body) => {
    for (const authorization of [
      "",
      "Bearer wrong",
      "Basic abc",
      `Bearer ${front.local.token}x`,
      "Bearer ",
    ]) {
      const init: RequestInit = { method, headers: { authorization } };
      if (body !== undefined) init.body = body;
      const answer = await front.send(path, init);
      expect([answer.status, answer.json], authorization).toEqual([401, UNAUTHORIZED]);
      expect(answer.headers.get("content-type")).toBe("application/json");
    }
    expect(await front.run("EXISTS", "stolen")).toEqual({ result: 0 });
  });

  test("HEAD is refused without the token", async () => {
    const answer = await front.send("/get/key", { method: "HEAD", headers: { authorization: "Bearer no" } });
    expect([answer.status, answer.text]).toEqual([401, ""]);
  });

  test("the token may stand in the URL, and is then no argument", async () => {
    const headers = { authorization: "" };
    const answer = await front.send(`/set/key/value?_token=${front.local.token}`, { headers });
    expect([answer.status, answer.json]).toEqual([200, { result: "OK" }]);
    expect(front.seen).toEqual([[["set", "key", "value"], "OK"]]);
    expect(front.paths).toEqual(["/set/key/value"]);
    expect((await front.send("/get/key?_token=wrong", { headers })).status).toBe(401);
  });

  test("the scheme's case does not matter", async () => {
    const headers = { authorization: `bearer ${front.local.token}` };
    expect((await front.send("/ping", { headers })).json).toEqual({ result: "PONG" });
  });
});
