/**
 * How the consumers' Kombu is set up, and where variables are found.
 * @module
 */
import { type ChannelOptions, resolveChannelOptions } from "../../delivery/channel_options.ts";
import { InvalidArgumentError } from "../../errors.ts";
import type { KeyOptions } from "../../routing/keys.ts";
import { warnEmptyExchange } from "../empty_exchange.ts";
import { type Section, within } from "./section.ts";

/** The database's side of the configuration. */
export interface ChannelConfig {
  /**
   * Kombu's transport options, which must be the consumers' own, and limits. The gateway's own defaults: a `circuit`, which
   * `false` turns off, a `publishTimeout` of 20000 and a line in the log for an exchange without bindings.
   */
  readonly channel?: Omit<ChannelOptions, "waitUntil">;
  /** Where `UPSTASH_REDIS_REST_URL`, `API_TOKEN` and the others are read. Default: the request's bindings; on Node pass `process.env`. */
  readonly env?: object;
}

/** The same, checked. */
export interface ChannelSettings {
  readonly channel: ChannelOptions;
  /** What things are called in Redis. */
  readonly keys: KeyOptions;
  readonly env: object | undefined;
}

/** Milliseconds: twice what one answer of Redis may take by default. */
const PUBLISH_TIMEOUT_MS = 20_000;

/** The section `channel`, `env`. */
export const channelSection: Section<ChannelConfig, ChannelSettings> = {
  names: { channel: true, env: true },
  resolve({ channel = {}, env }) {
    if (env !== undefined && (env === null || typeof env !== "object")) {
      throw new InvalidArgumentError("env", "must be an object of variables");
    }
    const { keys, publishTimeout = PUBLISH_TIMEOUT_MS } = within("channel", () =>
      resolveChannelOptions(channel),
    );
    const { circuit = {}, onEmptyExchange = warnEmptyExchange } = channel;
    return { channel: { ...channel, circuit, publishTimeout, onEmptyExchange }, keys, env };
  },
};
