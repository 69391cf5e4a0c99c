/** @module Tasks that cannot be sent: a problem that names the field, and nothing sent. */
import { expect, test } from "vitest";
import { client, expectProblem, requestsDuring } from "../client.ts";

const ask = client({ maximumBodySize: 5_000, maximumBatch: 3 });

async function refused(method: string, path: string, more: Parameters<typeof ask>[2] = {}) {
  const { result, requests } = await requestsDuring(() => ask(method, path, more));
  expect(requests).toBe(0);
  return result;
}

test.each<[string, object]>([
  ["body", [1, 2]],
  ["args", { args: "12" }],
  ["args", { args: {} }],
  ["kwargs", { kwargs: [] }],
  ["task", { task: "another" }],
  ["body", { chain: [{ task: "a" }] }],
  ["colour", { colour: "red" }],
  ["timeLimit", { timeLimit: 5 }],
  ["chain_", { chain_: 1 }],
  ["group_id", { group_id: "g" }],
  ["chord_", { chord_: {} }],
  ["properties", { properties: {} }],
  ["task_id", { task_id: "" }],
  ["task_id", { task_id: 7 }],
  ["countdown", { countdown: "5" }],
  ["eta", { eta: "" }],
  ["eta", { eta: "tomorrow" }],
  ["eta", { eta: 5 }],
  ["expires", { expires: "soon" }],
  ["queue", { queue: "" }],
  ["queue", { queue: 5 }],
  ["queue", { queue: "_kombu.binding.x" }],
  ["queue", { queue: "unacked" }],
  ["reply_to", { reply_to: "unacked_index" }],
  ["exchange", { exchange: "" }],
  ["routing_key", { routing_key: 5 }],
  ["priority", { priority: 10 }],
  ["priority", { priority: -1 }],
  ["priority", { priority: 1.5 }],
  ["headers", { headers: [] }],
  ["headers.task", { headers: { task: "other" } }],
  ["link", { link: 5 }],
  ["link", { link: {} }],
  ["link[1].colour", { link: [{ task: "a" }, { task: "b", colour: 1 }] }],
  ["link.fooBar", { link: { task: "a", fooBar: 1 } }],
  ["link_error.task", { link_error: { task: "" } }],
  ["link_error.link.queue", { link_error: { task: "a", link: { task: "b", queue: "unacked" } } }],
  ["ignore_result", { ignore_result: "yes" }],
  ["immutable", { immutable: 1 }],
  ["time_limit", { time_limit: 0 }],
  ["soft_time_limit", { soft_time_limit: 9, time_limit: 5 }],
  ["shadow", { shadow: "" }],
  ["serializer", { serializer: "" }],
  ["delivery_mode", { delivery_mode: 3 }],
  ["retries", { retries: -1 }],
  ["stamps.queue", { stamps: { queue: "x" } }],
  ["idempotency_key", { idempotency_key: "" }],
  ["idempotency_key", { idempotency_key: 5 }],
])("%s of %j", async (field, json) => {
  expectProblem(await refused("POST", "/v1/tasks/t", { json }), 400, "invalid-argument", { field });
});

test.each<[string, object]>([
  ["body", {}],
  ["task", { task: "" }],
  ["body", { task: "a", chain: [{ task: "b" }] }],
  ["chain", { chain: [] }],
  ["chain", { chain: {} }],
  ["chain[1]", { chain: [{ task: "a" }, "b"] }],
  ["chain[1].time_limit", { chain: [{ task: "a" }, { task: "b", time_limit: -1 }] }],
  ["group[0]", { group: [{}] }],
  ["group[0].task", { group: [{ task: "celery.chain", kwargs: { tasks: [] } }] }],
  ["chord", { chord: [] }],
  ["chord.header", { chord: { header: 1, body: { task: "a" } } }],
  ["chord.body", { chord: { header: [{ task: "a" }] } }],
  ["chord.header[0].queue", { chord: { header: [{ task: "a", queue: "unacked" }], body: { task: "b" } } }],
  ["args", { group: [{ task: "a" }], args: [1] }],
])("%s of the canvas %j", async (field, json) => {
  expectProblem(await refused("POST", "/v1/tasks", { json }), 400, "invalid-argument", { field });
});

test.each<[string, string, object]>([
  ["encode-error", "args[0]", { args: [{ __type__: "uuid", __value__: "x" }] }],
  ["encode-error", "kwargs.fooBar", { kwargs: { fooBar: "\ud800" } }],
  ["serializer-not-installed", "serializer", { serializer: "pickle" }],
  ["compression-not-installed", "compression", { compression: "lzma" }],
])("%s: %s", async (code, field, json) => {
  expectProblem(await refused("POST", "/v1/tasks/t", { json }), 400, code, { field });
});

test.each<[string, string, Parameters<typeof ask>[2], number, string, object]>([
  [
    "a body of another type",
    "/v1/tasks/t",
    { body: "{}" },
    415,
    "unsupported-media-type",
    { field: "content-type" },
  ],
  [
    "text that is no JSON",
    "/v1/tasks/t",
    { body: "{", headers: { "content-type": "application/json" } },
    400,
    "malformed-json",
    { position: 1 },
  ],
  ["a parameter", "/v1/tasks/t?queue=a", { json: {} }, 400, "invalid-argument", { field: "queue" }],
  [
    "too large a body",
    "/v1/tasks/t",
    { json: { args: ["a".repeat(6_000)] } },
    413,
    "content-too-large",
    { maximum: 5_000 },
  ],
  [
    "too many tasks",
    "/v1/tasks",
    { json: new Array(4).fill({ task: "a" }) },
    413,
    "content-too-large",
    { maximum: 3 },
  ],
  [
    "too large a canvas",
    "/v1/tasks",
    { json: { group: new Array(4).fill({ task: "a" }) } },
    413,
    "content-too-large",
    { maximum: 3 },
  ],
  ["no tasks", "/v1/tasks", { json: [] }, 400, "invalid-argument", { field: "body" }],
  [
    "too deep a canvas",
    "/v1/tasks",
    {
      body: `${'{"chain":['.repeat(300)}${"]}".repeat(300)}`,
      headers: { "content-type": "application/json" },
    },
    400,
    "invalid-argument",
    {},
  ],
  [
    "an empty key",
    "/v1/tasks/t",
    { json: {}, headers: { "idempotency-key": "" } },
    400,
    "invalid-argument",
    { field: "Idempotency-Key" },
  ],
  [
    "two keys",
    "/v1/tasks/t",
    { json: { idempotency_key: "a" }, headers: { "idempotency-key": "b" } },
    400,
    "invalid-argument",
    { field: "idempotency_key" },
  ],
])("%s", async (_title, path, more, status, code, members) => {
  expectProblem(await refused("POST", path, more), status, code, members);
});

test.each([
  ["GET", "/v1/tasks/i?wait=-1", "wait"],
  ["GET", "/v1/tasks/i?wait=long", "wait"],
  ["GET", "/v1/tasks/i?timeout=1", "timeout"],
  ["DELETE", "/v1/tasks/i?terminate=yes", "terminate"],
  ["DELETE", "/v1/tasks/i?signal=SIGNAL", "signal"],
  ["DELETE", "/v1/tasks/i?kill=true", "kill"],
])("%s %s", async (method, path, field) => {
  expectProblem(await refused(method, path), 400, "invalid-argument", { field });
});
