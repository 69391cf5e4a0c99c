/** @module The library in the smallest Worker: a JSON body in, a Kombu message in a queue out. */
import { Channel, Producer } from "../../src/index.ts";
import type { BenchEnvironment } from "./environment.ts";

export default {
  async fetch(request: Request, env: BenchEnvironment): Promise<Response> {
    const producer = new Producer(Channel.fromEnv(env));
    const delivery = await producer.publish(await request.text(), {
      routingKey: "bench-queue",
      contentType: "application/json",
    });
    return Response.json(delivery, { status: delivery.status === "delivered" ? 202 : 502 });
  },
};
