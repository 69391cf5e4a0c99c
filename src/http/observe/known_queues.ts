/**
 * The queues that a deployment knows: Redis cannot be asked for all of them without walking through every key.
 * @module
 */
import type { BindingTable } from "../../routing/table.ts";
import type { Settings } from "../config/config.ts";

/** Those of the configuration, and those bound in these tables; each once, in order. */
export function knownQueues(
  { queues, exchanges }: Settings,
  tables: Iterable<BindingTable>,
): readonly string[] {
  const known = new Set(queues);
  for (const { bindings } of exchanges.values()) for (const { queue } of bindings) known.add(queue);
  for (const { bindings } of tables) for (const { queue } of bindings) known.add(queue);
  return [...known].sort();
}
