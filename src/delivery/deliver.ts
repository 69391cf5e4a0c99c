/**
 * One publication from its exchange to its queues: anonymous, fanout, or by the binding table. Spec kombu-redis §6.
 * @module
 */
import { type RedisError, UnroutableError } from "../errors.ts";
import type { BindingTable, SkippedBinding } from "../routing/table.ts";
import { amendTables } from "./amend.ts";
import type { Delivery, DeliveryContext, Publication } from "./publication.ts";
import { type Answer, type Destination, lateGuard, note, type Put, put, toChannel, toQueues } from "./put.ts";
import {
  declareCommands,
  isCoolingDown,
  type KnownTable,
  keepTable,
  knownTable,
  missingBindings,
  readCommand,
  readTables,
  rememberMiss,
  withDeclared,
} from "./tables.ts";
import { type UnplacedReason, unplacedReason, unplacedWarnings } from "./unplaced.ts";

/**
 * Delivers a publication: one HTTP request when the table is known, two when it is not.
 *
 * @throws {UnroutableError} When it is mandatory and nobody is bound.
 * @throws {RedisError} When Redis did not take it, or may not have.
 */
export function deliver(context: DeliveryContext, publication: Publication): Promise<Delivery> {
  const { exchange, type, routingKey } = publication;
  const declare = missingBindings(context, publication.declare);
  if (exchange === "") {
    return putAll(context, publication, toQueues(context, publication, [routingKey]), declare, []);
  }
  if (type === "fanout") {
    return putAll(context, publication, toChannel(context, publication), declare, []);
  }
  if (publication.consistency === "strict") return deliverByScript(context, publication, declare);
  return deliverByTable(context, publication, declare);
}

async function deliverByScript(
  context: DeliveryContext,
  publication: Publication,
  declare: Publication["declare"],
): Promise<Delivery> {
  const { deliverStrictly } = await import("./deliver_strictly.ts");
  return await deliverStrictly(context, publication, declare);
}

async function deliverByTable(
  context: DeliveryContext,
  publication: Publication,
  declare: Publication["declare"],
): Promise<Delivery> {
  const { exchange } = publication;
  const route = await findRoute(context, publication, declare);
  const warnings = skippedWarnings(route.table.skipped);
  if (route.queues.length === 0) {
    const reason = unplacedReason(context, exchange, route.table.members.size);
    return await unroutable(context, publication, reason, warnings);
  }
  const destination = toQueues(context, publication, route.queues);
  const put = route.stale ? putAndRefresh : putAll;
  return await put(context, publication, destination, route.undeclared, warnings);
}

interface Route {
  readonly table: BindingTable;
  readonly queues: readonly string[];
  readonly stale: boolean;
  /** Declared bindings that no request has written yet. */
  readonly undeclared: Publication["declare"];
}

/** The queues by the table at hand; by one read for the purpose when there is none, or when it does not place the key. */
async function findRoute(
  context: DeliveryContext,
  publication: Publication,
  declare: Publication["declare"],
): Promise<Route> {
  const { exchange, type, routingKey, signal } = publication;
  let undeclared = declare;
  const read = async (): Promise<KnownTable> => {
    const [known] = await readTables(context, [exchange], undeclared, signal);
    amendTables(context, undeclared);
    undeclared = [];
    return known!;
  };
  let known = knownTable(context, exchange) ?? (await read());
  let table = withDeclared(context, known.table, exchange, undeclared);
  let queues = table.match(type, routingKey);
  if (queues.length === 0 && !known.fresh && !isCoolingDown(context, exchange)) {
    known = await read();
    table = known.table;
    queues = table.match(type, routingKey);
  }
  if (queues.length === 0 && known.fresh) rememberMiss(context, exchange);
  return { table, queues, stale: known.stale, undeclared };
}

/** Passes the promise on where there are no limits, for the reason that {@link put} gives. */
function send(...parts: Parameters<typeof put>): Promise<Answer> {
  const [context] = parts;
  return context.maximumDepth === undefined ? put(...parts) : sendWithin(...parts);
}

async function sendWithin(...parts: Parameters<typeof put>): Promise<Answer> {
  return await (await import("./put_within.ts")).putWithin(...parts);
}

