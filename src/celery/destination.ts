/**
 * Where a task goes: queue, exchange and routing key by Celery's order of decisions. Spec celery §4.1.
 * @module
 */
import { Exchange, Queue } from "../entity.ts";
import { InvalidArgumentError } from "../errors.ts";
import type { Settings } from "./celery_options.ts";
import type { Outgoing } from "./compile.ts";
import { routeOptions } from "./routes.ts";
import type { WireOptions } from "./task_options.ts";

/** A task's way, and its options with those of its route. */
export interface Destination {
  readonly exchange: Exchange;
  readonly routingKey: string;
  /** The queue's name in events, when it goes to one. */
  readonly queue: string | undefined;
  /** Queues whose bindings are written with the push. */
  readonly declare: readonly Queue[];
  readonly options: WireOptions;
}

/**
 * Finds the way of one task.
 *
 * @throws {InvalidArgumentError} For a queue that is not in `taskQueues` while none may be created.
 */
export function destinationOf(settings: Settings, outgoing: Outgoing): Destination {
  const options = routed(settings, outgoing);
  const { queue: _queue, exchange: given, routing_key: key, ...rest } = options;
  const found =
    queueOf(settings, options.queue) ?? (given === undefined ? defaultQueue(settings) : undefined);
  const [binding] = found?.bindings ?? [];
  const type = (given instanceof Exchange ? given.type : undefined) ?? binding?.exchange.type ?? "direct";
  if ((!given || !key) && type === "direct") {
    if (!found) throw new InvalidArgumentError("routingKey", "must be given with an exchange");
    const declare = declared(found);
    return { exchange: new Exchange(""), routingKey: found.name, queue: found.name, declare, options: rest };
  }
  const name = exchangeName(given) ?? binding?.exchange.name ?? settings.taskDefaultExchange;
  const routingKey = (key as string | undefined) || binding?.routingKey || settings.taskDefaultRoutingKey;
  const known = [...settings.queues.values()].filter(({ bindings }) => bindings[0]?.exchange.name === name);
  const declare = [...new Set([...(found ? [found] : []), ...known])].flatMap(declared);
  return {
    exchange: exchangeOf(name, given, declare, type),
    routingKey,
    queue: found?.name,
    declare,
    options: rest,
  };
}

function routed(settings: Settings, { routeName, args, kwargs, options }: Outgoing): WireOptions {
  for (const router of settings.routes) {
    const route = router(routeName, args, kwargs, options);
    if (route !== undefined && route !== null) return { ...routeOptions(route, "taskRoutes"), ...options };
  }
  return "queue" in options ? options : { queue: settings.taskDefaultQueue, ...options };
}

function queueOf(settings: Settings, queue: unknown): Queue | undefined {
  if (queue === undefined || queue instanceof Queue) return queue;
  const name = queue as string;
  const known = settings.queues.get(name);
  if (known) return known;
  if (!settings.taskCreateMissingQueues && name !== settings.taskDefaultQueue) {
    throw new InvalidArgumentError("queue", "is not in taskQueues, and taskCreateMissingQueues is off");
  }
  return new Queue(name, { exchange: new Exchange(name, { type: "direct" }), routingKey: name });
}

function defaultQueue(settings: Settings): Queue {
  return queueOf(settings, settings.taskDefaultQueue)!;
}

/** A broadcast queue is each worker's own; it is not for a sender to bind. */
function declared(queue: Queue): Queue[] {
  return queue.bindings.some(({ exchange }) => exchange.type === "fanout") ? [] : [queue];
}

function exchangeName(exchange: unknown): string | undefined {
  return exchange instanceof Exchange ? exchange.name : (exchange as string | undefined);
}

/** The exchange with the type that the configured queues state for it. */
function exchangeOf(name: string, given: unknown, declare: readonly Queue[], type: string): Exchange {
  if (given instanceof Exchange) return given;
  const stated = declare.flatMap(({ bindings }) => bindings).find(({ exchange }) => exchange.name === name);
  if (stated) return stated.exchange;
  return type === "fanout" ? new Exchange(name, { type }) : new Exchange(name);
}

/** The queue of one worker that runs with `worker_direct`, by its node name. */
export function workerDirect(node: string): Queue {
  return new Queue(`${node}.dq2`, { exchange: new Exchange("C.dq2", { type: "direct" }), routingKey: node });
}
