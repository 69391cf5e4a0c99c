/** @module The library in the smallest Worker: a JSON body to a topic exchange, by its binding table. */
import { Channel, Exchange, Producer } from "../../src/index.ts";
import type { BenchEnvironment } from "./environment.ts";

const exchange = new Exchange("webhooks", { type: "topic" });

export default {
  async fetch(request: Request, env: BenchEnvironment): Promise<Response> {
    const producer = new Producer(Channel.fromEnv(env), { exchange });
    const delivery = await producer.publish(await request.text(), {
      routingKey: "order.paid",
      contentType: "application/json",
      mandatory: true,
    });
    return Response.json(delivery, { status: delivery.status === "delivered" ? 202 : 502 });
  },
};
