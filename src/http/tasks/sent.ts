/**
 * What became of sending a task or a canvas, as an answer.
 * @module
 */
import { type AsyncResult, GroupResult } from "../../celery/index.ts";
import { EncodeError, InvalidArgumentError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { told } from "../observe/notes.ts";
import { misconfigured } from "./app.ts";
import type { ResultReference, SentOutput } from "./schemas.ts";

type Handle = AsyncResult | GroupResult;

/** A result's ids as JSON spells them. */
export function reference(result: Handle): ResultReference {
  return result instanceof GroupResult
    ? { group_id: result.id, task_ids: result.ids }
    : { task_id: result.id };
}

/** A sent task or canvas as JSON spells it; `parents` are the steps before the last one, the first in front. */
export function sentOutput(result: Handle): SentOutput {
  const { status, queues, warnings } = result.sent!;
  const parents: ResultReference[] = [];
  for (let { parent } = result; parent; { parent } = parent) parents.unshift(reference(parent));
  return {
    ...reference(result),
    status,
    queue: queues[0] ?? null,
    ...(queues.length > 1 && { queues }),
    ...(parents.length > 0 && { parents }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** 202; 200 for what was sent before. A task's `Location` is where its result will be. */
export function sentResponse(result: Handle, call: Call): Response {
  const output = sentOutput(result);
  noteSent(call, result);
  return Response.json(output, {
    status: output.status === "duplicate" ? 200 : 202,
    ...(output.task_id !== undefined && {
      headers: { location: `${call.mount}/v1/tasks/${encodeURIComponent(output.task_id)}` },
    }),
  });
}

/** Notes what became of it. */
export function noteSent(call: Call, { sent }: Handle): void {
  const { status, queues } = sent!;
  call.note({ delivery: status, messages: 1, ...(queues.length === 1 && { queue: told(queues[0]!) }) });
}

/** An error about a message's body as one about the arguments that the caller knows; one about a route as the deployer's. */
export function asArguments(error: unknown): unknown {
  if (error instanceof InvalidArgumentError && error.field.startsWith("taskRoutes"))
    return misconfigured(error);
  if (!(error instanceof EncodeError)) return error;
  const [, part, rest] = /^body\[([01])\](.*)$/s.exec(error.field) ?? [];
  if (part === undefined) return error;
  const problem = error.message.slice(error.field.length + 3);
  return new EncodeError(`${part === "0" ? "args" : "kwargs"}${rest}`, problem);
}
