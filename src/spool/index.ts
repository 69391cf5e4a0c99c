/**
 * The spool's other end, for a Worker with a queue consumer of its own: `kombu-edge/spool`.
 * @module
 */
export type { ResolvedSpool, SpoolMessage, SpoolOptions, SpoolQueue } from "../delivery/spool_options.ts";
export {
  type DeadLetter,
  type DeadLetterPage,
  type DeadReason,
  discardDead,
  listDead,
  oldestDead,
  type SpoolChannel,
} from "./dead_letters.ts";
export {
  type Drained,
  drain,
  drainDead,
  type QueuedBatch,
  type QueuedMessage,
} from "./drain.ts";
export { type Replayed, replayDead } from "./replay.ts";
