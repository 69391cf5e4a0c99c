/**
 * A task's state: read, waited for, and as JSON spells it.
 * @module
 */
import {
  type AsyncResult,
  isReady,
  ResultInvalidError,
  ResultTimeoutError,
  type ResultTuple,
  type TaskMeta,
} from "../../celery/index.ts";
import { EncodeError, OutcomeUnknownError, UnavailableError } from "../../errors.ts";
import type { ResultReference } from "./schemas.ts";

/** A state as JSON spells it. Its values may be of those that only {@link jsonText} can write. */
export function stateOutput(meta: TaskMeta): object {
  const { id, status, result, traceback, children, dateDone, groupId, parentId, extended } = meta;
  return {
    task_id: id,
    state: status,
    ready: isReady(meta),
    result,
    traceback,
    children: children.map(childOf),
    date_done: dateDone ?? null,
    ...(groupId !== undefined && { group_id: groupId }),
    ...(parentId !== undefined && { parent_id: parentId }),
    ...(Object.keys(extended).length > 0 && { extended }),
  };
}

/**
 * Reads a state, until it is final or the time is over.
 *
 * @param wait Seconds; 0 reads once.
 * @returns The last state that was seen.
 */
export async function readState(result: AsyncResult, wait: number): Promise<TaskMeta> {
  return await reading(async () => {
    if (wait === 0) return await result.read();
    let last: TaskMeta | undefined;
    try {
      for await (const meta of result.watch({ timeout: wait * 1000 })) last = meta;
    } catch (error) {
      if (!(error instanceof ResultTimeoutError && last)) throw error;
    }
    return last!;
  });
}

/** Runs what reads states; its failures are those of reading, not of publishing. */
export async function reading<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw readFailure(error);
  }
}

/** An error as that of a read: nothing was sent whose outcome could be unknown, and what is stored is no caller's fault. */
export function readFailure(error: unknown): unknown {
  if (error instanceof OutcomeUnknownError)
    return new UnavailableError("the database did not answer in time");
  if (error instanceof EncodeError) return new ResultInvalidError("result", "is not stored as JSON");
  return error;
}

function childOf([[id], members]: ResultTuple): ResultReference {
  return members ? { group_id: id, task_ids: members.flatMap(idsOf) } : { task_id: id };
}

function idsOf([[id], members]: ResultTuple): string[] {
  return members ? members.flatMap(idsOf) : [id];
}
