/**
 * Records into Redis: guarded, in their order, in as few requests as possible. For a drain, and for the replay of dead letters.
 * @module
 */
import { toDelivery } from "../delivery/deliver.ts";
import { deliverStrictly } from "../delivery/deliver_strictly.ts";
import type { Item } from "../delivery/lines.ts";
import type { Delivery, DeliveryContext } from "../delivery/publication.ts";
import { type Destination, lateGuard, toChannel, toQueues } from "../delivery/put.ts";
import { type ItemOutcome, putMany } from "../delivery/put_many.ts";
import { declareCommands, missingBindings, readTables } from "../delivery/tables.ts";
import { OutcomeUnknownError, RefusedError, UnavailableError, UnroutableError } from "../errors.ts";
import type { BindingTable } from "../routing/table.ts";
import { revived, type SpooledItem, type SpoolRecord } from "./record.ts";

/** What became of one item. `later`: Redis does not take it now. */
export type ItemResult =
  | { readonly kind: "landed"; readonly delivery: Delivery }
  | { readonly kind: "dead"; readonly reason: "unroutable" | "refused"; readonly error: unknown }
  | { readonly kind: "later"; readonly error: unknown };

/**
 * Publishes records. Once Redis does not answer, what comes after is left for later, so that nothing overtakes.
 *
 * @returns For each record what became of its items, in order.
 */
export async function publishRecords(
  limited: DeliveryContext,
  records: readonly SpoolRecord[],
): Promise<readonly (readonly ItemResult[])[]> {
  // What was accepted is not sent away again.
  const context = { ...limited, maximumDepth: undefined };
  const results: (readonly ItemResult[])[] = [];
  let failed: (ItemResult & { kind: "later" }) | undefined;
  for (const portion of portions(records)) {
    const items = portion.flatMap((record) => record.items);
    const [{ atomic, before }] = portion as [SpoolRecord];
    const own = failed ? items.map(() => failed!) : await publishItems(context, items, { atomic, before });
    failed ??= own.find(isAway);
    let at = 0;
    for (const record of portion) {
      results.push(own.slice(at, at + record.items.length));
      at += record.items.length;
    }
  }
  return results;
}

/** Whether Redis did not answer. One that refuses a single message for now is no reason to keep the others waiting. */
export function isAway(result: ItemResult): result is ItemResult & { kind: "later" } {
  if (result.kind !== "later") return false;
  return result.error instanceof UnavailableError || result.error instanceof OutcomeUnknownError;
}

/** Records that share requests: those of one item, one after another; those that must land together are alone. */
function portions(records: readonly SpoolRecord[]): readonly (readonly SpoolRecord[])[] {
  const found: SpoolRecord[][] = [];
  let open = false;
  for (const record of records) {
    const joins = !record.atomic && record.before.length === 0 && !record.items.some(({ strict }) => strict);
    if (joins && open) found.at(-1)!.push(record);
    else found.push([record]);
    open = joins;
  }
  return found;
}

interface Placed extends Item {
  readonly place: number;
  /** The queues that a fresh table shows besides those known when it was accepted. */
  readonly late: readonly string[];
}

async function publishItems(
  context: DeliveryContext,
  items: readonly SpooledItem[],
  { atomic, before }: Pick<SpoolRecord, "atomic" | "before">,
): Promise<readonly ItemResult[]> {
  const results = new Array<ItemResult>(items.length);
  const placed: Placed[] = [];
  try {
    const tables = await tablesOf(context, items);
    for (const [place, item] of items.entries()) {
      if (isStrict(item)) results[place] = await publishStrictly(context, item);
      else {
        const found = placeOne(context, item, place, tables);
        if ("kind" in found) results[place] = found;
        else placed.push(found);
      }
    }
    const declared = missingBindings(
      context,
      placed.flatMap(({ publication }) => publication.declare),
    );
    const accompaniment = { before: [...declareCommands(context, declared), ...before], after: [], atomic };
    const put = await putMany(context, placed, accompaniment, undefined);
    const late: Placed[] = [];
    for (const [index, item] of placed.entries()) {
      results[item.place] = resultOf(item, put.outcomes[index]!);
      if (item.late.length > 0 && put.outcomes[index]!.kind === "pushed") late.push(toLate(context, item));
    }
    if (late.length > 0) await putLate(context, late, results);
  } catch (error) {
    for (const place of items.keys()) results[place] ??= { kind: "later", error };
  }
  return results;
}

