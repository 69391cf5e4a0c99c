/**
 * The exchanges this deployment knows: their types, and the bindings that a fresh isolate may start with.
 * @module
 */
import * as v from "valibot";
import { declaredBindings } from "../../delivery/bindings.ts";
import { Exchange, Queue, type QueueBinding } from "../../entity.ts";
import { InvalidArgumentError } from "../../errors.ts";
import { resolveKeyOptions } from "../../routing/keys.ts";
import type { ExchangeType } from "../../routing/table.ts";
import { OBJECT } from "../publish/schemas.ts";
import { check } from "../request/check.ts";
import type { ChannelConfig } from "./channel.ts";
import { type Section, within } from "./section.ts";

/** One exchange. */
export interface ExchangeConfig {
  /** Must be what the consumers declare it as. */
  readonly type: ExchangeType;
  /** Inherited by messages that state none. Default 2. */
  readonly deliveryMode?: 1 | 2 | "transient" | "persistent";
  /** Bindings that a fresh isolate publishes by while it reads the real ones in the same request. Default none. */
  readonly bindings?: readonly { readonly queue: string; readonly routingKey?: string }[];
  /** Also write `bindings` with a publish whenever Redis does not have them. Default `false`. */
  readonly declare?: boolean;
}

/** Exchanges by name. Others can be published to as well; these need no type on every call. */
export interface ExchangesConfig {
  readonly exchanges?: Readonly<Record<string, ExchangeConfig>>;
}

/** An exchange, checked. */
export interface ConfiguredExchange {
  readonly exchange: Exchange;
  readonly bindings: readonly (QueueBinding & { readonly queue: string })[];
  /** Queues whose bindings go along with a publish. */
  readonly declare: readonly Queue[];
}

/** The exchanges, checked. */
export interface ExchangesSettings {
  readonly exchanges: ReadonlyMap<string, ConfiguredExchange>;
}

const ExchangeSchema = v.strictObject({
  type: v.picklist(["direct", "topic", "fanout"]),
  deliveryMode: v.optional(v.picklist([1, 2, "transient", "persistent"])),
  bindings: v.optional(v.array(v.strictObject({ queue: v.string(), routingKey: v.optional(v.string()) }))),
  declare: v.optional(v.boolean()),
});

/** The section `exchanges`; its names are checked by the keys of `channel`. */
export const exchangesSection: Section<ExchangesConfig, ExchangesSettings> = {
  names: { exchanges: true },
  resolve({ exchanges = {}, channel = {} }: ExchangesConfig & ChannelConfig) {
    const keys = resolveKeyOptions(channel);
    const configured = Object.entries(check(OBJECT, exchanges, "exchanges"));
    return {
      exchanges: new Map(
        configured.map(([name, given]) => {
          const field = `exchanges.${name}`;
          const { type, deliveryMode, bindings = [], declare = false } = check(ExchangeSchema, given, field);
          if (name === "")
            throw new InvalidArgumentError("exchanges", "must not configure the anonymous exchange");
          const exchange = within(
            field,
            () => new Exchange(name, { type, ...(deliveryMode && { deliveryMode }) }),
          );
          const queues = bindings.map(({ queue, routingKey = "" }, index) =>
            within(`${field}.bindings[${index}]`, () => {
              const bound = new Queue(queue, { exchange, routingKey });
              declaredBindings([bound], keys);
              return bound;
            }),
          );
          const seeds = bindings.map(({ queue, routingKey = "" }) => ({ exchange, queue, routingKey }));
          return [name, { exchange, bindings: seeds, declare: declare ? queues : [] }];
        }),
      ),
    };
  },
};
