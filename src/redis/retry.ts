/**
 * Repeating a request that is safe to repeat. Spec kombu-redis §2.6, counted truthfully.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { errorAfter, isTransient } from "./outcome.ts";

/** When to try again, under Kombu's names. Times are seconds. */
export interface RetryPolicy {
  /** How many further attempts after the first. Default 3. */
  readonly maxRetries?: number;
  /** Seconds before the second attempt. Default 0. */
  readonly intervalStart?: number;
  /** Seconds that each further wait is longer. Default 0.2. */
  readonly intervalStep?: number;
  /** The longest wait in seconds. Default 1. */
  readonly intervalMax?: number;
}

const DEFAULTS: Required<RetryPolicy> = {
  maxRetries: 3,
  intervalStart: 0,
  intervalStep: 0.2,
  intervalMax: 1,
};

/** Fills in the defaults, which are those of Celery's producer. Throws {@link InvalidArgumentError} naming the member. */
export function resolveRetryPolicy(given: RetryPolicy = {}): Required<RetryPolicy> {
  const policy = { ...DEFAULTS };
  for (const [name, value] of Object.entries(given)) {
    if (!(name in DEFAULTS)) throw new InvalidArgumentError(`retryPolicy.${name}`, "is not a known option");
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value >= 0) || !Number.isFinite(value)) {
      throw new InvalidArgumentError(`retryPolicy.${name}`, "must be a finite number that is not negative");
    }
    policy[name as keyof RetryPolicy] = value;
  }
  return policy;
}

/**
 * Runs an attempt, and again after failures that leave the outcome open, until the policy or the signal ends it.
 * The attempt must be harmless to repeat.
 *
 * @param until When no attempt is begun any more, in milliseconds since the epoch.
 * @throws The last attempt's error; that the outcome is unknown when an earlier attempt may have been applied.
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  policy: Required<RetryPolicy>,
  signal: AbortSignal | undefined,
  until: number = Number.POSITIVE_INFINITY,
): Promise<Result> {
  let earlier: unknown;
  for (let retries = 0; ; retries++) {
    try {
      return await attempt();
    } catch (latest) {
      const error = errorAfter(earlier, latest);
      earlier = error;
      if (!isTransient(latest) || retries >= policy.maxRetries || signal?.aborted) throw error;
      const wait = Math.min(policy.intervalStart + retries * policy.intervalStep, policy.intervalMax);
      // Spread over half the wait, so that the clients of one failure do not all come back at once.
      const pause = wait * (0.75 + Math.random() / 2) * 1000;
      if (Date.now() + pause >= until) throw error;
      await sleep(pause, signal);
      if (signal?.aborted) throw error;
    }
  }
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done, { once: true });
  });
}