async function putAll(
  context: DeliveryContext,
  publication: Publication,
  destination: Destination,
  declare: Publication["declare"],
  warnings: readonly string[],
): Promise<Delivery> {
  const before = declareCommands(context, declare);
  note(context, publication, destination.queues, true);
  const answer = await send(context, publication, destination, before, []);
  const failed = answer.before.some((reply) => "error" in reply);
  if (!failed && declare.length > 0) amendTables(context, declare);
  return toDelivery(publication, destination, answer.put, failed ? [...warnings, NOT_DECLARED] : warnings);
}

/** The warning of a message that was delivered all the same. */
export const NOT_DECLARED = "a declared binding could not be written";

/** Pushes by the old table and reads the new one in the same request; queues that it newly shows get their copy then. */
async function putAndRefresh(
  context: DeliveryContext,
  publication: Publication,
  destination: Destination,
  declare: Publication["declare"],
  warnings: readonly string[],
): Promise<Delivery> {
  const { exchange, type, routingKey, guard } = publication;
  const before = declareCommands(context, declare);
  note(context, publication, destination.queues, false);
  const sentAt = Date.now();
  const answer = await send(context, publication, destination, before, [readCommand(context, exchange)]);
  let table: BindingTable;
  try {
    table = keepTable(context, exchange, answer.after[0]!, sentAt);
  } catch {
    return toDelivery(publication, destination, answer.put, [
      ...warnings,
      "the binding table could not be refreshed",
    ]);
  }
  const failed = answer.before.some((reply) => "error" in reply);
  const all = failed ? [...warnings, NOT_DECLARED] : warnings;
  const delivery = toDelivery(publication, destination, answer.put, all);
  if (delivery.status === "duplicate") return delivery;
  const late = table.match(type, routingKey).filter((queue) => !destination.queues.includes(queue));
  if (late.length === 0) return delivery;
  const lateDestination = toQueues(context, publication, late, destination.queues.length);
  note(context, publication, late, true, destination.queues);
  try {
    // Of a publication that was let through every copy is.
    await put(context, { ...publication, guard: guard && lateGuard(guard) }, lateDestination, [], []);
  } catch (error) {
    (error as RedisError).delivered = [...destination.queues, ...((error as RedisError).delivered ?? [])];
    throw error;
  }
  return { ...delivery, queues: [...destination.queues, ...late] };
}

async function unroutable(
  context: DeliveryContext,
  publication: Publication,
  reason: UnplacedReason,
  skipped: readonly string[],
): Promise<Delivery> {
  const { exchange, routingKey, deliveryTag, mandatory } = publication;
  if (mandatory) throw new UnroutableError(exchange, routingKey, reason);
  const warnings = unplacedWarnings(reason, skipped);
  const { deadletterQueue } = context;
  if (deadletterQueue === undefined)
    return withWarnings({ status: "unroutable", deliveryTag, queues: [] }, warnings);
  const destination = toQueues(context, publication, [deadletterQueue]);
  const delivery = await putAll(context, publication, destination, [], warnings);
  return delivery.status === "delivered" ? { ...delivery, status: "unroutable" } : delivery;
}

/** Turns what was put into what the caller is told. */
export function toDelivery(
  publication: Publication,
  { queues, pushes }: Destination,
  put: Put,
  warnings: readonly string[],
): Delivery {
  const { deliveryTag, exchange, routingKey, mandatory } = publication;
  if (put.kind === "duplicate") {
    return withWarnings({ status: "duplicate", deliveryTag: put.deliveryTag, queues: put.queues }, warnings);
  }
  if (pushes[0]?.command !== "PUBLISH") {
    const all = put.warning === undefined ? warnings : [...warnings, put.warning];
    return withWarnings({ status: "delivered", deliveryTag, queues }, all);
  }
  const receivers = put.replies[0] ?? 0;
  if (receivers === 0 && mandatory)
    throw new UnroutableError(exchange, routingKey, "no subscriber is listening");
  return withWarnings(
    { status: receivers === 0 ? "unroutable" : "delivered", deliveryTag, queues, receivers },
    warnings,
  );
}

/** Adds warnings only when there are any. */
export function withWarnings(delivery: Delivery, warnings: readonly string[]): Delivery {
  return warnings.length === 0 ? delivery : { ...delivery, warnings };
}

/** Says which rows of a table could not be used. */
export function skippedWarnings(skipped: readonly SkippedBinding[]): readonly string[] {
  return skipped.map(({ reason }) => `a binding was skipped: ${reason}`);
}
