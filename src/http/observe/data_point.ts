/**
 * One data point of Workers Analytics Engine for each request. The layout is documented in `docs/observability.md`: new fields go to the
 * end of their list, so that queries stay true.
 * @module
 */
import type { Notes } from "./notes.ts";

/** What is used of the binding. */
interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** What every request has. */
export interface Answered {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** Writes the point, if there is a dataset to take it. Nothing waits for it, and its failure is nobody's. */
export function writePoint(
  dataset: unknown,
  { method, route, status, ms }: Answered,
  {
    code,
    delivery,
    token,
    source,
    stream,
    exchange,
    queue,
    task,
    reason,
    messages,
    failed,
    duplicates,
  }: Notes,
): void {
  try {
    (dataset as Dataset).writeDataPoint({
      indexes: [route],
      blobs: [
        method,
        route,
        String(status),
        ...[code, delivery, token, source, stream, exchange, queue, task, reason].map((text) => text ?? ""),
      ],
      doubles: [ms, messages ?? 0, failed ?? 0, duplicates ?? 0],
    });
  } catch {
    // Whatever the binding is, or has had enough of.
  }
}
