/**
 * An app's settings: Celery's own under their names in camelCase, as far as they concern a sender. Spec celery §4, §12.
 * @module
 */
import type { Channel } from "../channel.ts";
import { Exchange, Queue } from "../entity.ts";
import { InvalidArgumentError } from "../errors.ts";
import { checkOptionNames } from "../option_names.ts";
import type { RetryPolicy } from "../redis/retry.ts";
import type { ExchangeType } from "../routing/table.ts";
import { type RouteFunction, type Routes, resolveRoutes } from "./routes.ts";
import type { Signer } from "./security.ts";

/** Settings of a `Celery`; all optional. */
export interface CeleryOptions {
  /** Default `celery`. */
  taskDefaultQueue?: string;
  /** Default: the default queue's name. */
  taskDefaultExchange?: string;
  /** Default `direct`. */
  taskDefaultExchangeType?: ExchangeType;
  /** Default: the default queue's name. */
  taskDefaultRoutingKey?: string;
  /** The queues the workers declare, with their exchanges and keys. One without an exchange gets the default one. */
  taskQueues?: readonly Queue[];
  /** Whether a queue that is not in `taskQueues` may be used. Default `true`. */
  taskCreateMissingQueues?: boolean;
  /** Which tasks go where; see {@link Routes}. */
  taskRoutes?: Routes;
  /** Priority of calls through `task()` and signatures that state none; `sendTask` ignores it, as in Celery. */
  taskDefaultPriority?: number;
  /** 1 or 2. Default 2. */
  taskDefaultDeliveryMode?: number;
  /** Default `json`; `auth` with `security`. */
  taskSerializer?: string;
  /** Default none. */
  taskCompression?: string;
  /** The message protocol. 1 is for workers before 3.1.24 only. Default 2. */
  taskProtocol?: 1 | 2;
  /** Tell monitors of every task sent, in the same request. Default `false`. */
  taskSendSentEvent?: boolean;
  /** What calls that do not say get in their header. Default: nothing, so that the task's own setting counts. */
  taskIgnoreResult?: boolean;
  /** Send again while the outcome is open, guarded so that a task lands once. Default `false` (Celery: `true`, unguarded). */
  taskPublishRetry?: boolean;
  taskPublishRetryPolicy?: RetryPolicy;
  /** Seconds after which workers redeliver what is not acknowledged; a later eta is warned of. Default 3600 (an hour). */
  visibilityTimeout?: number;
  /** The database of the result backend. Default: the channel's. `false`: results are not in Redis, or nowhere. */
  resultBackend?: Channel | false;
  /** What stands in front of the result keys in Redis, to the letter. Default `""`. */
  resultKeyprefix?: string;
  /** Seconds for which a group saved from here is kept. Default 86400 (a day). */
  resultExpires?: number;
  /** Seconds for which a chord waits for its first part. Default 604800 (a week). */
  chordExpires?: number;
  /** The queue of an `rpc://` result backend. Default `""`, so that nothing piles up unread. */
  replyTo?: string;
  /** The sender's name in messages and events. Default `gen0@edge`. */
  origin?: string;
  /** Write `(...)` for the arguments that logs and monitors would show. Default `false`. */
  redact?: boolean;
  /** Default `celery`. */
  controlExchange?: string;
  /** Default `celeryev`. */
  eventExchange?: string;
  /** Signs all messages: see `signer()`. Workers need `setup_security()`. */
  security?: Signer;
}

/** Settings without a default. */
type OpenSetting =
  | "taskDefaultPriority"
  | "taskCompression"
  | "taskIgnoreResult"
  | "taskPublishRetryPolicy"
  | "resultBackend"
  | "security";

/** Settings whose default depends on others. */
type DerivedSetting =
  | "taskDefaultExchange"
  | "taskDefaultRoutingKey"
  | "taskSerializer"
  | "taskQueues"
  | "taskRoutes";

type FixedSetting = Exclude<keyof CeleryOptions, OpenSetting | DerivedSetting>;

