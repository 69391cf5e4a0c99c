/**
 * Bindings that this isolate wrote itself are known at once.
 * @module
 */
import { amendTable, noteDeclared } from "../routing/cache.ts";
import type { DeclaredBinding, DeliveryContext } from "./publication.ts";
import { tableKey } from "./tables.ts";

/** Adds written bindings, and takes removed ones out of, the tables that are cached. */
export function amendTables(
  context: DeliveryContext,
  added: readonly DeclaredBinding[],
  removed: readonly DeclaredBinding[] = [],
): void {
  for (const exchange of new Set([...added, ...removed].map((binding) => binding.exchange))) {
    const of = (bindings: readonly DeclaredBinding[]) =>
      bindings.filter((binding) => binding.exchange === exchange).map(({ member }) => member);
    const key = tableKey(context, exchange);
    for (const member of of(added)) noteDeclared(key, member, Date.now());
    for (const member of of(removed)) noteDeclared(key, member, undefined);
    amendTable(key, context.keys.sep, of(added), of(removed));
  }
}
