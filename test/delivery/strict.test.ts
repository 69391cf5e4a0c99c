import { describe, expect, inject, it } from "vitest";
import { Exchange } from "../../src/entity.ts";
import { RefusedError, UnroutableError } from "../../src/errors.ts";
import { Producer } from "../../src/producer.ts";
import vectors from "../vectors/topic.json" with { type: "json" };
import { isolated } from "./redis.ts";

const strict = { consistency: "strict" } as const;
const topic = new Exchange("t", { type: "topic" });

describe("the strict script", () => {
  it("honours a binding made a moment ago, and one removed a moment ago", async () => {
    const { channel, prefix, run } = isolated();
    const producer = new Producer(channel, { exchange: topic });
    const member = "a\x06\x16^a$\x06\x16q";
    expect((await producer.publish(1, { routingKey: "a", ...strict })).status).toBe("unroutable");
    await run("SADD", `${prefix}_kombu.binding.t`, member);
    expect((await producer.publish(1, { routingKey: "a", ...strict })).queues).toEqual(["q"]);
    await run("SREM", `${prefix}_kombu.binding.t`, member);
    expect((await producer.publish(1, { routingKey: "a", ...strict })).status).toBe("unroutable");
    await expect(producer.publish(1, { routingKey: "a", mandatory: true, ...strict })).rejects.toThrow(
      UnroutableError,
    );
  });

  it("guards, tells the first tag, and gives each copy its own", async () => {
    const { channel, stored } = isolated();
    await channel.bindQueue("a", topic, "#");
    await channel.bindQueue("b", topic, "*");
    const producer = new Producer(channel, { exchange: topic });
    const options = { routingKey: "k", idempotencyKey: "id", priority: 9, ...strict };
    const first = await producer.publish({ é: 1 }, options);
    expect([...first.queues].sort()).toEqual(["a", "b"]);
    const again = await producer.publish({ é: 1 }, options);
    expect(again).toMatchObject({ status: "duplicate", deliveryTag: first.deliveryTag });
    expect([...again.queues].sort()).toEqual(["a", "b"]);
    const [a] = await stored("a\x06\x169");
    const [b] = await stored("b\x06\x169");
    expect([a!.body, b!.body]).toEqual([{ é: 1 }, { é: 1 }]);
    expect(a!.properties.delivery_info).toEqual({ exchange: "t", routing_key: "k" });
    expect(new Set([a, b].map((copy) => copy!.properties.delivery_tag)).size).toBe(2);
  });

  it("writes a per-queue delivery info, dead-letters, and takes back on refusal", async () => {
    const { channel, stored, prefix, run } = isolated({ deliveryInfo: "queue", deadletterQueue: "dead" });
    const producer = new Producer(channel, { exchange: topic });
    expect(await producer.publish(1, { routingKey: "none", ...strict })).toMatchObject({
      status: "unroutable",
      queues: ["dead"],
    });
    await channel.bindQueue('a"ü', topic, "#");
    await producer.publish(2, { routingKey: "k", ...strict });
    expect((await stored('a"ü'))[0]!.properties.delivery_info).toEqual({ exchange: "", routing_key: 'a"ü' });
    await channel.bindQueue("b", topic, "#");
    await run("SET", `${prefix}b`, "not a list");
    await expect(producer.publish(3, { routingKey: "k", idempotencyKey: "x", ...strict })).rejects.toThrow(
      RefusedError,
    );
    expect((await stored('a"ü')).map(({ body }) => body)).toEqual([2]);
  });

  it("declares in the same script", async () => {
    const { channel } = isolated();
    await channel.bindQueue("a", "d", "k");
    const delivery = await new Producer(channel, { exchange: "d" }).publish(1, {
      routingKey: "k",
      ...strict,
    });
    expect(delivery.queues).toEqual(["a"]);
  });
});

it(`routes as the table does, row by row of the golden cases (${inject("redisStore")} store)`, async () => {
  const { channel, prefix, run } = isolated();
  const producer = new Producer(channel, { exchange: topic });
  for (const [bindingKey, pattern, routingKey, matches] of vectors as [
    string,
    string,
    string,
    boolean | string,
  ][]) {
    const member = [bindingKey, pattern, "q"].join("\x06\x16");
    await run("DEL", `${prefix}_kombu.binding.t`);
    await run("SADD", `${prefix}_kombu.binding.t`, member);
    const { queues, warnings } = await producer.publish(1, { routingKey, ...strict });
    const expected =
      typeof matches === "string"
        ? { queues: [], warned: true }
        : { queues: matches ? ["q"] : [], warned: false };
    expect({ bindingKey, routingKey, queues, warned: warnings !== undefined }).toEqual({
      bindingKey,
      routingKey,
      ...expected,
    });
  }
});