const DEFAULTS: Required<Pick<CeleryOptions, FixedSetting>> &
  Record<OpenSetting | DerivedSetting, undefined> = {
  taskDefaultQueue: "celery",
  taskDefaultExchange: undefined,
  taskDefaultExchangeType: "direct",
  taskDefaultRoutingKey: undefined,
  taskQueues: undefined,
  taskCreateMissingQueues: true,
  taskRoutes: undefined,
  taskDefaultPriority: undefined,
  taskDefaultDeliveryMode: 2,
  taskSerializer: undefined,
  taskCompression: undefined,
  taskProtocol: 2,
  taskSendSentEvent: false,
  taskIgnoreResult: undefined,
  taskPublishRetry: false,
  taskPublishRetryPolicy: undefined,
  visibilityTimeout: 3_600,
  resultBackend: undefined,
  resultKeyprefix: "",
  resultExpires: 86_400,
  chordExpires: 604_800,
  replyTo: "",
  origin: "gen0@edge",
  redact: false,
  controlExchange: "celery",
  eventExchange: "celeryev",
  security: undefined,
};

/** Settings with every default filled in. */
export interface Settings
  extends Required<Pick<CeleryOptions, FixedSetting>>,
    Readonly<{ [Name in OpenSetting]: CeleryOptions[Name] | undefined }> {
  readonly taskDefaultExchange: string;
  readonly taskDefaultRoutingKey: string;
  readonly taskSerializer: string;
  /** By name. */
  readonly queues: ReadonlyMap<string, Queue>;
  readonly routes: readonly RouteFunction[];
}

/** By frozen options, so that these are checked once for all the apps of an isolate. Values only. */
const resolved = new WeakMap<CeleryOptions, Settings>();

/**
 * Checks the settings and fills in the defaults. Frozen options are remembered, with the routes and queues in them.
 *
 * @throws {InvalidArgumentError} Naming the setting at fault.
 */
export function resolveSettings(options: CeleryOptions): Settings {
  if (options === null || typeof options !== "object") {
    throw new InvalidArgumentError("options", "must be an object");
  }
  const known = resolved.get(options);
  if (known) return known;
  const settings = checkedSettings(options);
  if (Object.isFrozen(options)) resolved.set(options, settings);
  return settings;
}

function checkedSettings(options: CeleryOptions): Settings {
  checkOptionNames(options, DEFAULTS);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...DEFAULTS, ...(given as CeleryOptions) };
  for (const [name, value] of Object.entries(settings)) checkKind(name as keyof typeof DEFAULTS, value);
  if (settings.taskProtocol !== 1 && settings.taskProtocol !== 2) {
    throw new InvalidArgumentError("taskProtocol", "must be 1 or 2");
  }
  const queue = settings.taskDefaultQueue;
  const exchange = settings.taskDefaultExchange ?? queue;
  const routingKey = settings.taskDefaultRoutingKey ?? queue;
  const defaultExchange = new Exchange(exchange, { type: settings.taskDefaultExchangeType });
  if (settings.taskQueues !== undefined && !Array.isArray(settings.taskQueues)) {
    throw new InvalidArgumentError("taskQueues", "must be a list of Queue");
  }
  const queues = (settings.taskQueues ?? []).map((one) => {
    if (!(one instanceof Queue)) throw new InvalidArgumentError("taskQueues", "must be a list of Queue");
    return one.bindings.length > 0 ? one : new Queue(one.name, { exchange: defaultExchange, routingKey });
  });
  if (queues.length === 0) queues.push(new Queue(queue, { exchange: defaultExchange, routingKey }));
  return {
    ...settings,
    taskDefaultExchange: exchange,
    taskDefaultRoutingKey: routingKey,
    taskSerializer: settings.taskSerializer ?? (settings.security ? "auth" : "json"),
    queues: new Map(queues.map((one) => [one.name, one])),
    routes: resolveRoutes(settings.taskRoutes),
  };
}

/** A setting must be of its default's kind; numbers must be above 0. */
function checkKind(name: keyof typeof DEFAULTS, value: unknown): void {
  const kind = typeof DEFAULTS[name];
  if (kind === "undefined") return;
  if (typeof value !== kind) throw new InvalidArgumentError(name, `must be a ${kind}`);
  if (kind === "number" && !(Number(value) > 0)) throw new InvalidArgumentError(name, "must be above 0");
}
