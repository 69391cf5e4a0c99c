/**
 * What the routes of tasks take and give, as the OpenAPI document shows it. What a task takes is checked by the library.
 * @module
 */
import * as v from "valibot";
import { IDEMPOTENCY_KEY, OBJECT, PROBLEM } from "../publish/schemas.ts";
import type { Schema } from "../request/check.ts";

/** Where a result will be. */
export interface ResultReference {
  readonly task_id?: string;
  readonly group_id?: string;
  readonly task_ids?: readonly string[];
}

/** What became of sending. */
export interface SentOutput extends ResultReference {
  readonly status: "delivered" | "unroutable" | "duplicate" | "spooled";
  readonly queue: string | null;
  readonly queues?: readonly string[];
  readonly parents?: readonly ResultReference[];
  readonly warnings?: readonly string[];
}

const text = v.optional(v.string());
const texts = v.optional(v.array(v.string()));
const seconds = v.optional(v.pipe(v.number(), v.description("Seconds.")));
const moment = v.pipe(v.string(), v.description("ISO 8601; without an offset it is UTC."));
const call = v.pipe(v.union([OBJECT, v.array(OBJECT)]), v.description("A task or a canvas, or several."));

const options = {
  task_id: text,
  countdown: seconds,
  eta: v.optional(moment),
  expires: v.optional(v.union([v.number(), moment])),
  queue: text,
  exchange: text,
  routing_key: text,
  priority: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9))),
  headers: v.optional(OBJECT),
  link: v.optional(call),
  link_error: v.optional(call),
  ignore_result: v.optional(v.boolean()),
  time_limit: seconds,
  soft_time_limit: seconds,
  shadow: text,
  serializer: text,
  compression: text,
  delivery_mode: v.optional(v.picklist([1, 2])),
  reply_to: text,
  correlation_id: text,
  retries: v.optional(v.number()),
  root_id: text,
  parent_id: text,
  stamps: v.optional(OBJECT),
  argsrepr: text,
  kwargsrepr: text,
  origin: text,
  message_id: text,
  app_id: text,
  user_id: text,
  type: text,
  idempotency_key: v.optional(IDEMPOTENCY_KEY),
};

const single = {
  args: v.optional(v.array(v.unknown())),
  kwargs: v.optional(OBJECT),
  immutable: v.optional(v.boolean()),
  ...options,
};

const canvas = v.union([
  v.strictObject({ task: v.string(), ...single }),
  v.strictObject({ chain: v.array(OBJECT), ...options }),
  v.strictObject({ group: v.array(OBJECT), ...options }),
  v.strictObject({ chord: v.strictObject({ header: v.array(OBJECT), body: OBJECT }), ...options }),
]);

const where = { task_id: text, group_id: text, task_ids: texts };

const sent = v.strictObject({
  ...where,
  status: v.picklist(["delivered", "unroutable", "duplicate", "spooled"]),
  queue: v.nullable(v.string()),
  queues: texts,
  parents: v.optional(v.array(v.strictObject(where))),
  warnings: texts,
});

const results = v.strictObject({ results: v.array(v.union([sent, PROBLEM])) });

const state = v.strictObject({
  task_id: v.string(),
  state: v.pipe(v.string(), v.description("PENDING also for an id that nobody knows.")),
  ready: v.boolean(),
  result: v.pipe(
    v.unknown(),
    v.description("The value; of a failure the exception; of another state its meta."),
  ),
  traceback: v.nullable(v.string()),
  children: v.array(v.strictObject(where)),
  date_done: v.nullable(v.string()),
  group_id: text,
  parent_id: text,
  extended: v.optional(OBJECT),
});

/** By the names that the OpenAPI document gives them. */
export const TASK_SCHEMAS: Readonly<Record<string, Schema>> = {
  TaskOptions: v.strictObject(single),
  Task: canvas,
  Tasks: v.union([canvas, v.array(canvas)]),
  Sent: sent,
  SentOutcome: v.union([sent, results]),
  SentResults: results,
  TaskState: state,
  Revoked: v.strictObject({ task_id: v.string(), terminate: v.boolean(), workers: v.number() }),
};

/** Signals that a worker can send to the process of a task. */
export const SIGNALS: readonly [
  "SIGTERM",
  "SIGKILL",
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGABRT",
  "SIGALRM",
  "SIGUSR1",
  "SIGUSR2",
] = ["SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT", "SIGHUP", "SIGABRT", "SIGALRM", "SIGUSR1", "SIGUSR2"];
