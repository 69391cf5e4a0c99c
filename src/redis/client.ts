/**
 * Commands out and replies in, over `@upstash/redis`: one HTTP request per call, never repeated here, values verbatim.
 * The only importer of that package. Spec http-redis §0, §2.
 * @module
 */
import { Redis } from "@upstash/redis/cloudflare";
import { InvalidArgumentError, NotConfiguredError, OutcomeUnknownError, type RedisError } from "../errors.ts";
import { failureError, replyError } from "./outcome.ts";

/** A Redis command: its name, then its arguments. */
export type Command = readonly [name: string, ...args: string[]];

/** Where a database is and what opens it. */
export interface RedisCredentials {
  /** The REST URL, `https://…`. */
  readonly url: string;
  /** The REST token. */
  readonly token: string;
}

/** What is used of a pipeline or transaction of `@upstash/redis`. */
export interface RedisPipeline {
  exec(options: { keepErrors: true }): Promise<unknown>;
}

/** What is used of a `Redis` of `@upstash/redis`; anything of this shape will do. */
export interface RedisLike {
  exec(command: [command: string, ...args: string[]]): Promise<unknown>;
  pipeline(): RedisPipeline;
  multi(): RedisPipeline;
}

/** One command's reply: a result, or the error that kept it from being applied. */
export type Reply = { readonly result: unknown } | { readonly error: RedisError };

/** How a request is sent. */
export interface SendOptions {
  /** All commands or none, with nothing between them: `/multi-exec` instead of `/pipeline`. */
  readonly atomic: boolean;
  /** Gives up waiting; what was sent stays sent. */
  readonly signal?: AbortSignal | undefined;
}

/** A database that takes commands. */
export interface Connection {
  /** Names the database among those of this isolate; holds no secret. */
  readonly database: string;
  /**
   * Sends commands in one HTTP request and never again.
   *
   * @returns One reply per command, in order.
   * @throws {RedisError} When no command has a reply of its own.
   */
  send(commands: readonly Command[], options: SendOptions): Promise<readonly Reply[]>;
}

/**
 * Connects to a database. Sends nothing yet.
 *
 * A `Redis` that was built with `url` and `token` is used through a client of our own with the same address and token,
 * because its default settings would repeat a push up to five times and alter what Kombu stored (spec http-redis
 * §2.4, §2.6). One built around another requester is used as it is.
 *
 * @param timeout Milliseconds to wait for an answer.
 * @throws {NotConfiguredError} Without a usable URL or token.
 */
export function connect(redis: RedisLike | RedisCredentials, timeout: number): Connection {
  if (redis === null || typeof redis !== "object") {
    throw new InvalidArgumentError("redis", "must be a Redis of @upstash/redis, or { url, token }");
  }
  if (!("exec" in redis)) return connectTo(redis, timeout);
  const credentials = credentialsOf(redis);
  return credentials ? connectTo(credentials, timeout) : new RedisConnection(redis, ownName(redis), timeout);
}

function connectTo({ url, token }: RedisCredentials, timeout: number): Connection {
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:\/\/[^\s#$./?].\S*$/.test(url)) {
    throw new NotConfiguredError("the REST URL of the Redis database is missing or not an http(s) URL");
  }
  if (typeof token !== "string" || token === "" || /\s/.test(token)) {
    throw new NotConfiguredError("the REST token of the Redis database is missing or contains white space");
  }
  // Read once per request, synchronously when the request is made, so one client serves many signals.
  let signal: AbortSignal | undefined;
  const client = new Redis({
    url,
    token,
    enableAutoPipelining: false,
    enableTelemetry: false,
    readYourWrites: false,
    responseEncoding: false,
    automaticDeserialization: false,
    retry: { retries: 0 },
    signal: () => signal ?? AbortSignal.timeout(timeout),
  });
  return new RedisConnection(client as unknown as RedisLike, url, timeout, (next) => {
    signal = next;
  });
}

class RedisConnection implements Connection {
  readonly database: string;
  readonly #redis: RedisLike;
  readonly #timeout: number;
  readonly #setSignal: ((signal: AbortSignal) => void) | undefined;

  constructor(
    redis: RedisLike,
    database: string,
    timeout: number,
    setSignal?: (signal: AbortSignal) => void,
  ) {
    this.#redis = redis;
    this.database = database;
    this.#timeout = timeout;
    this.#setSignal = setSignal;
  }

  async send(commands: readonly Command[], options: SendOptions): Promise<readonly Reply[]> {
    options.signal?.throwIfAborted();
    const timeLimit = AbortSignal.timeout(this.#timeout);
    const signal = options.signal ? AbortSignal.any([options.signal, timeLimit]) : timeLimit;
    try {
      this.#setSignal?.(signal);
      const answer = commands.length === 1 ? this.#one(commands[0]!) : this.#many(commands, options.atomic);
      // A client of the caller's does not know our signal.
      return await (this.#setSignal ? answer : settledBefore(answer, signal));
    } catch (error) {
      throw failureError(error);
    }
  }

  async #one(command: Command): Promise<readonly Reply[]> {
    return [{ result: await this.#redis.exec(command as [string, ...string[]]) }];
  }

  async #many(commands: readonly Command[], atomic: boolean): Promise<readonly Reply[]> {
    const pipeline = atomic ? this.#redis.multi() : this.#redis.pipeline();
    for (const command of commands) addCommand(pipeline, command);
    const answers = await pipeline.exec({ keepErrors: true });
    if (!Array.isArray(answers) || answers.length !== commands.length) {
      throw new TypeError("the answer does not have one reply per command");
    }
    return answers.map(toReply);
  }
}

/** A pipeline has one method per command, named in lower case. */
function addCommand(pipeline: RedisPipeline, [name, ...args]: Command): void {
  const methods = pipeline as unknown as Record<string, (...args: unknown[]) => unknown>;
  if (name === "EVAL") {
    const [script, count, ...rest] = args;
    methods.eval!(script, rest.slice(0, Number(count)), rest.slice(Number(count)));
  } else {
    methods[name.toLowerCase()]!(...args);
  }
}

function toReply(answer: unknown): Reply {
  const { result, error } = (answer ?? {}) as { result?: unknown; error?: unknown };
  if (typeof error === "string") return { error: replyError(error) };
  if (result === undefined) return { error: new OutcomeUnknownError("a reply without a result") };
  return { result };
}

async function settledBefore<Result>(answer: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop!: () => void;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([answer, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The address and token inside a `Redis`, when it has them. */
function credentialsOf(redis: RedisLike): RedisCredentials | undefined {
  const { client } = redis as unknown as {
    client?: { baseUrl?: unknown; headers?: { authorization?: unknown } };
  };
  const authorization = client?.headers?.authorization;
  if (typeof client?.baseUrl !== "string" || typeof authorization !== "string") return undefined;
  return { url: client.baseUrl, token: authorization.replace(/^Bearer /, "") };
}

const names = new WeakMap<object, string>();
let named = 0;

/** A name for a database whose address is not known. */
function ownName(redis: object): string {
  const known = names.get(redis);
  if (known !== undefined) return known;
  const name = `redis:${++named}`;
  names.set(redis, name);
  return name;
}
