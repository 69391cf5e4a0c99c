/**
 * How much one request may bring.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import type { Section } from "./section.ts";

/** Limits of a request. */
export interface LimitsConfig {
  /** Bytes of a request's body. Default 1048576 (1 MiB). */
  readonly maximumBodySize?: number;
  /** Messages in one array or NDJSON body. Default 1000. */
  readonly maximumBatch?: number;
}

/** The limits, with their defaults. */
export type LimitsSettings = Required<LimitsConfig>;

/** The section `maximumBodySize`, `maximumBatch`. */
export const limitsSection: Section<LimitsConfig, LimitsSettings> = {
  names: { maximumBodySize: true, maximumBatch: true },
  resolve: ({ maximumBodySize = 1_048_576, maximumBatch = 1_000 }) => ({
    maximumBodySize: count(maximumBodySize, "maximumBodySize"),
    maximumBatch: count(maximumBatch, "maximumBatch"),
  }),
};

function count(value: unknown, field: string): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new InvalidArgumentError(field, "must be a whole number above 0");
}
