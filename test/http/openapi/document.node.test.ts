/** @module The OpenAPI document: valid, complete, and true. */
import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { gateway } from "../../../src/http/gateway.ts";

// biome-ignore lint/suspicious/noExplicitAny: a document is looked at, not used
async function document(path = "/openapi.json"): Promise<any> {
  const answer = await gateway().request(path);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("application/json");
  return await answer.json();
}

test("is a valid OpenAPI 3.1 document, by a validator of others", async () => {
  const validator = new Validator();
  const found = await validator.validate(await document());
  expect(found).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  const broken = await document();
  delete broken.info;
  expect((await new Validator().validate(broken)).valid).toBe(false);
});

test("has every route of the application, and no other", async () => {
  const described = Object.entries((await document()).paths).flatMap(([path, methods]) =>
    Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routed = gateway()
    .routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  expect(described.toSorted()).toEqual(routed.toSorted());
  expect(described).toEqual([
    "POST /v1/queues/{queue}/messages",
    "DELETE /v1/queues/{queue}/messages",
    "POST /v1/exchanges/{exchange}/messages",
    "POST /v1/messages",
    "POST /v1/events/{stream}",
    "OPTIONS /v1/events/{stream}",
    "GET /v1/events/{stream}",
    ...["track", "identify", "page", "screen", "group", "alias", "batch"].flatMap((call) => [
      `POST /v1/${call}`,
      `OPTIONS /v1/${call}`,
    ]),
    "GET /v1/queues",
    "GET /v1/queues/{queue}",
    "GET /v1/exchanges/{exchange}/bindings",
    "PUT /v1/exchanges/{exchange}/bindings",
    "DELETE /v1/exchanges/{exchange}/bindings",
    "GET /v1/exchanges/{exchange}/route",
    "POST /v1/webhooks/{source}",
    "GET /v1/webhooks/{source}",
    "OPTIONS /v1/webhooks/{source}",
    "GET /v1/webhooks/{source}/handover",
    "DELETE /v1/webhooks/{source}/handover",
    "POST /v1/tasks/{name}",
    "POST /v1/tasks",
    "GET /v1/tasks/{id}",
    "DELETE /v1/tasks/{id}",
    "POST /api/task/send-task/{name}",
    "POST /api/task/async-apply/{name}",
    "POST /api/task/apply/{name}",
    "GET /api/task/result/{id}",
    "POST /api/task/revoke/{id}",
    "GET /v1/spool",
    "POST /v1/spool/replay",
    "DELETE /v1/spool/{id}",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /openapi.json",
  ]);
});

test("says of an operation what it takes, needs and gives", async () => {
  const { paths } = await document();
  expect(paths["/v1/exchanges/{exchange}/messages"].post).toEqual({
    operationId: "postV1ExchangesExchangeMessages",
    summary: "Publish the body to an exchange",
    security: [{ token: [] }],
    "x-right": "publish:{exchange}",
    parameters: [
      { name: "exchange", in: "path", required: true, schema: { type: "string", minLength: 1 } },
      { name: "routing_key", in: "query", required: false, schema: { type: "string" } },
      {
        name: "type",
        in: "query",
        required: false,
        schema: { type: "string", enum: ["direct", "topic", "fanout"] },
      },
      {
        name: "mandatory",
        in: "query",
        required: false,
        schema: { type: "boolean", description: "Default true, unless a dead-letter queue is configured." },
      },
      {
        name: "priority",
        in: "query",
        required: false,
        schema: {
          type: "integer",
          minimum: 0,
          maximum: 255,
          description: "0 is consumed first; above 9 counts as 9.",
        },
      },
      {
        name: "expiration",
        in: "query",
        required: false,
        schema: { type: "number", minimum: 0, description: "Seconds; nobody acts on it." },
      },
      { name: "compression", in: "query", required: false, schema: { type: "string" } },
      {
        name: "delivery_mode",
        in: "query",
        required: false,
        schema: { type: ["string", "number"], enum: [1, 2, "transient", "persistent"] },
      },
      { name: "Idempotency-Key", in: "header", schema: { type: "string", minLength: 1, maxLength: 255 } },
    ],
    requestBody: { required: true, content: { "*/*": {} } },
    responses: {
      200: {
        description: "Success",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Delivery" } } },
      },
      202: {
        description: "Success",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Delivery" } } },
      },
      default: {
        description: "Failure",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  });
  expect(paths["/healthz"].get.security).toBeUndefined();
});

test("describes a message by the schema that validates it", async () => {
  const { Message } = (await document()).components.schemas;
  expect(Object.keys(Message.properties)).toEqual([
    "exchange",
    "exchange_type",
    "routing_key",
    "body",
    "body_encoding",
    "content_type",
    "content_encoding",
    "serializer",
    "headers",
    "properties",
    "priority",
    "expiration",
    "compression",
    "delivery_mode",
    "mandatory",
    "idempotency_key",
  ]);
  expect([Message.additionalProperties, Message.required, Message.properties.headers]).toEqual([
    false,
    ["body"],
    { type: "object" },
  ]);
});

test("every reference leads somewhere", async () => {
  const text = JSON.stringify(await document());
  const { schemas } = JSON.parse(text).components;
  const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
  expect(references.length).toBeGreaterThan(20);
  expect(references.filter((name) => !(name in schemas))).toEqual([]);
});
