import { describe, expect, it } from "vitest";
import type { Delivery } from "../../src/delivery/publication.ts";
import { Exchange, Queue } from "../../src/entity.ts";
import { EncodeError, InvalidArgumentError, RefusedError, UnroutableError } from "../../src/errors.ts";
import { Producer } from "../../src/producer.ts";
import { isolated } from "./redis.ts";

const orders = new Exchange("orders", { type: "topic" });

describe("publishMany", () => {
  it("answers in order, and one bad message keeps no other from its queue", async () => {
    const { channel, prefix, run, stored } = isolated();
    await new Queue("a", { exchange: orders, routingKey: "order.*" }).declare(channel);
    await run("SET", `${prefix}bad`, "not a list");
    const returned: unknown[] = [];
    const producer = new Producer(channel, { onReturn: ({ body }) => void returned.push(body) });
    const outcomes = await producer.publishMany([
      { body: 1, routingKey: "q" },
      { body: 2, routingKey: "" },
      { body: 3, routingKey: "bad" },
      { body: 4, exchange: orders, routingKey: "order.paid" },
      { body: 5, exchange: orders, routingKey: "nope" },
      { body: 6, exchange: orders, routingKey: "nope", mandatory: true },
      { body: () => 7, routingKey: "q" },
      { body: 8, routingKey: "q", priority: 9 },
      { body: 9, routingKey: "q" },
      { body: 10, exchange: orders, routingKey: "order.sent", consistency: "strict" },
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "delivered",
      "failed",
      "failed",
      "delivered",
      "unroutable",
      "failed",
      "failed",
      "delivered",
      "delivered",
      "delivered",
    ]);
    const errors = outcomes.map((outcome) => (outcome.status === "failed" ? outcome.error : undefined));
    expect(errors[1]).toBeInstanceOf(InvalidArgumentError);
    expect(errors[2]).toBeInstanceOf(RefusedError);
    expect(errors[5]).toBeInstanceOf(UnroutableError);
    expect(errors[6]).toBeInstanceOf(EncodeError);
    expect(returned).toEqual([5, 6]);
    expect((await stored("q")).map(({ body }) => body)).toEqual([1, 9]);
    expect((await stored("q\x06\x169")).map(({ body }) => body)).toEqual([8]);
    expect((await stored("a")).map(({ body }) => body)).toEqual([4, 10]);
  });

  it("guards one by one, also against each other", async () => {
    const { channel, stored } = isolated();
    const producer = new Producer(channel);
    const message = (body: number, idempotencyKey: string) => ({ body, routingKey: "q", idempotencyKey });
    const first = await producer.publishMany([message(1, "a"), message(2, "b"), message(1, "a")]);
    expect(first.map(({ status }) => status)).toEqual(["delivered", "delivered", "duplicate"]);
    const second = await producer.publishMany([message(1, "a"), message(3, "c")]);
    expect(second.map(({ status }) => status)).toEqual(["duplicate", "delivered"]);
    expect((second[0] as { deliveryTag: string }).deliveryTag).toBe(
      (first[0] as { deliveryTag: string }).deliveryTag,
    );
    expect((await stored("q")).map(({ body }) => body)).toEqual([1, 2, 3]);
  });

  it("lands all copies of a message or none, also in a batch", async () => {
    const { channel, prefix, run, stored } = isolated();
    for (const name of ["a", "b"])
      await new Queue(name, { exchange: orders, routingKey: "order.*" }).declare(channel);
    await run("SET", `${prefix}b`, "not a list");
    const producer = new Producer(channel, { exchange: orders });
    const outcomes = await producer.publishMany([{ body: 1, routingKey: "order.x" }]);
    expect(outcomes[0]!.status).toBe("failed");
    expect(await stored("a")).toEqual([]);
  });

  it("keeps the order in each queue over several requests", async () => {
    const { channel, stored } = isolated({ maximumRequestSize: 2_000 });
    const bodies = Array.from({ length: 60 }, (_, index) => index);
    const outcomes = await new Producer(channel, { routingKey: "q" }).publishMany(
      bodies.map((body) => ({ body })),
    );
    expect(outcomes.every(({ status }) => status === "delivered")).toBe(true);
    expect((await stored("q")).map(({ body }) => body)).toEqual(bodies);
  });

  it("refreshes a table past its age on the way, and sends the late copies", async () => {
    const { channel, prefix, run, stored } = isolated({ bindingMaximumAge: 0 });
    await new Queue("a", { exchange: orders, routingKey: "order.*" }).declare(channel);
    const producer = new Producer(channel, { exchange: orders });
    await producer.publish(0, { routingKey: "order.x" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await run("SADD", `${prefix}_kombu.binding.orders`, "order.x\x06\x16^order\\.x$\x06\x16b");
    const outcomes = await producer.publishMany([
      { body: 1, routingKey: "order.x" },
      { body: 2, routingKey: "order.y" },
    ]);
    expect(outcomes.map((outcome) => (outcome as Delivery).queues)).toEqual([["a", "b"], ["a"]]);
    expect((await stored("b")).map(({ body }) => body)).toEqual([1]);
  });

  it("declares and reads all tables it needs together", async () => {
    const { channel } = isolated();
    const queue = (name: string) => new Queue(name, { exchange: name, routingKey: "k" });
    const outcomes = await new Producer(channel).publishMany(
      ["x", "y", "z"].map((name) => ({
        body: name,
        exchange: name,
        routingKey: "k",
        declare: [queue(name)],
      })),
    );
    expect(outcomes.map((outcome) => (outcome as Delivery).queues)).toEqual([["x"], ["y"], ["z"]]);
  });

  it("of nothing is nothing", async () => {
    expect(await new Producer(isolated().channel).publishMany([])).toEqual([]);
  });
});

it.each([1, 2])(
  "a batch of %i is delivered although what it declares cannot be written, and says so",
  async (count) => {
    const { channel, prefix, run, stored } = isolated();
    await run("SET", `${prefix}_kombu.binding.orders`, "not a set");
    const declare = [new Queue("a", { exchange: orders, routingKey: "order.*" })];
    const messages = Array.from({ length: count }, (_, body) => ({ body, routingKey: "q", declare }));
    const outcomes = await new Producer(channel).publishMany(messages);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: "delivered",
        warnings: ["a declared binding could not be written"],
      });
    }
    expect(await stored("q")).toHaveLength(count);
  },
);
