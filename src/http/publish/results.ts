/**
 * The answer to many messages or tasks in one request.
 * @module
 */
import type { Call } from "../call.ts";
import { problemResponse } from "../endpoint.ts";
import { noteResults } from "../observe/notes.ts";
import type { ProblemDetails } from "../problem.ts";

/**
 * Tells what became of each, in order.
 *
 * @returns 202 when all were taken (200 when all had been before), else 207. When Redis took none of them, its problem itself is
 * the answer, so that a caller that only looks at the status tries again.
 */
export function resultsResponse(
  call: Call,
  results: readonly ({ readonly status: string } | ProblemDetails)[],
): Response {
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
