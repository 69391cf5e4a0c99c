/** @module Bindings: shown, made, removed, explained. */
import { expect, test } from "vitest";
import { client, expectProblem, fresh, redis } from "../client.ts";

const SEP = "\x06\x16";
const ask = client();

test("a binding is made as its type needs it, shown, and removed", async () => {
  const exchange = fresh("orders");
  const path = `/v1/exchanges/${exchange}/bindings`;
  const topic = { queue: "billing", routing_key: "order.*", type: "topic" };
  expect((await ask("PUT", path, { json: topic })).status).toBe(204);
  expect((await ask("PUT", path, { json: topic })).status).toBe(204);
  await ask("PUT", path, { json: { queue: "audit", routing_key: "order.paid", type: "direct" } });
  await redis.sadd(`_kombu.binding.${exchange}`, "not a binding");
  const shown = await ask("GET", path);
  expect(shown.status).toBe(200);
  expect(shown.body).toEqual({
    exchange,
    bindings: expect.arrayContaining([
      { queue: "billing", routing_key: "order.*", pattern: "^order\\..*?[^\\.]$" },
      { queue: "audit", routing_key: "order.paid", pattern: "" },
    ]),
    skipped: [{ member: "not a binding", reason: "malformed" }],
  });
  expect((await ask("DELETE", path, { json: { queue: "billing", routing_key: "order.*" } })).status).toBe(
    204,
  );
  expectProblem(
    await ask("DELETE", path, { json: { queue: "billing", routing_key: "order.*" } }),
    404,
    "not-found",
  );
  expect((await redis.smembers(`_kombu.binding.${exchange}`)).toSorted()).toEqual([
    "not a binding",
    ["order.paid", "", "audit"].join(SEP),
  ]);
});

test("a configured exchange needs no type, and shows it", async () => {
  const exchange = fresh("orders");
  const configured = client({ exchanges: { [exchange]: { type: "topic" } } });
  const path = `/v1/exchanges/${exchange}/bindings`;
  expect((await configured("PUT", path, { json: { queue: "q", routing_key: "#" } })).status).toBe(204);
  expect((await configured("GET", path)).body).toMatchObject({
    type: "topic",
    bindings: [{ pattern: "^.*?$" }],
  });
  expectProblem(
    await configured("PUT", path, { json: { queue: "q", routing_key: "#", type: "direct" } }),
    400,
    "invalid-argument",
    { field: "type" },
  );
});

test("the dry run says where a key goes, and why, row by row; nothing is published", async () => {
  const exchange = fresh("dry");
  const poison = ["a.**", "^a\\..**$", "broken"].join(SEP);
  await redis.sadd(
    `_kombu.binding.${exchange}`,
    ["order.*", "^order\\..*?[^\\.]$", "topic"].join(SEP),
    ["stock.*", "^stock\\..*?[^\\.]$", "other"].join(SEP),
    ["order.paid", "", "direct"].join(SEP),
    ["order.sent", "", "sent"].join(SEP),
    poison,
    "junk",
  );
  const rows = async (query: string) => {
    const answer = await ask("GET", `/v1/exchanges/${exchange}/route?routing_key=order.paid${query}`);
    expect(answer.status).toBe(200);
    const { bindings, ...rest } = answer.body;
    const explained = Object.fromEntries(
      bindings.map((row: { queue: string; matches: boolean; reason: string }) => [
        row.queue,
        [row.matches, row.reason],
      ]),
    );
    return { ...rest, queues: rest.queues.toSorted(), explained };
  };
  const skipped = expect.arrayContaining([
    { member: "junk", reason: "malformed" },
    { member: poison, reason: "poison-pattern" },
  ]);
  expect(await rows("")).toEqual({
    exchange,
    routing_key: "order.paid",
    queues: ["direct", "topic"],
    skipped,
    explained: {
      topic: [true, "pattern-matches"],
      other: [false, "pattern-does-not-match"],
      direct: [true, "same-routing-key"],
      sent: [false, "other-routing-key"],
      broken: [false, "poison-pattern"],
    },
  });
  expect(await rows("&type=topic")).toMatchObject({
    type: "topic",
    queues: ["direct", "sent", "topic"],
    explained: { direct: [true, "no-pattern"], sent: [true, "no-pattern"] },
  });
  expect(await rows("&type=direct")).toMatchObject({
    queues: ["direct"],
    explained: { topic: [false, "other-routing-key"], direct: [true, "same-routing-key"] },
  });
  expect(await rows("&type=fanout")).toMatchObject({ explained: { sent: [true, "fanout"] } });
  expect(await redis.exists("topic", "direct")).toBe(0);
});
