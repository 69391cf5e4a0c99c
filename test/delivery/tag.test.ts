/** @module Delivery tags are UUIDs of version 4, and none comes twice. */
import { expect, test } from "vitest";
import { newDeliveryTag } from "../../src/delivery/tag.ts";

const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("many tags", () => {
  const tags = Array.from({ length: 10_000 }, newDeliveryTag);
  for (const tag of tags) expect(tag).toMatch(VERSION_4);
  expect(new Set(tags).size).toBe(10_000);
});

test("every digit that is free varies", () => {
  const tags = Array.from({ length: 2_000 }, newDeliveryTag);
  for (let at = 0; at < 36; at++) {
    const seen = new Set(tags.map((tag) => tag[at])).size;
    expect([at, seen]).toEqual([at, [8, 13, 18, 23, 14].includes(at) ? 1 : at === 19 ? 4 : 16]);
  }
});
