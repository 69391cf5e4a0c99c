/**
 * What an isolate remembers of databases that failed.
 * @module
 */

/** One of them. Times are milliseconds since the epoch. */
export interface Memory {
  failures: number;
  /** When it may be asked again; 0 while the circuit is closed. */
  retryAt: number;
  pause: number;
  /** Until when the verdict of a trial is awaited. A trial whose request died must not keep the circuit open for ever. */
  trialUntil: number;
}

/** By name; those that answered since are forgotten. */
export const memories: Map<string, Memory> = new Map();
