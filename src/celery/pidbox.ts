/**
 * Workers' mailboxes: commands to all of them over one channel, replies through a queue of one call's own. Spec celery §9.
 * @module
 */
import { Exchange, Queue } from "../entity.ts";
import { InvalidArgumentError, OutcomeUnknownError } from "../errors.ts";
import type { Command } from "../redis/client.ts";
import { queueKey } from "../routing/keys.ts";
import type { Settings } from "./celery_options.ts";
import { sleep } from "./poll.ts";
import { parsePython } from "./python_json.ts";
import { type Context, prepare, SIGNED_CONTENT_TYPE } from "./send.ts";

/** Which workers a command is for. Default: all. */
export interface ToWorkers {
  /** Node names such as `celery@host`. */
  readonly destination?: readonly string[] | undefined;
  /** With `matcher`: workers whose node name matches. Ignored with `destination`. */
  readonly pattern?: string | undefined;
  readonly matcher?: "glob" | "pcre" | undefined;
}

/** How to wait for replies. */
export interface ReplyOptions extends ToWorkers {
  /** Milliseconds to wait for all replies. Default 1000. */
  readonly timeout?: number | undefined;
  /** How many replies are enough. Default: the destinations, else the workers that heard it. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Replies by node name. */
export type Replies<Reply = unknown> = Readonly<Record<string, Reply>>;

/** Seconds after which replies that nobody collected are gone. */
const REPLY_EXPIRES = 60;
const LARGEST_PAUSE = 200;

/** Sends a command and returns how many workers heard it. */
export async function cast(
  context: Context,
  method: string,
  args: Readonly<Record<string, unknown>>,
  to: ToWorkers,
): Promise<number> {
  const { receivers = 0 } = await publish(context, { ...bodyOf(method, args, to) }, [], 1_000);
  return receivers;
}

/** Sends a command and collects the replies until there are enough or the time is over. */
export async function call(
  context: Context,
  method: string,
  args: Readonly<Record<string, unknown>>,
  options: ReplyOptions,
): Promise<Replies> {
  const { timeout = 1_000, limit, signal, ...to } = options;
  const mailbox = context.settings.controlExchange;
  const address = crypto.randomUUID();
  const ticket = crypto.randomUUID();
  const exchange = new Exchange(`reply.${mailbox}.pidbox`, { type: "direct" });
  const queue = new Queue(`${address}.${exchange.name}`, { exchange, routingKey: address });
  const replyTo = { exchange: exchange.name, routing_key: address };
  try {
    const body = { ...bodyOf(method, args, to), ticket, reply_to: replyTo };
    const { receivers = 0 } = await publish(context, body, [queue], timeout);
    // Workers that a pattern leaves out hear the command too.
    const most = to.destination?.length ?? (to.pattern === undefined ? receivers : Number.POSITIVE_INFINITY);
    const enough = receivers === 0 ? 0 : (limit ?? most);
    return await collect(context, queue, ticket, enough, timeout, signal);
  } finally {
    // What is left of it expires.
    await context.channel.deleteQueue(queue).catch(() => {});
  }
}

function bodyOf(
  method: string,
  args: Readonly<Record<string, unknown>>,
  { destination, pattern, matcher }: ToWorkers,
): Record<string, unknown> {
  const isList = Array.isArray(destination) && destination.every((node) => typeof node === "string");
  if (destination !== undefined && !isList) {
    throw new InvalidArgumentError("destination", "must be a list of node names");
  }
  if (pattern !== undefined && matcher !== "glob" && matcher !== "pcre") {
    throw new InvalidArgumentError("matcher", "must be glob or pcre when there is a pattern");
  }
  return {
    method,
    arguments: args,
    destination: destination ?? null,
    pattern: pattern ?? null,
    matcher: (pattern === undefined ? undefined : matcher) ?? null,
  };
}

async function publish(context: Context, body: object, declare: readonly Queue[], timeout: number) {
  const { channel, settings } = context;
  // Whatever tasks are written in, a worker's mailbox accepts JSON, unless it accepts signed content only.
  const serializer = settings.taskSerializer === "auth" ? "auth" : "json";
  const publication = await prepare(context, body, serializer, {
    exchange: new Exchange(`${settings.controlExchange}.pidbox`, { type: "fanout" }),
    headers: { clock: 1, expires: (Date.now() + timeout) / 1000 },
    deliveryMode: 2,
    declare,
  });
  return await channel.basicPublish(publication);
}

async function collect(
  { channel, settings }: Context,
  queue: Queue,
  ticket: string,
  enough: number,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Replies> {
  const replies: Record<string, unknown> = {};
  const list = queueKey(queue.name, 0, channel.keys);
  const commands: readonly Command[] = [
    ["RPOP", list, "100"],
    ["EXPIRE", list, String(REPLY_EXPIRES)],
  ];
  const end = Date.now() + timeout;
  for (let pause = 10; Object.keys(replies).length < enough; pause = Math.min(pause * 1.5, LARGEST_PAUSE)) {
    const left = end - Date.now();
    if (left <= 0) break;
    await sleep(Math.min(pause, left), signal);
    const [popped] = await channel.send(commands, signal ? { signal } : {});
    if ("error" in popped!) throw popped.error;
    for (const message of (popped!.result ?? []) as readonly string[]) {
      Object.assign(replies, replyOf(settings, message, ticket));
    }
  }
  return replies;
}

interface ReplyEnvelope {
  readonly body: string;
  readonly headers: { readonly ticket?: unknown };
  readonly properties: { readonly body_encoding?: unknown };
  readonly "content-type": unknown;
}

/** One reply by its node's name; nothing for another call's. */
function replyOf({ security }: Settings, message: string, ticket: string): Replies {
  try {
    const { body, headers, properties, "content-type": type } = JSON.parse(message) as ReplyEnvelope;
    if (headers.ticket !== ticket) return {};
    const text = properties.body_encoding === "base64" ? utf8(atob(body)) : body;
    return parsePython(type === SIGNED_CONTENT_TYPE && security ? security.unpack(text) : text) as Replies;
  } catch {
    throw new OutcomeUnknownError("a worker's reply cannot be read");
  }
}

function utf8(binary: string): string {
  return new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)));
}
