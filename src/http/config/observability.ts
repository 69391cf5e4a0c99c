/**
 * What the deployment tells of its requests.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import type { RequestCounts } from "../observe/counts.ts";
import type { Section } from "./section.ts";

/** Logs, metrics and traces; see `docs/observability.md`. */
export interface ObservabilityConfig {
  /** Which requests have a line in the log: all, those that failed in whole or in part, or none. Default `"requests"`. */
  readonly log?: "requests" | "failures" | "off";
  /**
   * The binding of a dataset of Workers Analytics Engine, which gets a data point of each request where it is bound.
   * Default `{ binding: "METRICS" }`.
   */
  readonly metrics?: { readonly binding?: string } | false;
  /** Pass a request's `traceparent` and `tracestate` on as headers of its messages. Default `true`. */
  readonly traceparent?: boolean;
}

/** The same, checked. */
export interface ObservabilitySettings {
  readonly log: "requests" | "failures" | "off";
  /** The binding's name; `undefined` for none. */
  readonly metrics: string | undefined;
  readonly traceparent: boolean;
  /** Of this gateway in this isolate. */
  readonly counts: RequestCounts;
}

/** The section `log`, `metrics`, `traceparent`. */
export const observabilitySection: Section<ObservabilityConfig, ObservabilitySettings> = {
  names: { log: true, metrics: true, traceparent: true },
  resolve({ log = "requests", metrics = {}, traceparent = true }) {
    if (!["requests", "failures", "off"].includes(log)) {
      throw new InvalidArgumentError("log", "must be requests, failures or off");
    }
    if (typeof traceparent !== "boolean")
      throw new InvalidArgumentError("traceparent", "must be true or false");
    return {
      log,
      metrics: metrics === false ? undefined : bindingOf(metrics),
      traceparent,
      counts: new Map(),
    };
  },
};

function bindingOf(metrics: unknown): string {
  const { binding = "METRICS", ...others } = (metrics ?? { binding: null }) as Record<string, unknown>;
  if (
    typeof metrics === "object" &&
    Object.keys(others).length === 0 &&
    typeof binding === "string" &&
    binding
  )
    return binding;
  throw new InvalidArgumentError("metrics", "must be { binding: NAME } or false");
}
