/** @module Methods and paths that no route takes. */
import { describe, expect, test } from "vitest";
import { client, expectProblem, fresh } from "./client.ts";

const ask = client();

test.each([
  ["PATCH", "/v1/messages", "POST, OPTIONS"],
  ["GET", "/v1/messages", "POST, OPTIONS"],
  ["GET", "/v1/queues/q/messages", "POST, DELETE, OPTIONS"],
  ["POST", "/v1/queues", "GET, HEAD, OPTIONS"],
  ["POST", "/v1/exchanges/e/bindings", "GET, PUT, DELETE, HEAD, OPTIONS"],
  ["DELETE", "/healthz", "GET, HEAD, OPTIONS"],
  ["PURGE", "/v1/messages", "POST, OPTIONS"],
  ["PUT", "/v1/webhooks/github", "POST, GET, OPTIONS, HEAD"],
])("%s %s is 405 and names what is allowed", async (method, path, allow) => {
  const answer = await ask(method, path);
  expectProblem(answer, 405, "method-not-allowed");
  expect(answer.headers.get("allow")).toBe(allow);
});

test("OPTIONS tells the methods, without a token", async () => {
  const answer = await ask("OPTIONS", "/v1/exchanges/e/bindings", { token: undefined });
  expect([answer.status, answer.headers.get("allow"), answer.text]).toEqual([
    204,
    "GET, PUT, DELETE, HEAD, OPTIONS",
    "",
  ]);
});

describe("HEAD", () => {
  test("is GET without the body, token and all", async () => {
    const path = `/v1/queues/${fresh("head")}`;
    const answer = await ask("HEAD", path);
    expect([answer.status, answer.text, answer.headers.get("content-type")]).toEqual([
      200,
      "",
      "application/json",
    ]);
    expect((await ask("HEAD", path, { token: "wrong" })).status).toBe(401);
    expect((await ask("HEAD", "/healthz", { token: undefined })).status).toBe(200);
  });
});

test.each(["/", "/v1", "/v1/", "/v1/nothing", "/v2/messages", "/v1/queues/q/messages/1", "/V1/messages"])(
  "%s is 404",
  async (path) => {
    expectProblem(await ask("GET", path), 404, "not-found");
  },
);

test.each([
  ["/v1/queues//messages", "queue"],
  ["/v1/exchanges//route", "exchange"],
])("%s lacks a name", async (path, field) => {
  expectProblem(await ask("GET", path), 400, "invalid-argument", { field });
});
