/** @module What happens to our messages after the first delivery: acknowledged, requeued, restored. */
import { describe, expect, inject, test } from "vitest";
import { Exchange, Producer, Queue } from "../../../src/index.ts";
import { describeEachKombu, findKombus } from "../python.ts";
import type { PeerQueue } from "./peer.ts";
import { useSetting } from "./setting.ts";

const kombus = await findKombus();
const ORDERS: readonly PeerQueue[] = [
  { name: "billing", exchange: "orders", type: "topic", routing_key: "order.*" },
  { name: "stock", exchange: "orders", type: "topic", routing_key: "#" },
];

describeEachKombu(kombus, inject("redisStore"), (kombu) => {
  const setting = useSetting(kombu);

  async function publishToBoth(deliveryInfo: "exchange" | "queue", body: unknown = "copy"): Promise<void> {
    const channel = setting.channel({ deliveryInfo });
    const exchange = new Exchange("orders", { type: "topic" });
    const declare = ORDERS.map(
      ({ name, routing_key }) => new Queue(name, { exchange, routingKey: routing_key! }),
    );
    const delivery = await new Producer(channel, { exchange }).publish(body, {
      routingKey: "order.paid",
      declare,
    });
    expect([...delivery.queues].sort()).toEqual(["billing", "stock"]);
  }

  /** One consumer per queue, each with a connection of its own, as two services have. */
  async function consumeBoth(): Promise<void> {
    for (const queue of ORDERS) {
      await setting.connect(queue.name);
      await setting.peer.consume(queue.name, [queue]);
    }
  }

  const depths = async () => ({
    billing: await setting.run("LLEN", "billing"),
    stock: await setting.run("LLEN", "stock"),
    unacked: await setting.run("HLEN", "unacked"),
  });

  test("each copy is acknowledged by itself: one queue's ack does not lose the other's copy", async () => {
    await publishToBoth("queue");
    await consumeBoth();
    const [billing] = await setting.peer.receive("billing", 1);
    const [stock] = await setting.peer.receive("stock", 1);
    expect(billing!.tag).not.toBe(stock!.tag);
    expect(await depths()).toEqual({ billing: 0, stock: 0, unacked: 2 });
    await setting.peer.settle(billing!.tag!, "ack");
    expect(await depths()).toEqual({ billing: 0, stock: 0, unacked: 1 });
    await setting.peer.settle(stock!.tag!, "requeue");
    const [again] = await setting.peer.receive("stock", 1);
    expect(again).toMatchObject({
      body: "'copy'",
      tag: stock!.tag,
      delivery_info: { exchange: "", routing_key: "stock", redelivered: true },
    });
    await setting.peer.settle(again!.tag!, "ack");
    expect(await depths()).toEqual({ billing: 0, stock: 0, unacked: 0 });
  });

  describe("requeue", () => {
    test('returns to its own queue alone with deliveryInfo "queue"', async () => {
      await publishToBoth("queue");
      await consumeBoth();
      const [billing] = await setting.peer.receive("billing", 1);
      await setting.peer.receive("stock", 1);
      await setting.peer.settle(billing!.tag!, "requeue");
      expect(await setting.peer.receive("billing", 1)).toMatchObject([{ body: "'copy'", tag: billing!.tag }]);
      expect(await setting.peer.receive("stock", 1, 0.3)).toEqual([]);
    });

    test("goes to all bound queues by default, as in Kombu", async () => {
      await publishToBoth("exchange");
      await consumeBoth();
      const [billing] = await setting.peer.receive("billing", 1);
      expect(billing!.delivery_info).toEqual({ exchange: "orders", routing_key: "order.paid" });
      await setting.peer.receive("stock", 1);
      await setting.peer.settle(billing!.tag!, "requeue");
      expect(await setting.peer.receive("billing", 1)).toMatchObject([{ body: "'copy'" }]);
      expect(await setting.peer.receive("stock", 1)).toMatchObject([{ body: "'copy'" }]);
    });

    test("from the anonymous exchange goes back to the queue", async () => {
      await new Producer(setting.channel()).publish("task", { routingKey: "q" });
      await setting.connect();
      await setting.peer.consume("main", [{ name: "q" }]);
      const [seen] = await setting.peer.receive("main", 1);
      await setting.peer.settle(seen!.tag!, "requeue");
      expect(await setting.peer.receive("main", 1)).toMatchObject([{ body: "'task'", tag: seen!.tag }]);
    });
  });

  test("a message that its consumer leaves behind is restored to its queue and comes next", async () => {
    const producer = new Producer(setting.channel({ deliveryInfo: "queue" }), { routingKey: "q" });
    for (const body of ["first", "second", "third"]) await producer.publish(body);
    await setting.connect();
    await setting.peer.consume("main", [{ name: "q" }], { prefetch: 1 });
    expect(await setting.peer.receive("main", 1)).toMatchObject([{ body: "'first'" }]);
    await setting.peer.close("main");
    const seen = await setting.consumed(["q"], 3);
    expect(seen.map(({ body }) => body)).toEqual(["'first'", "'second'", "'third'"]);
    expect(seen[0]!.delivery_info).toEqual({ exchange: "", routing_key: "q", redelivered: true });
    expect(seen[0]!.headers).toBe("{'redelivered': True}");
  });

  test("a copy left behind in one queue is not restored to the other", async () => {
    await publishToBoth("queue");
    await consumeBoth();
    const [stock] = await setting.peer.receive("stock", 1);
    await setting.peer.settle(stock!.tag!, "ack");
    await setting.peer.receive("billing", 1);
    await setting.peer.close("billing");
    await setting.peer.close("stock");
    expect(await depths()).toEqual({ billing: 1, stock: 0, unacked: 0 });
  });

  test("reject without requeue removes it, and a redelivered priority keeps its list", async () => {
    await new Producer(setting.channel()).publish("low", { routingKey: "q", priority: 9 });
    await setting.connect();
    await setting.peer.consume("main", [{ name: "q" }]);
    const [seen] = await setting.peer.receive("main", 1);
    await setting.peer.settle(seen!.tag!, "requeue");
    const [again] = await setting.peer.receive("main", 1);
    expect(again!.properties.priority).toBe("9");
    await setting.peer.settle(again!.tag!, "reject");
    expect(await setting.peer.receive("main", 1, 0.2)).toEqual([]);
    expect(await setting.run("DBSIZE")).toBe(0);
  });
});
