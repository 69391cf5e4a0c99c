/**
 * Commands out and replies in, over `@upstash/redis`: one HTTP request per call, never repeated here, values verbatim.
 * The only importer of that package. Spec http-redis §0, §2.
 * @module
 */
import { Redis } from "@upstash/redis/cloudflare";
import {
  InvalidArgumentError,
  NotConfiguredError,
  OutcomeUnknownError,
  type RedisError,
  UnavailableError,
} from "../errors.ts";
import type { CircuitState } from "./circuit.ts";
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
  /** When to give up at the latest, in milliseconds since the epoch, although the time limit is not reached. Default never. */
  readonly until?: number | undefined;
  /** Sends even while the database's circuit is open, and closes it if the answer is good. Default `false`. */
  readonly probe?: boolean | undefined;
}

/** A database that takes commands. */
export interface Connection {
  /** Names the database among those of this isolate; holds no secret. */
  readonly database: string;
  /** The state of the database's circuit; missing where there is none. */
  readonly circuit?: CircuitState;
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
  if (credentials) return connectTo(credentials, timeout);
  return new RedisConnection(
    { redis, start: (_signal, request) => [request(), false] },
    ownName(redis),
    timeout,
  );
}

function connectTo(credentials: RedisCredentials, timeout: number): Connection {
  const { url, token } = credentials;
  const name = `${token} ${url}`;
  let client = clients.get(name);
  if (!client) {
    client = newClient(credentials);
    if (clients.size >= MAXIMUM_CLIENTS) clients.clear();
    clients.set(name, client);
  }
  return new RedisConnection(client, url, timeout);
}

/** Milliseconds, which Node's timers take whole only, and no more of. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Something that sends requests, and the means to tell it when to give up. */
interface Client {
  readonly redis: RedisLike;
  /** Makes a request; says whether the client itself took the signal over. */
  start<Answer>(
    signal: AbortSignal,
    request: () => Promise<Answer>,
  ): [answer: Promise<Answer>, stops: boolean];
}

/**
 * Clients of this isolate by token and address, which hold no white space. Making one takes longer than all else that a
 * publish does here, and it holds no socket, no promise and no state of a request (spec http-redis §2.1).
 */
const clients = new Map<string, Client>();
const MAXIMUM_CLIENTS = 100;

function newClient({ url, token }: RedisCredentials): Client {
  if (typeof url !== "string" || !URL.canParse(url) || !/^https?:\/\/[^\s#$./?].\S*$/.test(url)) {
    throw new NotConfiguredError("the REST URL of the Redis database is missing or not an http(s) URL");
  }
  if (typeof token !== "string" || token === "" || /\s/.test(token)) {
    throw new NotConfiguredError("the REST token of the Redis database is missing or contains white space");
  }
  // The client asks for it while the request is being made, in the same turn, so requests at the same time do not mix.
  let current: AbortSignal | undefined;
  let taken = false;
  const redis = new Redis({
    url,
    token,
    enableAutoPipelining: false,
    enableTelemetry: false,
    readYourWrites: false,
    responseEncoding: false,
    automaticDeserialization: false,
    retry: { retries: 0 },
    signal: () => {
      taken = current !== undefined;
      // The type knows no request without a signal; the client does.
      return current as AbortSignal;
    },
  });
  return {
    redis: redis as unknown as RedisLike,
    start(signal, request) {
      current = signal;
      taken = false;
      try {
        return [request(), taken];
      } finally {
        current = undefined;
      }
    },
  };
}

class RedisConnection implements Connection {
  readonly database: string;
  readonly #client: Client;
  readonly #timeout: number;

  constructor(client: Client, database: string, timeout: number) {
    this.#client = client;
    this.database = database;
    this.#timeout = timeout;
  }

  async send(commands: readonly Command[], options: SendOptions): Promise<readonly Reply[]> {
    options.signal?.throwIfAborted();
    const timeLimit = AbortSignal.timeout(this.#limit(options.until));
    const signal = options.signal ? AbortSignal.any([options.signal, timeLimit]) : timeLimit;
    const { redis } = this.#client;
    const alone = commands.length === 1;
    try {
      const [request, stops] = this.#client.start(signal, () =>
        alone ? redis.exec(commands[0] as [string, ...string[]]) : many(redis, commands, options.atomic),
      );
      const answer = await (stops ? request : settledBefore(request, signal));
      return alone ? [{ result: answer }] : toReplies(answer, commands.length);
    } catch (error) {
      const failure = failureError(error);
      // Redis' own word on the only command, as a pipeline gives it with the replies.
      if (alone && error instanceof Error && error.name === "UpstashError") return [{ error: failure }];
      throw failure;
    }
  }

  #limit(until: number = Number.POSITIVE_INFINITY): number {
    const left = until - Date.now();
    if (left <= 0) throw new UnavailableError("no time is left to ask the database");
    return Math.ceil(Math.min(left, this.#timeout, LONGEST_TIMER));
  }
}

function many(redis: RedisLike, commands: readonly Command[], atomic: boolean): Promise<unknown> {
  const pipeline = atomic ? redis.multi() : redis.pipeline();
  for (const command of commands) addCommand(pipeline, command);
  return pipeline.exec({ keepErrors: true });
}

function toReplies(answers: unknown, count: number): readonly Reply[] {
  if (!Array.isArray(answers) || answers.length !== count) {
    throw new TypeError("the answer does not have one reply per command");
  }
  return answers.map(toReply);
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
