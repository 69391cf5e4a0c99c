/**
 * How many requests a gateway answered in this isolate, and how long they took. Values only.
 * @module
 */

/** Upper bounds of the histogram's buckets, in milliseconds; the last bucket has none. */
export const BUCKETS_MS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
];

/** Requests that went alike. */
export interface RequestCount {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  requests: number;
  /** Milliseconds of all of them. */
  ms: number;
  /** Requests by bucket; not cumulative. */
  readonly buckets: number[];
}

/** By method, route and status. */
export type RequestCounts = Map<string, RequestCount>;

/** Counts a request. */
export function count(
  counts: RequestCounts,
  method: string,
  route: string,
  status: number,
  ms: number,
): void {
  const key = `${method} ${route} ${status}`;
  let found = counts.get(key);
  if (!found) {
    found = { method, route, status, requests: 0, ms: 0, buckets: [...BUCKETS_MS, 0].fill(0) };
    counts.set(key, found);
  }
  found.requests++;
  found.ms += ms;
  let bucket = 0;
  while (ms > BUCKETS_MS[bucket]!) bucket++;
  found.buckets[bucket]!++;
}
