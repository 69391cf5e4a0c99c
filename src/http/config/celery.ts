/**
 * Celery's settings as far as they concern tasks that are sent over HTTP. What is large about Celery is not loaded here:
 * the routes are looked at whole when the first task is sent.
 * @module
 */
import * as v from "valibot";
import type { CeleryOptions } from "../../celery/celery_options.ts";
import type { SignerOptions } from "../../celery/security.ts";
import { Exchange, Queue } from "../../entity.ts";
import { InvalidArgumentError } from "../../errors.ts";
import { checkQueueName, type KeyOptions, resolveKeyOptions } from "../../routing/keys.ts";
import type { ExchangeType } from "../../routing/table.ts";
import { EXCHANGE_TYPE, OBJECT } from "../publish/schemas.ts";
import { check } from "../request/check.ts";
import type { ChannelConfig } from "./channel.ts";
import { type Section, within } from "./section.ts";

/** A queue that the workers declare. */
export interface TaskQueueConfig {
  readonly name: string;
  /** Default: Celery's `taskDefaultExchange`. */
  readonly exchange?: string;
  /** Default `direct`. */
  readonly exchangeType?: ExchangeType;
  /** Default: the queue's name. */
  readonly routingKey?: string;
}

/** Settings of `kombu-edge/celery` that mean the same here. */
type SameOption =
  | "taskDefaultQueue"
  | "taskDefaultExchange"
  | "taskDefaultExchangeType"
  | "taskDefaultRoutingKey"
  | "taskCreateMissingQueues"
  | "taskRoutes"
  | "taskDefaultDeliveryMode"
  | "taskSerializer"
  | "taskCompression"
  | "taskProtocol"
  | "taskSendSentEvent"
  | "taskIgnoreResult"
  | "taskPublishRetry"
  | "visibilityTimeout"
  | "resultKeyprefix"
  | "chordExpires"
  | "replyTo"
  | "origin"
  | "redact"
  | "controlExchange"
  | "eventExchange";

/** Celery's settings under their own names in camelCase, and two limits; all optional. */
export interface CeleryGatewayOptions extends Readonly<Pick<CeleryOptions, SameOption>> {
  /** The queues that the workers declare. */
  readonly taskQueues?: readonly (string | TaskQueueConfig | Queue)[];
  /** `false`: results are not in Redis, or nowhere. Or the names of the variables that hold another database. Default: the same. */
  readonly resultBackend?: false | { readonly urlVariable: string; readonly tokenVariable: string };
  /** Signs all tasks: the names of the variables that hold the key and the certificate, both PEM. */
  readonly security?: Pick<SignerOptions, "digest" | "format"> & {
    readonly privateKeyVariable: string;
    readonly certificateVariable: string;
  };
  /** The most seconds that one request waits for a result. Default 30: each second is a request to Redis. */
  readonly maximumWait?: number;
  /** The most seconds that one stream of states lasts. Default 300 (5 minutes). */
  readonly maximumStream?: number;
}

/** Celery's side of the configuration. */
export interface CeleryConfig {
  readonly celery?: CeleryGatewayOptions;
}

/** The settings, their form checked. */
export interface CelerySettings {
  readonly celery: {
    /** What `Celery` is made with, but for what the environment holds. */
    readonly options: Omit<CeleryOptions, "resultBackend" | "security">;
    readonly resultBackend: CeleryGatewayOptions["resultBackend"];
    readonly security: CeleryGatewayOptions["security"];
    readonly maximumWait: number;
    readonly maximumStream: number;
  };
}

const flag = v.optional(v.boolean());
const printed = v.optional(v.string());
const text = v.optional(v.pipe(v.string(), v.minLength(1, "must not be empty")));
const name = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const seconds = v.optional(v.pipe(v.number(), v.gtValue(0, "must be above 0")));

const TaskQueueSchema = v.strictObject({
  name,
  exchange: text,
  exchangeType: EXCHANGE_TYPE,
  routingKey: printed,
});

const CelerySchema = v.strictObject({
  taskDefaultQueue: text,
  taskDefaultExchange: text,
  taskDefaultExchangeType: EXCHANGE_TYPE,
  taskDefaultRoutingKey: text,
  taskCreateMissingQueues: flag,
  taskRoutes: v.optional(
    v.pipe(
      v.unknown(),
      v.check(
        (routes) => routes !== null && /object|function/.test(typeof routes),
        "must be an object, a list or a function",
      ),
    ),
  ),
  taskDefaultDeliveryMode: v.optional(v.picklist([1, 2])),
  taskSerializer: text,
  taskCompression: text,
  taskProtocol: v.optional(v.picklist([1, 2])),
  taskSendSentEvent: flag,
  taskIgnoreResult: flag,
  taskPublishRetry: flag,
  visibilityTimeout: seconds,
  resultKeyprefix: printed,
  chordExpires: seconds,
  replyTo: printed,
  origin: text,
  redact: flag,
  controlExchange: text,
  eventExchange: text,
  taskQueues: v.optional(v.array(v.unknown())),
  resultBackend: v.optional(v.unknown()),
  security: v.optional(
    v.strictObject({
      privateKeyVariable: name,
      certificateVariable: name,
      digest: v.optional(v.picklist(["sha256", "sha384", "sha512"])),
      format: v.optional(v.picklist(["base64", "raw"])),
    }),
  ),
  maximumWait: seconds,
  maximumStream: seconds,
});

const ResultBackendSchema = v.strictObject({ urlVariable: name, tokenVariable: name });

/** The section `celery`; its names are checked by the keys of `channel`. */
export const celerySection: Section<CeleryConfig, CelerySettings> = {
  names: { celery: true },
  resolve({ celery = {}, channel = {} }: CeleryConfig & ChannelConfig) {
    const {
      taskQueues = [],
      resultBackend,
      security,
      maximumWait = 30,
      maximumStream = 300,
      ...options
    } = check(CelerySchema, check(OBJECT, celery, "celery"), "celery");
    if (resultBackend !== undefined && resultBackend !== false) {
      check(ResultBackendSchema, resultBackend, "celery.resultBackend");
    }
    const keys = resolveKeyOptions(channel);
    if (options.taskDefaultQueue !== undefined) {
      checkQueueName(options.taskDefaultQueue, "celery.taskDefaultQueue", keys);
    }
    const queues = taskQueues.map((given, index) => queueOf(given, `celery.taskQueues[${index}]`, keys));
    return {
      celery: {
        options: Object.freeze({ ...options, ...(queues.length > 0 && { taskQueues: queues }) }),
        resultBackend,
        security,
        maximumWait,
        maximumStream,
      } as CelerySettings["celery"],
    };
  },
};

function queueOf(given: unknown, field: string, keys: KeyOptions): Queue {
  if (given instanceof Queue) return given;
  if (typeof given !== "string" && (given === null || typeof given !== "object")) {
    throw new InvalidArgumentError(field, "must be a queue's name, or an object with a name");
  }
  const queue = typeof given === "string" ? { name: given } : check(TaskQueueSchema, given, field);
  checkQueueName(queue.name, `${field}.name`, keys);
  return within(field, () => {
    const { exchange, exchangeType: type = "direct", routingKey = queue.name } = queue as TaskQueueConfig;
    if (exchange === undefined) return new Queue(queue.name);
    return new Queue(queue.name, { exchange: new Exchange(exchange, { type }), routingKey });
  });
}
