/**
 * The Redis result backend's keys and values. Spec celery §5.
 * @module
 */
import type { Channel } from "../channel.ts";
import { EncodeError, NotConfiguredError, OutcomeUnknownError } from "../errors.ts";
import type { Command } from "../redis/client.ts";
import type { Settings } from "./celery_options.ts";
import { parsePython } from "./python_json.ts";

/** A stored result tuple: `[[id, parent], members or null]`. */
export type ResultTuple = readonly [readonly [string, ResultTuple | null], readonly ResultTuple[] | null];

/** A task's state as it is stored. */
export interface TaskMeta {
  readonly id: string;
  /** `PENDING` also when nothing is stored: the id may be unknown, ignored or expired. */
  readonly status: string;
  /** The value, the exception as `{exc_type, exc_message, exc_module}`, or a custom state's meta. */
  readonly result: unknown;
  readonly traceback: string | null;
  readonly children: readonly ResultTuple[];
  readonly dateDone: Date | undefined;
  readonly groupId: string | undefined;
  readonly parentId: string | undefined;
  /** With `result_extended` on the worker: name, args, kwargs, worker, retries, queue, stamps. */
  readonly extended: Readonly<Record<string, unknown>>;
}

const READY: ReadonlySet<string> = new Set(["SUCCESS", "FAILURE", "REVOKED"]);

/** Whether a state is final. */
export function isReady({ status }: TaskMeta): boolean {
  return READY.has(status);
}

/** The key of a task's state. */
export function taskKey({ resultKeyprefix }: Settings, id: string): string {
  return `${resultKeyprefix}celery-task-meta-${id}`;
}

/** The key of a saved group. */
export function groupKey({ resultKeyprefix }: Settings, id: string): string {
  return `${resultKeyprefix}celery-taskset-meta-${id}`;
}

/** The key of a chord's size. */
export function chordSizeKey(settings: Settings, id: string): string {
  return `${groupKey(settings, id)}.s`;
}

/** The database of the results. Throws {@link NotConfiguredError} when they are not in Redis. */
export function resultChannel(channel: Channel, { resultBackend }: Settings): Channel {
  if (resultBackend === false) throw new NotConfiguredError("the result backend is not in Redis");
  return resultBackend ?? channel;
}

/** Sends one command to the results' database and returns its result. */
export async function command(
  channel: Channel,
  settings: Settings,
  parts: Command,
  signal?: AbortSignal,
): Promise<unknown> {
  const [reply] = await resultChannel(channel, settings).send([parts], signal ? { signal } : {});
  if ("error" in reply!) throw reply.error;
  return reply!.result;
}

/** Reads the states of tasks in one request. */
export async function readStates(
  channel: Channel,
  settings: Settings,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<readonly TaskMeta[]> {
  if (ids.length === 0) return [];
  const keys = ids.map((id) => taskKey(settings, id));
  const values = await command(channel, settings, ["MGET", ...keys], signal);
  if (!Array.isArray(values)) throw new OutcomeUnknownError("the states are not a list");
  return ids.map((id, index) => parseState(id, values[index] as string | null | undefined));
}

/** Reads a state's stored text. */
export function parseState(id: string, text: string | null | undefined): TaskMeta {
  const stored = text === null || text === undefined ? {} : parsePython(text);
  if (stored === null || typeof stored !== "object") throw new EncodeError("result", "is not a stored state");
  const { status, result, traceback, children, date_done, group_id, parent_id, task_id, ...extended } =
    stored as Record<string, unknown>;
  return {
    id,
    status: typeof status === "string" ? status : "PENDING",
    result: result ?? null,
    traceback: typeof traceback === "string" ? traceback : null,
    children: tuplesOf(children, 0),
    dateDone: dateOf(date_done),
    groupId: typeof group_id === "string" ? group_id : undefined,
    parentId: typeof parent_id === "string" ? parent_id : undefined,
    extended,
  };
}

/** Tuples within tuples that are read; a canvas is not this deep. */
const MAXIMUM_DEPTH = 50;

/** Result tuples of a list, without what is none: whoever can write to Redis can write anything. */
function tuplesOf(value: unknown, depth: number): ResultTuple[] {
  const tuples = Array.isArray(value) ? value.map((one) => tupleOf(one, depth)) : [];
  return tuples.filter((tuple) => tuple !== undefined);
}

function tupleOf(value: unknown, depth: number): ResultTuple | undefined {
  if (depth > MAXIMUM_DEPTH || !Array.isArray(value) || !Array.isArray(value[0])) return undefined;
  const [[id, parent], members] = value;
  if (typeof id !== "string") return undefined;
  const inner = depth + 1;
  return [[id, tupleOf(parent, inner) ?? null], Array.isArray(members) ? tuplesOf(members, inner) : null];
}

/** Celery before 5.4 writes UTC without saying so. */
function dateOf(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  if (typeof value !== "string") return undefined;
  const date = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
