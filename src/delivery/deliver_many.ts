/**
 * Many publications in as few HTTP requests as the size limit allows. One that fails does not fail the others.
 * Spec http-redis §1.5, §6.2.
 * @module
 */
import { UnroutableError } from "../errors.ts";
import type { Command, Reply } from "../redis/client.ts";
import type { BindingTable } from "../routing/table.ts";
import { amendTables } from "./amend.ts";
import { deliver, NOT_DECLARED, skippedWarnings, toDelivery, withWarnings } from "./deliver.ts";
import type { Item } from "./lines.ts";
import type { Delivery, DeliveryContext, Publication } from "./publication.ts";
import { lateGuard, note, toChannel, toQueues } from "./put.ts";
import { putMany } from "./put_many.ts";
import { declareCommands, keepTable, missingBindings, readCommand, withDeclared } from "./tables.ts";
import { isRouted, type Tables, tablesFor } from "./tables_for.ts";
import { unplacedReason, unplacedWarnings } from "./unplaced.ts";

/** What one of many publications came to. */
export type Outcome = Delivery | { readonly status: "failed"; readonly error: unknown };

/** What a batch is sent with. */
export interface BatchOptions {
  /**
   * Commands for the front of the first request, which must be harmless to repeat. When one of them fails the batch
   * throws its error, although messages may have been sent. Default none.
   */
  readonly before?: readonly Command[];
  /** Each request is a transaction, so that its commands are applied together. Default `false`. */
  readonly atomic?: boolean;
  /**
   * Milliseconds that the batch may wait for Redis in all, where the channel's `publishTimeout` is not less. Default no limit. What is
   * spooled then takes the spool's time.
   */
  readonly timeout?: number;
}

/** An item, with its place among the publications. */
interface PlacedItem extends Item {
  readonly place: number;
  readonly deadLettered: boolean;
}

/**
 * Delivers publications in order. Those for one queue share variadic pushes; each copy of one publication lands with the
 * others of it or not at all; guarded ones are guarded one by one, inside one script per request.
 *
 * @returns One outcome per publication, in the order given.
 */
export async function deliverMany(
  context: DeliveryContext,
  publications: readonly Publication[],
  signal: AbortSignal | undefined,
  options: BatchOptions = {},
): Promise<readonly Outcome[]> {
  const outcomes = new Array<Outcome>(publications.length);
  const tables = await tablesFor(context, publications, signal);
  const items: PlacedItem[] = [];
  const strict: number[] = [];
  publications.forEach((publication, place) => {
    if (
      publication.consistency === "strict" &&
      publication.exchange !== "" &&
      publication.type !== "fanout"
    ) {
      strict.push(place);
      return;
    }
    const placed = placeOne(context, publication, place, tables);
    if ("destination" in placed) items.push(placed);
    else outcomes[place] = placed;
  });
  await putItems(context, items, tables, outcomes, signal, options);
  for (const place of strict) {
    try {
      outcomes[place] = await deliver(context, publications[place]!);
    } catch (error) {
      outcomes[place] = { status: "failed", error };
    }
  }
  return outcomes;
}

function placeOne(
  context: DeliveryContext,
  publication: Publication,
  place: number,
  tables: Tables,
): PlacedItem | Outcome {
  const { exchange, type, routingKey, deliveryTag, mandatory } = publication;
  const item = (queues: readonly string[], deadLettered = false): PlacedItem => ({
    place,
    publication,
    destination: toQueues(context, publication, queues),
    deadLettered,
  });
  if (exchange === "") return item([routingKey]);
  if (type === "fanout") {
    return { place, publication, destination: toChannel(context, publication), deadLettered: false };
  }
  const known = tables.get(exchange)!;
  if ("error" in known) return { status: "failed", error: known.error };
  const table = withDeclared(context, known.table, exchange, publication.declare);
  const queues = table.match(type, routingKey);
  if (queues.length > 0) return item(queues);
  const reason = unplacedReason(context, exchange, table.members.size);
  if (mandatory) return { status: "failed", error: new UnroutableError(exchange, routingKey, reason) };
  if (context.deadletterQueue !== undefined) return item([context.deadletterQueue], true);
  return withWarnings({ status: "unroutable", deliveryTag, queues: [] }, unplacedWarnings(reason, []));
}

