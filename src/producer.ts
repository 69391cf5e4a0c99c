/**
 * The producer: a channel with defaults for what it publishes. Spec kombu-redis §2.
 * @module
 */
import { type Channel, prepareNow } from "./channel.ts";
import type { Outcome } from "./delivery/deliver_many.ts";
import type { Delivery, Publication } from "./delivery/publication.ts";
import type { PublishOptions } from "./delivery/publish_options.ts";
import { asExchange, Exchange } from "./entity.ts";
import type { Compression } from "./envelope/compression.ts";
import type { Serializer } from "./envelope/serializers.ts";
import { InvalidArgumentError, UnroutableError } from "./errors.ts";
import { checkOptionNames, type KnownOptions } from "./option_names.ts";

/** What {@link ProducerOptions.onReturn} is told about a message that nobody is bound for. */
export interface ReturnedMessage {
  readonly error: UnroutableError;
  readonly exchange: string;
  readonly routingKey: string;
  /** The body as it was given to `publish`. */
  readonly body: unknown;
}

/** Defaults for what a producer publishes; all optional. */
export interface ProducerOptions {
  /** Default: the anonymous exchange, whose routing keys are queue names. */
  exchange?: Exchange | string;
  /** Default `""`. */
  routingKey?: string;
  /** Default: by the body's type. */
  serializer?: string | Serializer;
  /** Default: none. */
  compression?: string | Compression;
  /** Declaring an exchange writes nothing on Redis; accepted for the sake of code that is moved from Kombu. */
  autoDeclare?: boolean;
  /** Called with each message that nobody is bound for, whether or not it was `mandatory`. */
  onReturn?: (returned: ReturnedMessage) => void | Promise<void>;
}

const KNOWN: KnownOptions<ProducerOptions> = {
  exchange: true,
  routingKey: true,
  serializer: true,
  compression: true,
  autoDeclare: true,
  onReturn: true,
};

/** One message of `publishMany`: its body and the options of `publish`. */
export interface Message extends Omit<PublishOptions, "signal"> {
  readonly body: unknown;
}

/** A producer is cheap: make one per request. */
export class Producer {
  readonly #channel: Channel;
  readonly #defaults: PublishOptions;
  readonly #deliveryMode: Exchange["deliveryMode"];
  readonly #onReturn: ProducerOptions["onReturn"];

  /** @throws {InvalidArgumentError} Naming the option at fault. */
  constructor(channel: Channel, options: ProducerOptions = {}) {
    checkOptionNames(options, KNOWN);
    const { onReturn } = options;
    if (onReturn !== undefined && typeof onReturn !== "function") {
      throw new InvalidArgumentError("onReturn", "must be a function");
    }
    const exchange =
      options.exchange instanceof Exchange ? options.exchange : asExchange(options.exchange ?? "");
    this.#channel = channel;
    this.#deliveryMode = exchange.deliveryMode;
    this.#onReturn = onReturn;
    this.#defaults = {
      exchange,
      routingKey: options.routingKey,
      serializer: options.serializer,
      compression: options.compression,
    };
  }

  /**
   * Publishes one message: one HTTP request to Redis once the exchange's bindings are known, whatever the number of queues.
   *
   * @returns Where it went. Resolving means that Redis has it, unless the status is `unroutable`.
   * @throws {InvalidArgumentError} or {@link EncodeError} before anything is sent, naming the field.
   * @throws {UnroutableError} When it is `mandatory` and nobody is bound.
   * @throws {RedisError} When Redis did not take it, or may not have: see its subclasses.
   */
  async publish(body: unknown, options: PublishOptions = {}): Promise<Delivery> {
    const prepared = this.#prepare(body, options);
    const publication = prepared instanceof Promise ? await prepared : prepared;
    try {
      const delivery = await this.#channel.basicPublish(publication);
      if (delivery.status === "unroutable") await this.#returned(publication, body);
      return delivery;
    } catch (error) {
      if (error instanceof UnroutableError) await this.#returned(publication, body, error);
      throw error;
    }
  }

  /**
   * Publishes many messages in as few HTTP requests as the limits allow.
   *
   * @returns One outcome per message, in order. One that cannot be published is `failed` and keeps no other from its queue.
   */
  async publishMany(
    messages: readonly Message[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Outcome[]> {
    if (!Array.isArray(messages)) throw new InvalidArgumentError("messages", "must be a list");
    const outcomes = new Array<Outcome>(messages.length);
    const places: number[] = [];
    const publications: Publication[] = [];
    for (let place = 0; place < messages.length; place++) {
      try {
        const message = messages[place] as Message;
        const prepared = this.#prepare(message.body, message, "body");
        publications.push(prepared instanceof Promise ? await prepared : prepared);
        places.push(place);
      } catch (error) {
        outcomes[place] = { status: "failed", error };
      }
    }
    const delivered = await this.#channel.basicPublishMany(publications, options.signal);
    for (const [index, outcome] of delivered.entries()) {
      outcomes[places[index]!] = outcome;
      const failed =
        outcome.status === "failed" && outcome.error instanceof UnroutableError ? outcome.error : undefined;
      if (outcome.status === "unroutable" || failed) {
        await this.#returned(publications[index]!, messages[places[index]!]!.body, failed);
      }
    }
    return outcomes;
  }

  #prepare(body: unknown, options: PublishOptions, except?: string): Publication | Promise<Publication> {
    return prepareNow(this.#channel, body, merged(this.#defaults, options, except), this.#deliveryMode);
  }

  async #returned(
    { exchange, routingKey }: Publication,
    body: unknown,
    error?: UnroutableError,
  ): Promise<void> {
    await this.#onReturn?.({
      error: error ?? new UnroutableError(exchange, routingKey, "no binding matches"),
      exchange,
      routingKey,
      body,
    });
  }
}

/**
 * The options of one message (but one) over the producer's defaults. Options that are `undefined` mean the default, as `None` does
 * in Kombu; so do an empty exchange name and an empty serialiser. `new Exchange("")` is the way to the anonymous exchange
 * (spec kombu-redis §2.1).
 */
function merged(defaults: PublishOptions, options: PublishOptions, except?: string): PublishOptions {
  const all: Record<string, unknown> = { ...defaults };
  for (const name of Object.keys(options)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined || name === except) continue;
    if (value === "" && (name === "exchange" || name === "serializer")) continue;
    all[name] = value;
  }
  return all as PublishOptions;
}
