/** @module Envelopes of one kind share what is written around their payloads, and never more than that. */
import { expect, test } from "vitest";
import { buildEnvelope, type EnvelopeParts } from "../../src/envelope/envelope.ts";

const plain: EnvelopeParts = {
  body: { payload: "1", contentType: "application/json", contentEncoding: "utf-8" },
  headers: {},
  properties: {},
  deliveryMode: 2,
  expiration: undefined,
  priority: 0,
  bodyEncoding: "base64",
};

function written(parts: Partial<EnvelopeParts>): unknown {
  return JSON.parse(buildEnvelope({ ...plain, ...parts }).copy("tag", "orders", "paid"));
}

const expected = (over: object, properties: object = {}) => ({
  body: "MQ==",
  "content-encoding": "utf-8",
  "content-type": "application/json",
  headers: {},
  properties: {
    delivery_mode: 2,
    delivery_info: { exchange: "orders", routing_key: "paid" },
    priority: 0,
    body_encoding: "base64",
    delivery_tag: "tag",
    ...properties,
  },
  ...over,
});

const text = { payload: "2", contentType: "text/plain", contentEncoding: "us-ascii" };
const kinds: readonly (readonly [Partial<EnvelopeParts>, unknown])[] = [
  [{}, expected({})],
  [{ body: { ...plain.body, payload: "2" } }, expected({ body: "Mg==" })],
  [{ body: text }, expected({ body: "Mg==", "content-type": "text/plain", "content-encoding": "us-ascii" })],
  [{ deliveryMode: 1 }, expected({}, { delivery_mode: 1 })],
  [{ expiration: "60000" }, expected({}, { expiration: "60000" })],
  [{ priority: 9 }, expected({}, { priority: 9 })],
  [{ bodyEncoding: null }, expected({ body: "1" }, { body_encoding: null })],
  [{ headers: { tenant: "a" } }, expected({ headers: { tenant: "a" } })],
  [{ properties: { app_id: "shop" } }, expected({}, { app_id: "shop" })],
  [
    { properties: { delivery_info: { more: 1 } } },
    expected({}, { delivery_info: { more: 1, exchange: "orders", routing_key: "paid" } }),
  ],
];

test("every kind after every other", () => {
  for (const [first] of kinds) {
    for (const [parts, envelope] of kinds) {
      written(first);
      expect(written(parts)).toEqual(envelope);
    }
  }
});
