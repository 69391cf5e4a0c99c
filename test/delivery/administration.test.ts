import { describe, expect, it } from "vitest";
import { Exchange, Queue } from "../../src/entity.ts";
import { InvalidArgumentError } from "../../src/errors.ts";
import { Producer } from "../../src/producer.ts";
import { isolated } from "./redis.ts";

describe("queues and bindings (kombu-redis §10)", () => {
  it("declares every binding and returns the name", async () => {
    const { channel, prefix, run } = isolated();
    const topic = new Exchange("t", { type: "topic" });
    const queue = new Queue("q1", {
      bindings: [
        { exchange: "d", routingKey: "k1" },
        { exchange: topic, routingKey: "#" },
      ],
    });
    expect(await queue.declare(channel)).toBe("q1");
    expect(await run("SMEMBERS", `${prefix}_kombu.binding.d`)).toEqual(["k1\x06\x16\x06\x16q1"]);
    expect(await run("SMEMBERS", `${prefix}_kombu.binding.t`)).toEqual(["#\x06\x16^.*?$\x06\x16q1"]);
    await new Exchange("t").declare(channel);
  });

  it("unbinds for good, whichever way it was bound, and says whether it was", async () => {
    const { channel, prefix, run } = isolated();
    const queue = new Queue("q");
    await queue.bind(channel, new Exchange("e", { type: "topic" }), "a.*");
    expect(await queue.unbind(channel, "e", "a.*")).toBe(true);
    expect(await queue.unbind(channel, "e", "a.*")).toBe(false);
    expect(await run("SMEMBERS", `${prefix}_kombu.binding.e`)).toEqual([]);
  });

  it("counts, purges and deletes over all priorities", async () => {
    const { channel, prefix, run } = isolated();
    const queue = new Queue("q", { exchange: "e", routingKey: "k" });
    await queue.declare(channel);
    const producer = new Producer(channel, { routingKey: "q" });
    for (const priority of [0, 0, 3, 9]) await producer.publish(1, { priority });
    expect(Object.fromEntries(await channel.queueSizes("q"))).toEqual({ 0: 2, 3: 1, 6: 0, 9: 1 });
    expect(await queue.size(channel)).toBe(4);
    expect(await queue.purge(channel)).toBe(4);
    expect(await queue.size(channel)).toBe(0);
    await producer.publish(1);
    expect(await queue.delete(channel, { ifEmpty: true })).toBe(0);
    expect(await queue.size(channel)).toBe(1);
    expect(await queue.delete(channel)).toBe(1);
    expect(await run("SMEMBERS", `${prefix}_kombu.binding.e`)).toEqual([]);
  });

  it("refuses a topic key that would poison the exchange for every Kombu publisher", async () => {
    const { channel, prefix, run } = isolated();
    const topic = new Exchange("t", { type: "topic" });
    for (const key of ["*a", "a.**", "**", "*a.\\"]) {
      await expect(channel.bindQueue("q", topic, key)).rejects.toThrow(InvalidArgumentError);
    }
    expect(await run("EXISTS", `${prefix}_kombu.binding.t`)).toBe(0);
  });

  it("refuses a key that runs into the separator", async () => {
    const { channel, prefix, run } = isolated({ sep: "%%" });
    await expect(channel.bindQueue("q", "d", "k%")).rejects.toMatchObject({ field: "routingKey" });
    expect(await run("EXISTS", `${prefix}_kombu.binding.d`)).toBe(0);
  });

  it.each<[string, () => unknown, string]>([
    ["an unknown exchange type", () => new Exchange("e", { type: "headers" as never }), "exchange.type"],
    ["a fanout name with a slash", () => new Exchange("a/b", { type: "fanout" }), "exchange"],
    ["an exchange that is no name", () => new Exchange(1 as never), "exchange"],
    ["an unknown queue option", () => new Queue("q", { routingkey: "k" } as never), "routingkey"],
    ["an unknown exchange option", () => new Exchange("e", { kind: "topic" } as never), "kind"],
    ["a routing key for no exchange", () => new Queue("q", { routingKey: "k" }), "routingKey"],
    ["a binding to the anonymous exchange", () => isolated().channel.bindQueue("q", "", "k"), "exchange"],
    ["a queue with the separator", () => isolated().channel.bindQueue("a\x06\x16b", "e", "k"), "queue"],
    ["a queue without a name", () => isolated().channel.purgeQueue(""), "queue"],
    ["a key with the separator", () => isolated().channel.bindQueue("q", "e", "a\x06\x16b"), "routingKey"],
    [
      "a pattern with the separator",
      () => isolated({ sep: "." }).channel.bindQueue("q", new Exchange("t", { type: "topic" }), "#"),
      "routingKey",
    ],
    ["an unknown channel option", () => isolated({ prioritysteps: [0] } as never), "prioritysteps"],
    ["a time-out that is no number", () => isolated({ timeout: "1" as never }), "timeout"],
    ["a body encoding nobody reads", () => isolated({ bodyEncoding: "BASE64" as never }), "bodyEncoding"],
    ["a dead-letter queue without a name", () => isolated({ deadletterQueue: "" }), "deadletterQueue"],
  ])("%s is refused, naming the field", async (_name, act, field) => {
    await expect((async () => act())()).rejects.toMatchObject({ code: "invalid-argument", field });
  });
});
