/**
 * Many messages in one request: one that cannot be published keeps no other from its queue.
 * @module
 */
import { type Message, Producer } from "../../producer.ts";
import type { Call } from "../call.ts";
import { problemFor } from "../endpoint.ts";
import type { ProblemDetails } from "../problem.ts";
import { deliveryOutput } from "./answer.ts";
import { headerKey } from "./idempotency.ts";
import { toMessage } from "./message.ts";
import { resultsResponse } from "./results.ts";
import type { DeliveryOutput } from "./schemas.ts";

/**
 * Publishes messages in order.
 *
 * @returns As {@link resultsResponse} says.
 */
export async function publishBatch(call: Call, inputs: readonly unknown[]): Promise<Response> {
  const header = headerKey(call.request);
  const producer = new Producer(call.channel);
  const results = new Array<DeliveryOutput | ProblemDetails>(inputs.length);
  const failed = (error: unknown) => problemFor(error, call);
  const messages: Message[] = [];
  const places: number[] = [];
  for (const [place, input] of inputs.entries()) {
    try {
      messages.push(await toMessage(call, input, header, place));
      places.push(place);
    } catch (error) {
      results[place] = failed(error);
    }
  }
  for (const [index, outcome] of (await producer.publishMany(messages)).entries()) {
    results[places[index]!] = outcome.status === "failed" ? failed(outcome.error) : deliveryOutput(outcome);
  }
  return resultsResponse(call, results);
}