async function putItems(
  context: DeliveryContext,
  items: readonly PlacedItem[],
  tables: Tables,
  outcomes: Outcome[],
  signal: AbortSignal | undefined,
  { before = [], atomic = false }: BatchOptions,
): Promise<void> {
  const stale = [...tables].flatMap(([exchange, known]) =>
    "stale" in known && known.stale ? [exchange] : [],
  );
  if (context.attempts) {
    for (const { publication, destination, deadLettered } of items) {
      const isStale = isRouted(publication) && stale.includes(publication.exchange);
      note(context, publication, destination.queues, deadLettered || !isStale);
    }
  }
  const declare = missingBindings(
    context,
    items.flatMap(({ publication }) => publication.declare),
  );
  const sentAt = Date.now();
  const declares = declareCommands(context, declare);
  const putAll =
    context.maximumDepth === undefined ? putMany : (await import("./put_within.ts")).putManyWithin;
  const put = await putAll(
    context,
    items,
    {
      before: [...declares, ...before],
      after: stale.map((exchange) => readCommand(context, exchange)),
      atomic,
    },
    signal,
  );
  const declared = put.before.slice(0, declares.length);
  const isDeclared = declared.every((reply) => "result" in reply);
  if (isDeclared) amendTables(context, declared.length > 0 ? declare : []);
  for (const reply of put.before.slice(declares.length)) if ("error" in reply) throw reply.error;
  items.forEach((item, index) => {
    const outcome = put.outcomes[index]!;
    outcomes[item.place] =
      outcome.kind === "failed"
        ? { status: "failed", error: outcome.error }
        : told(item, outcome, tables, !isDeclared && item.publication.declare.length > 0);
  });
  const refreshed = refresh(context, stale, put.after, sentAt);
  if (refreshed.size > 0) await putLate(context, items, refreshed, outcomes, signal);
}

function refresh(
  context: DeliveryContext,
  exchanges: readonly string[],
  replies: readonly Reply[],
  sentAt: number,
): Map<string, BindingTable> {
  const refreshed = new Map<string, BindingTable>();
  exchanges.forEach((exchange, index) => {
    const reply = replies[index];
    if (reply && "result" in reply) refreshed.set(exchange, keepTable(context, exchange, reply, sentAt));
  });
  return refreshed;
}

/** Copies for the queues that a refresh newly showed. */
async function putLate(
  context: DeliveryContext,
  items: readonly PlacedItem[],
  refreshed: ReadonlyMap<string, BindingTable>,
  outcomes: Outcome[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const late: PlacedItem[] = [];
  for (const item of items) {
    const { publication, destination, place } = item;
    const table = isRouted(publication) ? refreshed.get(publication.exchange) : undefined;
    if (!table || outcomes[place]!.status !== "delivered") continue;
    const queues = table
      .match(publication.type, publication.routingKey)
      .filter((queue) => !destination.queues.includes(queue));
    if (queues.length === 0) continue;
    note(context, publication, queues, true, destination.queues);
    const guard = publication.guard && lateGuard(publication.guard);
    const toLate = toQueues(context, publication, queues, destination.queues.length);
    late.push({ ...item, publication: { ...publication, guard }, destination: toLate });
  }
  if (late.length === 0) return;
  const put = await putMany(context, late, { before: [], after: [], atomic: false }, signal);
  late.forEach(({ place, destination }, index) => {
    const outcome = put.outcomes[index]!;
    const earlier = outcomes[place] as Delivery;
    outcomes[place] =
      outcome.kind === "failed"
        ? { status: "failed", error: outcome.error }
        : { ...earlier, queues: [...earlier.queues, ...destination.queues] };
  });
}

function told(
  item: PlacedItem,
  put: Parameters<typeof toDelivery>[2],
  tables: Tables,
  isUndeclared: boolean,
): Outcome {
  const { publication, destination, deadLettered } = item;
  const known = isRouted(publication) ? tables.get(publication.exchange) : undefined;
  try {
    const warnings = known && "table" in known ? [...skippedWarnings(known.table.skipped)] : [];
    if (isUndeclared) warnings.push(NOT_DECLARED);
    const delivery = toDelivery(publication, destination, put, warnings);
    return deadLettered && delivery.status === "delivered" ? { ...delivery, status: "unroutable" } : delivery;
  } catch (error) {
    return { status: "failed", error };
  }
}
