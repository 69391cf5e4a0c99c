/**
 * Exchanges and queues, as Kombu's `entity` module names them. Plain descriptions; a channel acts on them.
 * @module
 */
import { InvalidArgumentError } from "./errors.ts";
import { checkOptionNames, type KnownOptions } from "./option_names.ts";
import type { ExchangeType } from "./routing/table.ts";

const TYPES: readonly string[] = ["direct", "topic", "fanout"];

/** What a channel can do for an entity. */
export interface EntityChannel {
  declareExchange(exchange: Exchange): Promise<void>;
  declareQueue(queue: Queue): Promise<string>;
  bindQueue(queue: Queue, exchange: Exchange | string, routingKey: string): Promise<void>;
  unbindQueue(queue: Queue, exchange: Exchange | string, routingKey: string): Promise<boolean>;
  purgeQueue(queue: Queue | string): Promise<number>;
  deleteQueue(queue: Queue | string, options?: { ifEmpty?: boolean }): Promise<number>;
  queueSize(queue: Queue | string): Promise<number>;
}

/** Options of an {@link Exchange}. Those that Redis has no use for are accepted and do nothing, as in Kombu. */
export interface ExchangeOptions {
  /**
   * Decides how a routing key finds its queues. Without it, bindings with a pattern are matched as topic and those without
   * one as direct; a fanout exchange must be stated, since Redis does not tell.
   */
  type?: ExchangeType;
  /** Inherited by messages that state none: 1 or `"transient"`, 2 or `"persistent"`. Redis ignores it. */
  deliveryMode?: number | "transient" | "persistent";
  durable?: boolean;
  autoDelete?: boolean;
  arguments?: Readonly<Record<string, unknown>>;
}

const KNOWN_EXCHANGE: KnownOptions<ExchangeOptions> = {
  type: true,
  deliveryMode: true,
  durable: true,
  autoDelete: true,
  arguments: true,
};

/** An exchange. `new Exchange("")` is the anonymous exchange, whose routing keys are queue names. */
export class Exchange {
  readonly name: string;
  readonly type: ExchangeType | undefined;
  readonly deliveryMode: ExchangeOptions["deliveryMode"];

  /** @throws {InvalidArgumentError} For a type that Redis cannot deliver to, or a name consumers would choke on. */
  constructor(name: string, options: ExchangeOptions = {}) {
    checkOptionNames(options, KNOWN_EXCHANGE);
    checkExchange(name, options.type);
    this.name = name;
    this.type = options.type;
    this.deliveryMode = options.deliveryMode;
  }

  /** Writes nothing: on Redis an exchange exists by its bindings. Here so that code can be moved from Kombu unchanged. */
  async declare(channel: EntityChannel): Promise<void> {
    await channel.declareExchange(this);
  }
}

/** One binding of a queue. */
export interface QueueBinding {
  readonly exchange: Exchange | string;
  /** Default `""`. */
  readonly routingKey?: string;
}

/** Options of a {@link Queue}. Those that Redis has no use for are accepted and do nothing, as in Kombu. */
export interface QueueOptions {
  exchange?: Exchange | string;
  /** The key of the binding to `exchange`. Default `""`. */
  routingKey?: string;
  /** Bindings besides the one to `exchange`. */
  bindings?: readonly QueueBinding[];
  durable?: boolean;
  exclusive?: boolean;
  autoDelete?: boolean;
  queueArguments?: Readonly<Record<string, unknown>>;
}

const KNOWN_QUEUE: KnownOptions<QueueOptions> = {
  exchange: true,
  routingKey: true,
  bindings: true,
  durable: true,
  exclusive: true,
  autoDelete: true,
  queueArguments: true,
};

const KNOWN_BINDING: KnownOptions<QueueBinding> = { exchange: true, routingKey: true };

/** A queue and its bindings. Without a name it gets one, `amq.gen-<uuid>`, when the name is first asked for. */
export class Queue {
  readonly bindings: readonly { readonly exchange: Exchange; readonly routingKey: string }[];
  #name: string;

  /** @throws {InvalidArgumentError} For names or keys that are not strings. */
  constructor(name = "", options: QueueOptions = {}) {
    checkOptionNames(options, KNOWN_QUEUE);
    for (const given of options.bindings ?? []) checkOptionNames(given, KNOWN_BINDING, "bindings.");
    if (typeof name !== "string") throw new InvalidArgumentError("queue", "must be a string");
    if (options.routingKey && options.exchange === undefined) {
      throw new InvalidArgumentError("routingKey", "needs an exchange to bind to");
    }
    this.#name = name;
    const own =
      options.exchange === undefined ? [] : [{ exchange: options.exchange, routingKey: options.routingKey }];
    this.bindings = [...own, ...(options.bindings ?? [])]
      .map(({ exchange, routingKey = "" }) => ({ exchange: asExchange(exchange), routingKey }))
      .filter(({ exchange }) => exchange.name !== "");
  }

  get name(): string {
    // Not in the constructor: a Worker may make a queue at start, where random values cannot be had.
    this.#name ||= `amq.gen-${crypto.randomUUID()}`;
    return this.#name;
  }

  /** Writes the queue's bindings and returns its name. A queue itself exists in Redis only while it holds messages. */
  async declare(channel: EntityChannel): Promise<string> {
    return await channel.declareQueue(this);
  }

  /** Binds the queue to an exchange. */
  async bind(channel: EntityChannel, exchange: Exchange | string, routingKey = ""): Promise<void> {
    await channel.bindQueue(this, exchange, routingKey);
  }

  /** Removes a binding for good (Kombu only forgets it in its own process) and tells whether there was one. */
  async unbind(channel: EntityChannel, exchange: Exchange | string, routingKey = ""): Promise<boolean> {
    return await channel.unbindQueue(this, exchange, routingKey);
  }

  /** Removes all messages and returns how many there were. */
  async purge(channel: EntityChannel): Promise<number> {
    return await channel.purgeQueue(this);
  }

  /** Removes the queue's messages and this object's bindings; returns how many messages there were. */
  async delete(channel: EntityChannel, options: { ifEmpty?: boolean } = {}): Promise<number> {
    return await channel.deleteQueue(this, options);
  }

  /** How many messages wait, over all priorities. */
  async size(channel: EntityChannel): Promise<number> {
    return await channel.queueSize(this);
  }
}

/** An exchange from its name; the anonymous one from `""`. */
export function asExchange(exchange: Exchange | string): Exchange {
  if (exchange instanceof Exchange) return exchange;
  if (typeof exchange === "string") return new Exchange(exchange);
  throw new InvalidArgumentError("exchange", "must be a name or an Exchange");
}

/** Throws {@link InvalidArgumentError} for an exchange that could not be delivered to. Spec kombu-redis §6.1, §7. */
export function checkExchange(name: unknown, type: unknown): void {
  if (typeof name !== "string") throw new InvalidArgumentError("exchange", "must be a name or an Exchange");
  if (!name.isWellFormed())
    throw new InvalidArgumentError("exchange", "has a lone surrogate, which UTF-8 cannot carry");
  if (type !== undefined && !TYPES.includes(type as string)) {
    throw new InvalidArgumentError("exchange.type", "must be direct, topic or fanout");
  }
  if (type === "fanout" && /[/[\]]/.test(name)) {
    throw new InvalidArgumentError("exchange", "must not contain a slash or a bracket when it is fanout");
  }
}
