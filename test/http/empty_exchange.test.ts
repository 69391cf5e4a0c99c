/** @module Exchanges without bindings are named in the log: once a minute each, whether or not the publisher minds. */
import { afterEach, expect, test, vi } from "vitest";
import { Channel } from "../../src/channel.ts";
import { Exchange, Queue } from "../../src/entity.ts";
import { Producer } from "../../src/producer.ts";
import { isolated } from "../delivery/redis.ts";
import { client, fresh } from "./client.ts";
import { logged } from "./webhooks/sender.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What is in the log besides the requests. */
async function alarms(run: () => Promise<unknown>): Promise<unknown[]> {
  return (await logged(run)).lines.filter(({ event }) => event !== "request");
}

test("the gateway's log has one line for each exchange and minute", async () => {
  const ask = client({ channel: { missCooldown: 0 } });
  const [one, other] = [fresh("lost"), fresh("lost")];
  const publish = (exchange: string, more = "") =>
    ask("POST", `/v1/exchanges/${exchange}/messages?routing_key=k${more}`, { body: "x" });
  const lines = await alarms(async () => {
    expect((await publish(one, "&mandatory=false")).body).toMatchObject({
      status: "unroutable",
      warnings: ["the exchange has no bindings"],
    });
    expect((await publish(one)).status).toBe(422);
    expect((await publish(other)).status).toBe(422);
    const batch = [one, other].map((exchange) => ({ exchange, routing_key: "k", body: 1, mandatory: false }));
    expect((await ask("POST", "/v1/messages", { json: batch })).body.results).toMatchObject([
      { status: "unroutable", warnings: ["the exchange has no bindings"] },
      { status: "unroutable", warnings: ["the exchange has no bindings"] },
    ]);
  });
  expect(lines).toEqual([
    { event: "exchange-without-bindings", exchange: one },
    { event: "exchange-without-bindings", exchange: other },
  ]);
  const later = Date.now() + 60_000;
  vi.spyOn(Date, "now").mockReturnValue(later);
  expect(await alarms(() => publish(one))).toEqual([{ event: "exchange-without-bindings", exchange: one }]);
});

test("an exchange with bindings of which none matches is not named", async () => {
  const ask = client();
  const exchange = fresh("bound");
  await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
    json: { queue: fresh("q"), routing_key: "a", type: "topic" },
  });
  const lines = await alarms(async () => {
    const result = await ask("POST", `/v1/exchanges/${exchange}/messages?routing_key=b`, { body: "x" });
    expect(result.body.detail).toContain("no binding matches");
  });
  expect(lines).toEqual([]);
});

test.each(["cached", "strict"] as const)(
  "the library tells who asks to be told (%s)",
  async (consistency) => {
    const empty: string[] = [];
    const { prefix, credentials } = isolated();
    const channel = new Channel(credentials, {
      globalKeyprefix: prefix,
      missCooldown: 0,
      onEmptyExchange: (exchange) => void empty.push(exchange),
    });
    const exchange = new Exchange("gone", { type: "topic" });
    const producer = new Producer(channel, { exchange, routingKey: "k" });
    expect(await producer.publish(1, { consistency })).toMatchObject({
      status: "unroutable",
      warnings: ["the exchange has no bindings"],
    });
    await expect(producer.publish(1, { consistency, mandatory: true })).rejects.toThrow(
      "the exchange has no bindings",
    );
    expect(empty).toEqual(["gone", "gone"]);
    // What it declares with a publish is there again.
    const declare = [new Queue("back", { exchange, routingKey: "#" })];
    expect(await producer.publish(1, { consistency, declare })).toMatchObject({
      status: "delivered",
      queues: ["back"],
    });
    expect(empty).toHaveLength(2);
  },
);
