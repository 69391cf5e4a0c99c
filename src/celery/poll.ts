/**
 * Asking again, less and less often, until there is an answer or no more time. Spec celery §5.4.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { isTransient } from "../redis/outcome.ts";
import { ResultTimeoutError } from "./task_error.ts";

/** How long to wait, and how often to ask. */
export interface WaitOptions {
  /** Milliseconds until {@link ResultTimeoutError}. Default 30000 (30 seconds); `Infinity` waits for ever. */
  readonly timeout?: number | undefined;
  /** Milliseconds before asking again the first time. Default 50. */
  readonly interval?: number | undefined;
  /** The most milliseconds between two questions. Default 1000. */
  readonly intervalMax?: number | undefined;
  /** Stops waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Each pause is this much longer than the one before. */
const GROWTH = 1.5;

/**
 * Yields what `ask` answers, each answer after a longer pause. A database that cannot be reached is asked again.
 *
 * @throws {ResultTimeoutError} When the time is over; a failure of the last question when that was the reason.
 */
export async function* answers<Answer>(
  ask: (signal: AbortSignal | undefined) => Promise<Answer>,
  { timeout = 30_000, interval = 50, intervalMax = 1_000, signal }: WaitOptions,
): AsyncGenerator<Answer, never> {
  for (const [name, value] of Object.entries({ timeout, interval, intervalMax })) {
    if (typeof value !== "number" || !(value >= 0)) {
      throw new InvalidArgumentError(name, "must be a number of milliseconds");
    }
  }
  const end = Date.now() + timeout;
  for (let pause = interval; ; pause = Math.min(pause * GROWTH, intervalMax)) {
    let failure: unknown;
    try {
      yield await ask(signal);
    } catch (error) {
      if (!isTransient(error) || signal?.aborted) throw error;
      failure = error;
    }
    const left = end - Date.now();
    if (left <= 0) throw failure ?? new ResultTimeoutError(`no result within ${timeout} milliseconds`);
    await sleep(Math.min(pause, left), signal);
  }
}

/** Waits; throws the signal's reason when it is aborted. */
export async function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
