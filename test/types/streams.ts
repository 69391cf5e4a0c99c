/** @module Type tests of the configuration's streams: compiled by `npm run types`, never run. */
import type { StreamTarget } from "../../src/events/stream.ts";

export const taken: StreamTarget[] = [
  { task: "events.click" },
  { task: "events.click", queue: "clicks" },
  { queue: "clicks" },
  { exchange: "events" },
  { exchange: "events", routingKey: "$.data.country" },
];

export const refused: StreamTarget[] = [
  // @ts-expect-error a target of two kinds
  { task: "t", exchange: "e" },
  // @ts-expect-error Celery's routes say where a task goes
  { task: "t", routingKey: "k" },
  // @ts-expect-error a queue has no routing key
  { queue: "q", routingKey: "k" },
  // @ts-expect-error no target
  {},
  // @ts-expect-error no such option
  { task: "t", args: [] },
];
