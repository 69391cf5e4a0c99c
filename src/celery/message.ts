/**
 * A task's message: headers, body and properties of protocol 2, or of protocol 1. Spec celery §2, §3.
 * @module
 */
import type { PublishOptions } from "../delivery/publish_options.ts";
import type { Settings } from "./celery_options.ts";
import type { Outgoing } from "./compile.ts";
import { destinationOf } from "./destination.ts";
import { momentTime, secondsFrom } from "./moment.ts";
import { WIRE_NAMES } from "./option_checks.ts";
import { argumentsRepr, keywordsRepr } from "./python_repr.ts";
import type { WireOptions } from "./task_options.ts";

/** One message ready to be serialised. */
export interface TaskMessage {
  readonly id: string;
  readonly body: unknown;
  readonly serializer: string;
  readonly options: PublishOptions;
  /** What `task-sent` tells of it. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** Options that are message properties under their own names; all others go elsewhere. */
const PROPERTIES: ReadonlySet<string> = new Set([
  "correlation_id",
  "message_id",
  "app_id",
  "user_id",
  "type",
]);

/**
 * Writes one task's message.
 *
 * @param now Milliseconds since the epoch.
 * @throws {InvalidArgumentError} Naming the option at fault.
 */
export function taskMessage(settings: Settings, outgoing: Outgoing, now: number): TaskMessage {
  const { exchange, routingKey, queue, declare, options } = destinationOf(settings, outgoing);
  const { name, args, kwargs } = outgoing;
  const id = options.task_id as string;
  const eta = options.countdown
    ? secondsFrom(now, options.countdown as number, "countdown")
    : ((options.eta ?? null) as string | null);
  const { expires } = options;
  const expiry =
    typeof expires === "number" ? secondsFrom(now, expires, "expires") : ((expires ?? null) as string | null);
  const printed = {
    args: (options.argsrepr ?? (settings.redact ? "(...)" : argumentsRepr(args))) as string,
    kwargs: (options.kwargsrepr ?? (settings.redact ? "{...}" : keywordsRepr(kwargs))) as string,
  };
  const moments = { eta, expires: expiry };
  const isFirst = settings.taskProtocol === 1;
  const stamped = (options.stamped_headers ?? null) as readonly string[] | null;
  return {
    id,
    body: isFirst
      ? firstBody(name, id, args, kwargs, options, moments)
      : [args, kwargs, { ...callbacks(options), chain: options.chain ?? null, chord: options.chord ?? null }],
    serializer: (options.serializer ?? settings.taskSerializer) as string,
    options: {
      exchange,
      routingKey,
      declare,
      mandatory: true,
      headers: {
        ...(isFirst ? {} : protocolHeaders(settings, name, id, options, moments, printed, stamped)),
        ...(options.headers as object | undefined),
      },
      properties: {
        correlation_id: id,
        reply_to: options.reply_to ?? settings.replyTo,
        ...Object.fromEntries(
          Object.entries(options).filter(
            ([name]) => PROPERTIES.has(name) || !(WIRE_NAMES.has(name) || stamped?.includes(name)),
          ),
        ),
      },
      compression: (options.compression ?? settings.taskCompression) as string | undefined,
      priority: options.priority as number | undefined,
      deliveryMode: (options.delivery_mode ?? settings.taskDefaultDeliveryMode) as number,
      expiration: expiry === null ? undefined : Math.max(0, (momentTime(expiry) - now) / 1000),
    },
    event: {
      uuid: id,
      ...(isFirst ? {} : { root_id: options.root_id ?? id, parent_id: options.parent_id ?? null }),
      name,
      ...printed,
      retries: options.retries ?? 0,
      ...moments,
      queue: queue ?? null,
      exchange: exchange.name,
      routing_key: routingKey,
    },
    warnings: beyondVisibility(settings, eta, now),
  };
}

function protocolHeaders(
  settings: Settings,
  name: string,
  id: string,
  options: WireOptions,
  moments: { readonly eta: string | null; readonly expires: string | null },
  printed: { readonly args: string; readonly kwargs: string },
  stamped: readonly string[] | null,
): Record<string, unknown> {
  return {
    lang: "js",
    task: name,
    id,
    shadow: options.shadow ?? null,
    ...moments,
    group: options.group_id ?? null,
    group_index: options.group_index ?? null,
    retries: options.retries ?? 0,
    timelimit: [options.time_limit ?? null, options.soft_time_limit ?? null],
    root_id: options.root_id ?? id,
    parent_id: options.parent_id ?? null,
    argsrepr: printed.args,
    kwargsrepr: printed.kwargs,
    origin: options.origin ?? settings.origin,
    // `null` is "as the task is declared" on every version; `false` overrules the task from 5.7 on.
    ignore_result: options.ignore_result ?? settings.taskIgnoreResult ?? null,
    replaced_task_nesting: 0,
    stamped_headers: stamped,
    stamps: Object.fromEntries((stamped ?? []).map((stamp) => [stamp, options[stamp]])),
  };
}

function callbacks(options: WireOptions): Record<string, unknown> {
  return { callbacks: options.link ?? null, errbacks: options.link_error ?? null };
}

function firstBody(
  task: string,
  id: string,
  args: readonly unknown[],
  kwargs: Record<string, unknown>,
  options: WireOptions,
  moments: object,
): Record<string, unknown> {
  return {
    task,
    id,
    args,
    kwargs,
    group: options.group_id ?? null,
    group_index: options.group_index ?? null,
    retries: options.retries ?? 0,
    ...moments,
    utc: true,
    ...callbacks(options),
    timelimit: [options.time_limit ?? null, options.soft_time_limit ?? null],
    taskset: options.group_id ?? null,
    chord: options.chord ?? null,
  };
}

function beyondVisibility({ visibilityTimeout }: Settings, eta: string | null, now: number): string[] {
  if (eta === null || momentTime(eta) - now <= visibilityTimeout * 1000) return [];
  return [
    `the eta lies beyond the workers' visibility timeout of ${visibilityTimeout} seconds: Redis would give the task to a ` +
      "second worker before it is due, and it would run more than once",
  ];
}
