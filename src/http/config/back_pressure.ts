/**
 * What a sender is told when there is no room for its message.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import { BACK_PRESSURE, type BackPressure } from "../problem_of.ts";
import type { Section } from "./section.ts";

/** The answer to what a full queue, or a Redis without memory or quota, does not take. */
export interface BackPressureConfig {
  /** `status`: 429 or 503, default 429. `retryAfter`: whole seconds for the header `Retry-After`, default 30. */
  readonly backPressure?: Partial<BackPressure>;
}

/** The same, with its defaults. */
export interface BackPressureSettings {
  readonly backPressure: BackPressure;
}

/** The section `backPressure`. */
export const backPressureSection: Section<BackPressureConfig, BackPressureSettings> = {
  names: { backPressure: true },
  resolve({ backPressure: given = {} }) {
    if (given === null || typeof given !== "object") {
      throw new InvalidArgumentError("backPressure", "must be an object");
    }
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(BACK_PRESSURE, name))
        throw new InvalidArgumentError(`backPressure.${name}`, "is not a known field");
    }
    const { status = BACK_PRESSURE.status, retryAfter = BACK_PRESSURE.retryAfter } = given;
    if (status !== 429 && status !== 503)
      throw new InvalidArgumentError("backPressure.status", "must be 429 or 503");
    if (!Number.isSafeInteger(retryAfter) || retryAfter < 1)
      throw new InvalidArgumentError("backPressure.retryAfter", "must be a whole number of seconds above 0");
    return { backPressure: { status, retryAfter } };
  },
};
