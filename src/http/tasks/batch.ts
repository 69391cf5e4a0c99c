/**
 * Many tasks in one request: one that cannot be sent keeps no other from its queue.
 * @module
 */
import type { ManyCall } from "../../celery/index.ts";
import type { Call } from "../call.ts";
import { problemFor } from "../endpoint.ts";
import type { ProblemDetails } from "../problem.ts";
import { headerKey } from "../publish/idempotency.ts";
import { resultsResponse } from "../publish/results.ts";
import { celeryOf } from "./app.ts";
import { readTask } from "./read.ts";
import type { SentOutput } from "./schemas.ts";
import { asArguments, sentOutput } from "./sent.ts";

/**
 * Sends tasks and canvases.
 *
 * @returns As {@link resultsResponse} says.
 */
export async function sendBatch(call: Call, inputs: readonly unknown[]): Promise<Response> {
  const header = headerKey(call.request);
  const app = celeryOf(call);
  const results = new Array<SentOutput | ProblemDetails>(inputs.length);
  const failed = (error: unknown) => problemFor(asArguments(error), call);
  const calls: ManyCall[] = [];
  const places: number[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      calls.push(await readTask(call, input, { header, index }));
      places.push(index);
    } catch (error) {
      results[index] = failed(error);
    }
  }
  for (const [index, outcome] of (await app.applyMany(calls)).entries()) {
    results[places[index]!] =
      outcome.status === "failed" ? failed(outcome.error) : sentOutput(outcome.result);
  }
  return resultsResponse(call, results);
}
