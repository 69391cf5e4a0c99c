/**
 * Routes that publish.
 * @module
 */
import * as v from "valibot";
import { Producer } from "../../producer.ts";
import { deliveryResponse } from "../publish/answer.ts";
import { NDJSON, readMessages } from "../publish/bodies.ts";
import { publishBytes } from "../publish/bytes.ts";
import { headerKey } from "../publish/idempotency.ts";
import { toMessage } from "../publish/message.ts";
import { EXCHANGE_TYPE, MANDATORY, OPTIONS, PUBLISH_SCHEMAS } from "../publish/schemas.ts";
import { type Area, route } from "../route.ts";

const BYTES = { "*/*": "" };
const PUBLISHED = { 202: "Delivery", 200: "Delivery" };

/** The area of `/v1/messages` and of what is published below a queue or an exchange. */
export const messages: Area = {
  schemas: PUBLISH_SCHEMAS,
  routes: [
    route({
      method: "POST",
      path: "/v1/queues/{queue}/messages",
      summary: "Publish the body to a queue",
      access: "queue:{queue}",
      query: OPTIONS,
      body: BYTES,
      idempotent: true,
      answers: PUBLISHED,
      handle: (call, query) => publishBytes(call, { exchange: "", routingKey: call.path.queue! }, query),
    }),
    route({
      method: "POST",
      path: "/v1/exchanges/{exchange}/messages",
      summary: "Publish the body to an exchange",
      access: "publish:{exchange}",
      query: { routing_key: v.optional(v.string()), type: EXCHANGE_TYPE, mandatory: MANDATORY, ...OPTIONS },
      body: BYTES,
      idempotent: true,
      answers: PUBLISHED,
      handle: (call, { routing_key: routingKey = "", ...query }) =>
        publishBytes(call, { exchange: call.path.exchange!, routingKey }, query),
    }),
    route({
      method: "POST",
      path: "/v1/messages",
      summary: "Publish one message, or many",
      access: "token",
      query: {},
      body: {
        "application/json": "Messages",
        ...Object.fromEntries(NDJSON.map((type) => [type, "Message"])),
      },
      idempotent: true,
      answers: { 202: "Outcome", 200: "Outcome", 207: "Results" },
      async handle(call) {
        const read = await readMessages(call);
        if ("many" in read) {
          const { publishBatch } = await import("../publish/batch.ts");
          return await publishBatch(call, read.many);
        }
        const { body, ...options } = await toMessage(call, read.one, headerKey(call.request));
        return deliveryResponse(await new Producer(call.channel).publish(body, options), call);
      },
    }),
  ],
};
