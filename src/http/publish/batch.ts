/**
 * Many messages in one request: one that cannot be published keeps no other from its queue.
 * @module
 */
import { type Message, Producer } from "../../producer.ts";
import type { Call } from "../call.ts";
import { problemFor, problemResponse } from "../endpoint.ts";
import { noteResults } from "../observe/notes.ts";
import type { ProblemDetails } from "../problem.ts";
import { deliveryOutput } from "./answer.ts";
import { headerKey } from "./idempotency.ts";
import { toMessage } from "./message.ts";
import type { DeliveryOutput } from "./schemas.ts";

/**
 * Publishes messages in order.
 *
 * @returns 202 when all were published (200 when all had been before), else 207; either with one result per message, in
 * order. When Redis took none of them, its problem itself is the answer, so that a caller that only looks at the
 * status tries again.
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
  const problems = results.filter((result): result is ProblemDetails => "type" in result);
  noteResults(call, results, problems);
  if (
    problems.length === results.length &&
    problems.every(({ status }) => status === 429 || status === 503)
  ) {
    return problemResponse({ ...problems[0]!, results });
  }
  const isRepeat = results.every(({ status }) => status === "duplicate");
  return Response.json({ results }, { status: problems.length > 0 ? 207 : isRepeat ? 200 : 202 });
}
