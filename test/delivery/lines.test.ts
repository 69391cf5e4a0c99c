/** @module How a batch is divided: what shares a queue keeps its order, the rest may go at the same time. */
import { describe, expect, test } from "vitest";
import { type Item, linesOf } from "../../src/delivery/lines.ts";
import type { Delivery } from "../../src/delivery/publication.ts";
import { Producer } from "../../src/producer.ts";
import { isolated } from "./redis.ts";

/** An item of a size for some queues. */
function item(size: number, queues: string, guard?: string): Item {
  const pushes = [...queues].map((target) => ({
    command: "LPUSH",
    target,
    message: "x".repeat(size / queues.length),
  }));
  return {
    publication: { guard: guard && { key: guard, seconds: 1 } },
    destination: { queues: [...queues], pushes },
  } as unknown as Item;
}

test.each<[string, number, Item[], number[][][]]>([
  ["nothing", 10, [], []],
  ["all of it in one request", 10, [item(4, "a"), item(4, "b"), item(2, "a")], [[[0, 1, 2]]]],
  ["one queue", 10, [item(4, "a"), item(4, "a"), item(4, "a")], [[[0, 1], [2]]]],
  ["two queues", 10, [item(5, "a"), item(5, "b"), item(5, "a"), item(5, "b")], [[[0, 2]], [[1, 3]]]],
  ["small queues share a request", 10, [item(9, "a"), item(3, "b"), item(4, "c")], [[[0]], [[1, 2]]]],
  [
    "a small one after a large one",
    10,
    [item(9, "a"), item(9, "a"), item(1, "b"), item(1, "c")],
    [[[0], [1, 2]], [[3]]],
  ],
  ["one that is larger than a request", 10, [item(4, "a"), item(30, "b"), item(4, "a")], [[[0, 2]], [[1]]]],
  [
    "a message in two queues ties them together",
    10,
    [item(6, "a"), item(6, "b"), item(6, "c"), item(4, "ab")],
    [[[0], [1, 3]], [[2]]],
  ],
  [
    "ties in a row",
    10,
    [item(8, "a"), item(8, "ab"), item(8, "cd"), item(8, "d"), item(8, "bc")],
    [[[0], [1], [2], [3], [4]]],
  ],
  [
    "a guard ties its messages together",
    10,
    [item(8, "a", "k"), item(8, "b", "k"), item(8, "c")],
    [[[0], [1]], [[2]]],
  ],
])("%s", (_name, limit, items, lines) => {
  expect(linesOf(items, limit)).toEqual(lines);
});

describe("a batch of many requests", () => {
  const queues = ["a", "b", "c", "d", "e", "f", "g"];
  const messages = Array.from({ length: 210 }, (_item, index) => ({
    body: { index, text: "x".repeat(100) },
    routingKey: queues[index % 7]!,
  }));

  test("each queue has its messages in order, and each message its own outcome", async () => {
    const { channel, stored } = isolated({ maximumRequestSize: 3_000 });
    const outcomes = await new Producer(channel).publishMany(messages);
    expect(outcomes.map((outcome) => (outcome as Delivery).queues)).toEqual(
      messages.map(({ routingKey }) => [routingKey]),
    );
    for (const [offset, queue] of queues.entries()) {
      const landed = await stored(queue);
      expect(landed.map(({ body }) => (body as { index: number }).index)).toEqual(
        Array.from({ length: 30 }, (_item, index) => index * 7 + offset),
      );
      const tags = outcomes.flatMap((outcome, index) =>
        index % 7 === offset ? [(outcome as Delivery).deliveryTag] : [],
      );
      expect(landed.map(({ properties }) => properties.delivery_tag)).toEqual(tags);
    }
  });

  test("a queue that refuses its messages fails them alone", async () => {
    const { channel, prefix, run, stored } = isolated({ maximumRequestSize: 3_000 });
    await run("SET", `${prefix}c`, "not a list");
    const outcomes = await new Producer(channel).publishMany(messages);
    expect(outcomes.map(({ status }) => status)).toEqual(
      messages.map(({ routingKey }) => (routingKey === "c" ? "failed" : "delivered")),
    );
    expect(await stored("d")).toHaveLength(30);
  });
});
