/** @module Bad bindings, and names that are not for callers. */
import { describe, expect, test } from "vitest";
import { expectProblem } from "../client.ts";
import { JSON_TYPE, refused } from "./refused.ts";

describe("names that Kombu keeps to itself", () => {
  test.each(["_kombu.binding.orders", "_kombu-edge.guard.x", "unacked", "unacked_index"])(
    "%s",
    async (name) => {
      for (const [method, path, more] of [
        ["POST", `/v1/queues/${name}/messages`, { body: "x" }],
        ["GET", `/v1/queues/${name}`, {}],
        ["DELETE", `/v1/queues/${name}/messages`, {}],
        ["PUT", "/v1/exchanges/e/bindings", { json: { queue: name, type: "direct" } }],
      ] as const) {
        expectProblem(await refused(method, path, more), 400, "invalid-argument", { field: "queue" });
      }
      const json = { routing_key: name, body: 1 };
      const answer = await refused("POST", "/v1/messages", { json });
      expectProblem(answer, 400, "invalid-argument", { field: "routing_key" });
    },
  );
});

describe("a binding", () => {
  const path = "/v1/exchanges/e/bindings";
  test.each<[string, unknown, string]>([
    ["unknown field", { queue: "q", routingKey: "k", type: "topic" }, "routingKey"],
    ["no queue", { routing_key: "k", type: "topic" }, "queue"],
    ["empty queue name", { queue: "", type: "topic" }, "queue"],
    ["queue with the separator", { queue: "a\x06\x16b", type: "direct" }, "queue"],
    [
      "routing key with the separator",
      { queue: "q", routing_key: "a\x06\x16b", type: "direct" },
      "routing_key",
    ],
    [
      "routing key that Python cannot compile",
      { queue: "q", routing_key: "a.**", type: "topic" },
      "routing_key",
    ],
    ["no type", { queue: "q", routing_key: "k" }, "type"],
    ["unknown type", { queue: "q", routing_key: "k", type: "headers" }, "type"],
  ])("%s", async (_name, json, field) => {
    expectProblem(await refused("PUT", path, { json }), 400, "invalid-argument", { field });
  });

  test("that is not JSON", async () => {
    expectProblem(await refused("PUT", path, { body: "{}" }), 415, "unsupported-media-type");
    const broken = await refused("PUT", path, { headers: JSON_TYPE, body: "{" });
    expectProblem(broken, 400, "malformed-json", { position: 1 });
    expect(broken.body.line).toBeUndefined();
  });
});
