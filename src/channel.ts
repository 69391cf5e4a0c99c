/**
 * The channel: a database with Kombu's transport options, and everything that is done through it.
 * @module
 */
import { binding, declaredBindings } from "./delivery/bindings.ts";
import { amount, type ChannelOptions, resolveChannelOptions } from "./delivery/channel_options.ts";
import type { BatchOptions, Outcome } from "./delivery/deliver_many.ts";
import { type MessageContext, preparePublication } from "./delivery/prepare.ts";
import type { Delivery, DeliveryContext, Publication } from "./delivery/publication.ts";
import type { PublishOptions } from "./delivery/publish_options.ts";
import { knownTable, readTables, tableKey } from "./delivery/tables.ts";
import { asExchange, type EntityChannel, type Exchange, type Queue, type QueueBinding } from "./entity.ts";
import { NotConfiguredError } from "./errors.ts";
import { type CircuitState, withCircuit } from "./redis/circuit.ts";
import { type Command, connect, type RedisCredentials, type RedisLike, type Reply } from "./redis/client.ts";
import { seedTable } from "./routing/cache.ts";
import type { KeyOptions } from "./routing/keys.ts";
import type { BindingTable } from "./routing/table.ts";
import { deliverOrSpool, deliverOrSpoolMany } from "./spool/deliver_or_spool.ts";

/** Environment variables that name a database. */
export interface ChannelEnvironment {
  readonly UPSTASH_REDIS_REST_URL?: string;
  readonly UPSTASH_REDIS_REST_TOKEN?: string;
  readonly KV_REST_API_URL?: string;
  readonly KV_REST_API_TOKEN?: string;
}

/** {@link Channel.prepareMessage} for a producer, who need not wait for what is not compressed. Throws what that rejects with. */
export let prepareNow: (
  channel: Channel,
  body: unknown,
  options: PublishOptions,
  inheritedMode?: Exchange["deliveryMode"],
) => Publication | Promise<Publication>;

/**
 * A channel is cheap: make one per request. What outlives it is the isolate's cache of binding tables.
 *
 * @example
 * ```ts
 * const channel = new Channel({ url, token }, { globalKeyprefix: "app:" });
 * await new Queue("billing", { exchange: "orders", routingKey: "order.*" }).declare(channel);
 * ```
 */
export class Channel implements EntityChannel {
  readonly #context: DeliveryContext;
  readonly #message: MessageContext;
  readonly #publishTimeout: number | undefined;

