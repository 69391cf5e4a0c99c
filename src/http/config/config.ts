/**
 * The configuration of a deployment, put together from its sections.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import { type BackPressureConfig, type BackPressureSettings, backPressureSection } from "./back_pressure.ts";
import { type CeleryConfig, type CelerySettings, celerySection } from "./celery.ts";
import { type ChannelConfig, type ChannelSettings, channelSection } from "./channel.ts";
import { type EncodingsConfig, encodingsSection } from "./encodings.ts";
import { type ExchangesConfig, type ExchangesSettings, exchangesSection } from "./exchanges.ts";
import { type LimitsConfig, type LimitsSettings, limitsSection } from "./limits.ts";
import {
  type ObservabilityConfig,
  type ObservabilitySettings,
  observabilitySection,
} from "./observability.ts";
import { type QueuesConfig, type QueuesSettings, queuesSection } from "./queues.ts";
import type { Section } from "./section.ts";
import type { SourcesConfig } from "./source_config.ts";
import { type SourcesSettings, sourcesSection } from "./sources.ts";
import { type SpoolConfig, type SpoolSettings, spoolSection } from "./spool.ts";
import { type StreamsConfig, type StreamsSettings, streamsSection } from "./streams.ts";

/** What a deployer can set; all optional. Secrets are variables of the environment, never written here. */
export interface GatewayConfig
  extends ChannelConfig,
    ExchangesConfig,
    QueuesConfig,
    LimitsConfig,
    BackPressureConfig,
    EncodingsConfig,
    SourcesConfig,
    StreamsConfig,
    CeleryConfig,
    SpoolConfig,
    ObservabilityConfig {}

/** The configuration, checked, with every default filled in. */
export interface Settings
  extends ChannelSettings,
    ExchangesSettings,
    QueuesSettings,
    LimitsSettings,
    BackPressureSettings,
    SourcesSettings,
    StreamsSettings,
    CelerySettings,
    SpoolSettings,
    ObservabilitySettings {}

/** In this order: `channel` first, by whose keys the others check their names. */
const SECTIONS: readonly Section<GatewayConfig, object>[] = [
  channelSection,
  exchangesSection,
  queuesSection,
  limitsSection,
  backPressureSection,
  encodingsSection,
  sourcesSection,
  streamsSection,
  celerySection,
  spoolSection,
  observabilitySection,
] as never;

/**
 * Types a configuration. It is checked by `gateway()`, when the Worker starts.
 *
 * @example
 * ```ts
 * export default defineConfig({ exchanges: { orders: { type: "topic" } }, queues: ["billing"] });
 * ```
 */
export function defineConfig(config: GatewayConfig): GatewayConfig {
  return config;
}

/**
 * Checks a configuration.
 *
 * @throws {InvalidArgumentError} Naming the field.
 */
export function resolveConfig(config: GatewayConfig): Settings {
  if (config === null || typeof config !== "object")
    throw new InvalidArgumentError("config", "must be an object");
  for (const name of Object.keys(config)) {
    if (!SECTIONS.some(({ names }) => Object.hasOwn(names, name))) {
      throw new InvalidArgumentError(name, "is not a known field of the configuration");
    }
  }
  return Object.assign({}, ...SECTIONS.map((section) => section.resolve(config))) as Settings;
}
