/**
 * What a sender is told when there is no room for its message.
 * @module
 */
import * as v from "valibot";
import { BACK_PRESSURE, type BackPressure } from "../problem_of.ts";
import { check } from "../request/check.ts";
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

const SCHEMA = v.strictObject({
  status: v.optional(v.picklist([429, 503]), BACK_PRESSURE.status),
  retryAfter: v.optional(
    v.pipe(v.number(), v.integer("must be a whole number"), v.minValue(1, "must be 1 or more")),
    BACK_PRESSURE.retryAfter,
  ),
});

/** The section `backPressure`. */
export const backPressureSection: Section<BackPressureConfig, BackPressureSettings> = {
  names: { backPressure: true },
  resolve: ({ backPressure = {} }) => ({ backPressure: check(SCHEMA, backPressure, "backPressure") }),
};
