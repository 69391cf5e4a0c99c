/**
 * Many tasks in one request: one that cannot be sent keeps no other from its queue.
 * @module
 */
import type { ManyCall } from "../../celery/index.ts";
import type { Call } from "../call.ts";
import { problemFor, problemResponse } from "../endpoint.ts";
import { noteResults } from "../observe/notes.ts";
import type { ProblemDetails } from "../problem.ts";
import { headerKey } from "../publish/idempotency.ts";
import { celeryOf } from "./app.ts";
import { readTask } from "./read.ts";
import type { SentOutput } from "./schemas.ts";
import { asArguments, sentOutput } from "./sent.ts";

/**
 * Sends tasks and canvases.
 *
 * @returns 202 when all were sent (200 when all had been before), else 207; either with one result for each, in order.
 * When Redis took none of them, its problem itself is the answer.
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