  /**
   * @param redis A `Redis` of `@upstash/redis`, anything of its shape, or its URL and token. Nothing is sent yet.
   * @param options Kombu's transport options under their own names, and limits.
   * @throws {InvalidArgumentError} Naming the option at fault.
   * @throws {NotConfiguredError} Without a usable URL or token.
   */
  constructor(redis: RedisLike | RedisCredentials, options: ChannelOptions = {}) {
    const resolved = resolveChannelOptions(options);
    const { timeout, circuit, waitUntil, publishTimeout } = resolved;
    const connection = connect(redis, timeout);
    this.#context = {
      ...resolved,
      connection: circuit ? withCircuit(connection, circuit, waitUntil) : connection,
    };
    this.#message = resolved;
    this.#publishTimeout = publishTimeout;
  }

  /**
   * A channel to the database that the environment names: `UPSTASH_REDIS_REST_URL` and `UPSTASH_REDIS_REST_TOKEN`, else
   * `KV_REST_API_URL` and `KV_REST_API_TOKEN`.
   *
   * @throws {NotConfiguredError} Naming the variable that is missing.
   */
  static fromEnv(env: object, options: ChannelOptions = {}): Channel {
    const variables = env as ChannelEnvironment;
    const url = variables.UPSTASH_REDIS_REST_URL || variables.KV_REST_API_URL;
    const token = variables.UPSTASH_REDIS_REST_TOKEN || variables.KV_REST_API_TOKEN;
    if (!url) throw new NotConfiguredError("UPSTASH_REDIS_REST_URL (or KV_REST_API_URL) is not set");
    if (!token) throw new NotConfiguredError("UPSTASH_REDIS_REST_TOKEN (or KV_REST_API_TOKEN) is not set");
    return new Channel({ url, token }, options);
  }

  /** How this channel names things in Redis, every default filled in. For those who {@link send} commands of their own. */
  get keys(): KeyOptions {
    return this.#context.keys;
  }

  /** The state of the database's circuit in this isolate; `undefined` when the channel has none. */
  get circuit(): CircuitState | undefined {
    return this.#context.connection.circuit;
  }

  /** Checks and writes a message without sending anything; see {@link PublishOptions}. */
  async prepareMessage(
    body: unknown,
    options: PublishOptions = {},
    inheritedMode?: Exchange["deliveryMode"],
  ): Promise<Publication> {
    return await prepareNow(this, body, options, inheritedMode);
  }

  static {
    prepareNow = (channel, ...message) => preparePublication(channel.#message, ...message);
  }

  /** For the spool's other end: see `kombu-edge/spool`. */
  get delivery(): DeliveryContext {
    return this.#context;
  }

  /** Delivers a prepared message, or spools it. A {@link RedisError} bears its delivery tag. */
  async basicPublish(publication: Publication): Promise<Delivery> {
    return await deliverOrSpool(this.#begin(), publication);
  }

  /**
   * Delivers prepared messages in as few requests as the limits allow.
   *
   * @param options Commands that must be applied before the messages, in the same request, and a time limit: see {@link BatchOptions}.
   * @throws {InvalidArgumentError} For a time limit that is none.
   */
  async basicPublishMany(
    publications: readonly Publication[],
    signal?: AbortSignal,
    options: BatchOptions = {},
  ): Promise<readonly Outcome[]> {
    const limit = amount(options.timeout, Number.POSITIVE_INFINITY, "timeout");
    return await deliverOrSpoolMany(this.#begin(limit), publications, signal, options);
  }

  /** What a publish that begins now may need. */
  #begin(limit = Number.POSITIVE_INFINITY): DeliveryContext {
    const context = this.#context;
    const { spool } = context;
    const most = Math.min(limit, this.#publishTimeout ?? Number.POSITIVE_INFINITY);
    const timeout = Math.min(most, spool?.after ?? Number.POSITIVE_INFINITY);
    if (timeout === Number.POSITIVE_INFINITY) return context;
    const begunAt = Date.now();
    const limited = { ...context, until: begunAt + timeout, latest: begunAt + most };
    return spool ? { ...limited, begunAt, attempts: new Map() } : limited;
  }

  /** Writes nothing; see {@link Exchange.declare}. */
  async declareExchange(_exchange: Exchange): Promise<void> {}

  /** Writes a queue's bindings and returns its name. */
  async declareQueue(queue: Queue): Promise<string> {
    await (await administration()).addBindings(this.#context, declaredBindings([queue], this.#message.keys));
    return queue.name;
  }

  /** Binds a queue. The exchange must state its type `topic` for the key to be a pattern. */
  async bindQueue(queue: Queue | string, exchange: Exchange | string, routingKey = ""): Promise<void> {
    await (await administration()).addBindings(this.#context, [
      binding(nameOf(queue), asExchange(exchange), routingKey, this.#message.keys),
    ]);
  }

  /** Removes a binding for good and tells whether there was one. */
  async unbindQueue(queue: Queue | string, exchange: Exchange | string, routingKey = ""): Promise<boolean> {
    return await (await administration()).removeBinding(
      this.#context,
      nameOf(queue),
      asExchange(exchange),
      routingKey,
    );
  }

  /** Removes all messages of a queue and returns how many there were. */
  async purgeQueue(queue: Queue | string): Promise<number> {
    return await (await administration()).purge(this.#context, nameOf(queue));
  }

  /**
   * Removes a queue's messages and, when given as a `Queue`, the bindings it names; returns how many messages there were.
   *
   * @param options `ifEmpty`: do nothing, and return 0, while messages wait. The check comes first, as in Kombu.
   */
  async deleteQueue(queue: Queue | string, options: { ifEmpty?: boolean } = {}): Promise<number> {
    if (options.ifEmpty && (await this.queueSize(queue)) > 0) return 0;
    return await (await administration()).remove(this.#context, queue);
  }

  /** How many messages wait in a queue, over all priorities. */
  async queueSize(queue: Queue | string): Promise<number> {
    return [...(await this.queueSizes(queue)).values()].reduce((sum, length) => sum + length, 0);
  }

  /** How many messages wait in a queue, by priority step. */
  async queueSizes(queue: Queue | string): Promise<ReadonlyMap<number, number>> {
    const name = nameOf(queue);
    return (await this.sizesOf([name])).get(name)!;
  }

  /** How many messages wait in several queues, by priority step, in one request. */
  async sizesOf(
    queues: readonly (Queue | string)[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    return await (await administration()).stepSizes(this.#context, [...new Set(queues.map(nameOf))]);
  }

  /** An exchange's bindings, read from Redis now. */
  async bindings(exchange: Exchange | string): Promise<BindingTable> {
    const { name } = asExchange(exchange);
    return (await this.bindingsOf([name])).get(name)!;
  }

  /** The bindings of several exchanges, read from Redis now, in one request. */
  async bindingsOf(exchanges: readonly (Exchange | string)[]): Promise<ReadonlyMap<string, BindingTable>> {
    const names = [...new Set(exchanges.map((exchange) => asExchange(exchange).name))];
    if (names.length === 0) return new Map();
    const known = await readTables(this.#context, names, [], undefined);
    return new Map(names.map((name, index) => [name, known[index]!.table]));
  }

  /** An exchange's bindings as this isolate knows them, however old; `undefined` when it does not. */
  cachedBindings(exchange: Exchange | string): BindingTable | undefined {
    return knownTable(this.#context, asExchange(exchange).name)?.table;
  }

  /** Milliseconds since this isolate read an exchange's bindings; `undefined` when it never did. */
  bindingsAge(exchange: Exchange | string): number | undefined {
    const readAt = knownTable(this.#context, asExchange(exchange).name)?.readAt;
    return readAt ? Date.now() - readAt : undefined;
  }

  /**
   * Puts bindings known from configuration into an empty cache, so that the first publish of a fresh isolate takes one
   * request: it pushes by them and reads the real table in the same request. Writes nothing to Redis.
   */
  seedBindings(
    exchange: Exchange | string,
    bindings: readonly (QueueBinding & { readonly queue: string })[],
  ): void {
    const { keys } = this.#message;
    const target = asExchange(exchange);
    const members = bindings.map(
      ({ queue, routingKey = "" }) => binding(queue, target, routingKey, keys).member,
    );
    seedTable(tableKey(this.#context, target.name), members, keys.sep);
  }

  /**
   * Sends commands to the database in one request. For what this library has no method for; keys are taken as given.
   *
   * @param options `probe`: ask even while the circuit is open, and close it if the answer is good.
   */
  async send(
    commands: readonly Command[],
    options: { atomic?: boolean; signal?: AbortSignal; probe?: boolean } = {},
  ): Promise<readonly Reply[]> {
    return await this.#context.connection.send(commands, { ...options, atomic: options.atomic ?? false });
  }
}

function nameOf(queue: Queue | string): string {
  return typeof queue === "string" ? queue : queue.name;
}

/** What publishing has no need of, loaded when it is first asked for. */
function administration(): Promise<typeof import("./delivery/administration.ts")> {
  return import("./delivery/administration.ts");
}
