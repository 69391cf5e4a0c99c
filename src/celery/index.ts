/**
 * Celery from anywhere: send tasks to unmodified workers, read their results, control them.
 * @module
 */
export type { StandardSchemaV1 } from "@standard-schema/spec";
export {
  AsyncResult,
  type GetOptions,
  type ResultContext,
  type ResultDetails,
  type RevokeOptions,
} from "./async_result.ts";
export { isReady, type ResultTuple, type TaskMeta } from "./backend.ts";
export {
  chain,
  chord,
  chunks,
  type GroupSignature,
  group,
  map,
  signature,
  starmap,
  type TaskSignature,
} from "./canvas.ts";
export { type Applied, Celery, type ManyCall } from "./celery.ts";
export type { CeleryOptions } from "./celery_options.ts";
export { type ConsumerOptions, Control } from "./control.ts";
export { workerDirect } from "./destination.ts";
export { type FlowerTask, flowerRequest, flowerTask } from "./flower.ts";
export { GroupResult } from "./group_result.ts";
export { Inspect } from "./inspect.ts";
export type { Replies, ReplyOptions, ToWorkers } from "./pidbox.ts";
export type { WaitOptions } from "./poll.ts";
export type { Route, RouteFunction, RoutePair, Router, Routes } from "./routes.ts";
export { type Signer, type SignerOptions, signer } from "./security.ts";
export type { Sent } from "./send.ts";
export { type AnySignature, Signature, type SignatureJson } from "./signature.ts";
export { Task, type TaskDefinition, type TypedApplyOptions } from "./task.ts";
export { ResultInvalidError, ResultTimeoutError, TaskError } from "./task_error.ts";
export type { ApplyOptions, SendOptions, TaskOptions, WireOptions } from "./task_options.ts";
export { type TaskRequest, taskRequest } from "./task_request.ts";
