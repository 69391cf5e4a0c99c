/** @module The gateway within another application. */
import { Hono } from "hono";
import { expect, test } from "vitest";
import { gateway } from "../../src/http/gateway.ts";
import { environment, expectProblem, fresh, landed, read, TOKEN } from "./client.ts";

const headers = { authorization: `Bearer ${TOKEN}` };

function host(at: string): Hono {
  const app = new Hono();
  app.get("/before", (c) => c.text("before"));
  app.route(at, gateway({ maximumBodySize: 10 }));
  app.get("/after", (c) => c.text("after"));
  return app;
}

test.each(["/queue", "/a/b", "/", "/:tenant"])("under %s", async (at) => {
  const app = host(at);
  const prefix = at === "/" ? "" : at.replace(":tenant", "acme");
  const ask = async (method: string, path: string, body?: string) =>
    await read(
      await app.request(
        prefix + path,
        { method, headers, ...(body !== undefined && { body }) },
        environment(),
      ),
    );
  const queue = fresh("mounted");
  const published = await ask("POST", `/v1/queues/${queue}/messages`, "x");
  expect([published.status, published.body.queues]).toEqual([202, [queue]]);
  expect(await landed(queue)).toHaveLength(1);
  expect((await ask("GET", `/v1/queues/${queue}`)).body.messages).toBe(1);
  expect((await ask("GET", "/healthz")).status).toBe(200);
  expect((await ask("GET", "/readyz")).status).toBe(200);
  expect((await ask("GET", "/openapi.json")).body.servers).toEqual([{ url: prefix || "/" }]);
  expectProblem(await ask("POST", `/v1/queues/${queue}/messages`, "x".repeat(11)), 413, "content-too-large");
  expectProblem(await ask("GET", "/v1/nothing"), 404, "not-found");
  expectProblem(await ask("GET", "/v1/queues//messages"), 400, "invalid-argument", { field: "queue" });
  const other = await ask("PUT", "/v1/messages", "x");
  expectProblem(other, 405, "method-not-allowed");
  expect(other.headers.get("allow")).toBe("POST, OPTIONS");
});

test("the host keeps its own routes and its own 404", async () => {
  for (const at of ["/queue", "/"]) {
    const app = host(at);
    expect(await (await app.request("/before")).text()).toBe("before");
    expect(await (await app.request("/after")).text()).toBe("after");
    const missing = await app.request("/nowhere");
    expect([missing.status, await missing.text()]).toEqual([404, "404 Not Found"]);
  }
});

test("two gateways in one application keep to themselves", async () => {
  const app = new Hono();
  app.route("/small", gateway({ maximumBodySize: 1 }));
  app.route("/large", gateway({ maximumBodySize: 100 }));
  const statuses = [];
  for (const at of ["small", "large"]) {
    const path = `/${at}/v1/queues/${fresh("two")}/messages`;
    statuses.push((await app.request(path, { method: "POST", headers, body: "xx" }, environment())).status);
  }
  expect(statuses).toEqual([413, 202]);
});

test("the host's error handler has nothing to do", async () => {
  const app = new Hono();
  app.onError((_error, c) => c.text("host", 500));
  app.route("/queue", gateway());
  const answer = await read(await app.request("/queue/v1/queues", { headers }, {}));
  expectProblem(answer, 503, "not-configured");
});
