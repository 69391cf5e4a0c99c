/**
 * What became of a publish, as an answer.
 * @module
 */
import type { Delivery } from "../../delivery/publication.ts";
import type { Noting } from "../observe/notes.ts";
import type { DeliveryOutput } from "./schemas.ts";

/** A delivery as JSON spells it. */
export function deliveryOutput({
  status,
  deliveryTag,
  queues,
  receivers,
  warnings,
}: Delivery): DeliveryOutput {
  return {
    status,
    delivery_tag: deliveryTag,
    queues,
    ...(receivers !== undefined && { receivers }),
    ...(warnings && { warnings }),
  };
}

/** 202; 200 for what was published before. */
export function deliveryResponse(delivery: Delivery, noting: Noting): Response {
  noting.note({ delivery: delivery.status, messages: 1 });
  return Response.json(deliveryOutput(delivery), { status: delivery.status === "duplicate" ? 200 : 202 });
}