/** As a publish past the table's age does it: the same guard, the same numbers of the copies. */
async function putLate(
  context: DeliveryContext,
  late: readonly Placed[],
  results: ItemResult[],
): Promise<void> {
  const put = await putMany(context, late, { before: [], after: [], atomic: false }, undefined);
  for (const [index, item] of late.entries()) {
    const result = resultOf(item, put.outcomes[index]!);
    const main = results[item.place];
    if (result.kind === "landed" && main?.kind === "landed") {
      const queues = [...main.delivery.queues, ...item.destination.queues];
      results[item.place] = { kind: "landed", delivery: { ...main.delivery, queues } };
    } else results[item.place] = result;
  }
}

function toLate(context: DeliveryContext, { publication, destination, late, place }: Placed): Placed {
  return {
    place,
    late: [],
    publication: { ...publication, guard: publication.guard && lateGuard(publication.guard) },
    destination: toQueues(context, publication, late, destination.queues.length),
  };
}

function isStrict({ strict, exchange, type }: SpooledItem): boolean {
  return strict && exchange !== "" && type !== "fanout";
}

/** Whether Redis must be asked for its queues. */
function isOpen(item: SpooledItem): boolean {
  return !item.settled && item.exchange !== "" && item.type !== "fanout" && !isStrict(item);
}

async function tablesOf(
  context: DeliveryContext,
  items: readonly SpooledItem[],
): Promise<ReadonlyMap<string, BindingTable>> {
  const open = items.filter(isOpen);
  const exchanges = [...new Set(open.map(({ exchange }) => exchange))];
  if (exchanges.length === 0) return new Map();
  const declared = missingBindings(
    context,
    open.flatMap(({ declare }) => declare),
  );
  const tables = await readTables(context, exchanges, declared, undefined);
  return new Map(exchanges.map((exchange, index) => [exchange, tables[index]!.table]));
}

function placeOne(
  context: DeliveryContext,
  item: SpooledItem,
  place: number,
  tables: ReadonlyMap<string, BindingTable>,
): Placed | ItemResult {
  const publication = revived(item);
  const { exchange, type, routingKey } = item;
  const to = (destination: Destination, late: readonly string[] = []): Placed => ({
    place,
    publication,
    destination,
    late,
  });
  if (exchange !== "" && type === "fanout") return to(toChannel(context, publication));
  const known = item.queues ?? (exchange === "" ? [routingKey] : []);
  const found = isOpen(item) ? tables.get(exchange)!.match(type, routingKey) : [];
  if (known.length > 0) {
    const late = found.filter((queue) => !known.includes(queue));
    return to(toQueues(context, publication, known, item.first), late);
  }
  if (found.length > 0) return to(toQueues(context, publication, found));
  const { deadletterQueue } = context;
  if (deadletterQueue !== undefined && !item.mandatory)
    return to(toQueues(context, publication, [deadletterQueue]));
  return dead(new UnroutableError(exchange, routingKey, "no binding matches"));
}

async function publishStrictly(context: DeliveryContext, item: SpooledItem): Promise<ItemResult> {
  const publication = revived(item);
  try {
    const declared = missingBindings(context, publication.declare);
    const delivery = await deliverStrictly(context, publication, declared);
    if (delivery.status !== "unroutable" || delivery.queues.length > 0) return { kind: "landed", delivery };
    return dead(new UnroutableError(item.exchange, item.routingKey, "no binding matches"));
  } catch (error) {
    return failure(error);
  }
}

function resultOf({ publication, destination }: Item, outcome: ItemOutcome): ItemResult {
  if (outcome.kind === "failed") return failure(outcome.error);
  try {
    return { kind: "landed", delivery: toDelivery(publication, destination, outcome, []) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): ItemResult {
  return error instanceof UnroutableError || error instanceof RefusedError
    ? dead(error)
    : { kind: "later", error };
}

function dead(error: UnroutableError | RefusedError): ItemResult {
  return { kind: "dead", reason: error.code, error };
}
