/** @module The gateway's router: what it remembers changes nothing. */
import { expect, test } from "vitest";
import { gateway } from "../../src/http/gateway.ts";
import { RememberingRouter } from "../../src/http/router.ts";
import { environment, fresh, landed, read, TOKEN } from "./client.ts";

test("a path that is asked for again has the same handler and parameters", () => {
  const router = new RememberingRouter<string>();
  router.add("POST", "/a/:name", "publish");
  router.add("ALL", "/a/:name", "other");
  for (let turn = 0; turn < 2; turn++) {
    expect(router.match("POST", "/a/one")).toEqual([[["publish", { name: "one" }]]]);
    expect(router.match("POST", "/a/two")).toEqual([[["publish", { name: "two" }]]]);
    expect(router.match("GET", "/a/one")).toEqual([[["other", { name: "one" }]]]);
    expect(router.match("POST", "/b")).toEqual([[]]);
  }
});

test("a route that is added later is found", () => {
  const router = new RememberingRouter<string>();
  expect(router.match("GET", "/later")).toEqual([[]]);
  router.add("GET", "/later", "here");
  expect(router.match("GET", "/later")).toEqual([[["here", {}]]]);
});

test("handlers that may call the next one keep it", () => {
  const router = new RememberingRouter<string>();
  router.add("GET", "/own", "answers");
  router.answering = false;
  router.add("GET", "*", "looks and goes on");
  router.add("GET", "/more", "answers too");
  expect(router.match("GET", "/own")).toEqual([[["answers", {}]]]);
  expect(router.match("GET", "/more")).toEqual([
    [
      ["looks and goes on", {}],
      ["answers too", {}],
    ],
  ]);
});

test("more paths than are remembered", () => {
  const router = new RememberingRouter<string>();
  router.add("GET", "/a/:name", "here");
  for (let count = 0; count < 2_500; count++) {
    expect(router.match("GET", `/a/${count % 1_300}`)).toEqual([[["here", { name: String(count % 1_300) }]]]);
  }
  const long = "x".repeat(2_000);
  expect(router.match("GET", `/a/${long}`)).toEqual([[["here", { name: long }]]]);
});

test("routes and middleware can be added to a gateway", async () => {
  const app = gateway();
  app.use("/own/*", async (c, next) => {
    await next();
    c.res.headers.set("x-seen", "yes");
  });
  app.get("/own/:name", (c) => c.text(c.req.param("name")));
  const own = await app.request("/own/page");
  expect([own.status, await own.text(), own.headers.get("x-seen")]).toEqual([200, "page", "yes"]);
  const queue = fresh("beside");
  const answer = await app.request(
    `/v1/queues/${queue}/messages`,
    { method: "POST", headers: { authorization: `Bearer ${TOKEN}` }, body: "x" },
    environment(),
  );
  expect((await read(answer)).status).toBe(202);
  expect(await landed(queue)).toHaveLength(1);
});
