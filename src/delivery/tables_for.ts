/**
 * The tables that a batch needs, in at most two requests for any number of exchanges.
 * @module
 */
import type { BindingTable } from "../routing/table.ts";
import { amendTables } from "./amend.ts";
import type { DeliveryContext, Publication } from "./publication.ts";
import {
  isCoolingDown,
  knownTable,
  missingBindings,
  readTables,
  rememberMiss,
  withDeclared,
} from "./tables.ts";

/** The table of each exchange, or why it could not be read. */
export type Tables = Map<
  string,
  { readonly table: BindingTable; readonly stale: boolean } | { readonly error: unknown }
>;

/** Whether a publication's queues are found in a table here. */
export function isRouted({ exchange, type, consistency }: Publication): boolean {
  return exchange !== "" && type !== "fanout" && consistency !== "strict";
}

/** All unknown tables in one request, then in another all those that left a routing key unplaced. */
export async function tablesFor(
  context: DeliveryContext,
  publications: readonly Publication[],
  signal: AbortSignal | undefined,
): Promise<Tables> {
  const routed = publications.filter(isRouted);
  const tables: Tables = new Map();
  const unknown = new Set<string>();
  for (const exchange of new Set(routed.map((publication) => publication.exchange))) {
    const known = knownTable(context, exchange);
    if (known) tables.set(exchange, known);
    else unknown.add(exchange);
  }
  await read(context, [...unknown], routed, tables, signal);
  const unplaced = new Set<string>();
  for (const { exchange, type, routingKey, declare } of routed) {
    const known = tables.get(exchange)!;
    if ("error" in known || unknown.has(exchange) || isCoolingDown(context, exchange)) continue;
    if (withDeclared(context, known.table, exchange, declare).match(type, routingKey).length === 0)
      unplaced.add(exchange);
  }
  await read(context, [...unplaced], routed, tables, signal);
  return tables;
}

async function read(
  context: DeliveryContext,
  exchanges: readonly string[],
  publications: readonly Publication[],
  tables: Tables,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (exchanges.length === 0) return;
  const declared = publications.flatMap((publication) => publication.declare);
  const declare = missingBindings(context, declared);
  try {
    const known = await readTables(context, exchanges, declare, signal);
    amendTables(context, declare);
    exchanges.forEach((exchange, index) => void tables.set(exchange, known[index]!));
    for (const { exchange, type, routingKey } of publications) {
      const table = known[exchanges.indexOf(exchange)]?.table;
      if (table && table.match(type, routingKey).length === 0) rememberMiss(context, exchange);
    }
  } catch (error) {
    for (const exchange of exchanges) tables.set(exchange, { error });
  }
}
