/** @module Requests that nobody thought of. */
import fc from "fast-check";
import { describe, test } from "vitest";
import { randomCases } from "../properties/runs.ts";
import { fill, type Known } from "./routes.ts";
import { AUTHORIZED, CANARIES, type World } from "./world.ts";

const FIELDS =
  "exchange exchange_type routing_key body body_encoding content_type content_encoding serializer compression headers " +
  "properties priority delivery_mode expiration mandatory idempotency_key task args kwargs task_id countdown eta expires " +
  "queue link link_error chain group chord header ignore_result time_limit soft_time_limit shadow specversion id source " +
  "type data data_base64 time datacontenttype write_key events batch event userId __proto__ __type__ __value__";
const VALUES = [
  "",
  "hostile",
  CANARIES.body,
  "zlib",
  "json",
  "yaml",
  "base64",
  "utf-8",
  "application/json",
  "1.0",
  "2026-01-01T00:00:00Z",
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  true,
  null,
  "topic",
  "fanout",
  "direct",
  [],
  {},
];

const names = fc.constantFrom(...FIELDS.split(" "));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.constantFrom(...VALUES),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(names, tie("value"), { maxKeys: 6 }),
  ),
}));
const json = fc.dictionary(names, value, { maxKeys: 10 }).map((object) => JSON.stringify(object));
const body = fc.oneof(
  { arbitrary: json, weight: 6 },
  { arbitrary: fc.array(json, { maxLength: 4 }).map((lines) => lines.join("\n")), weight: 2 },
  { arbitrary: fc.array(json, { maxLength: 4 }).map((items) => `[${items}]`), weight: 2 },
  fc.json(),
  fc.uint8Array({ maxLength: 200 }),
);
const header = fc.tuple(
  fc.constantFrom(
    "content-encoding",
    "idempotency-key",
    "accept",
    "origin",
    "ce-id",
    "ce-type",
    "ce-source",
    "ce-specversion",
    "x-github-event",
  ),
  fc.oneof(
    fc.constantFrom("gzip", "1.0", "text/event-stream;q=0", "null", CANARIES.header),
    fc.string({ maxLength: 30 }).map((text) => text.replace(/[^\x20-\x7e]/g, "")),
  ),
);
const type = fc.constantFrom(
  "application/json",
  "application/x-ndjson",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
  "text/plain",
  "application/x-www-form-urlencoded",
  "application/octet-stream",
);

/** The suite. */
export function fuzz(world: () => World, routes: () => readonly Known[]): void {
  describe("anything", () => {
    test("to any route", { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.oneof(
            { arbitrary: fc.constant(undefined), weight: 3 },
            fc.string({ minLength: 1, maxLength: 12, unit: "binary" }),
          ),
          body,
          type,
          fc.array(header, { maxLength: 3 }),
          async (index, name, content, contentType, headers) => {
            const { method, path, hasBody } = routes()[index % routes().length]!;
            const target = fill(
              path,
              name === undefined ? undefined : encodeURIComponent(name.toWellFormed()),
            );
            const all = [...AUTHORIZED, ["content-type", contentType] as const, ...headers];
            await world().attack(
              { method, target, headers: all, ...(hasBody && { body: content }) },
              { byRuntime: true },
            );
          },
        ),
        randomCases(1_500),
      );
    });
  });
}
