/**
 * Why a routing key has no place to go: none of the bindings matches, or there are none at all. The latter is what an eviction or
 * a flush leaves behind, and is never passed over in silence.
 * @module
 */
import type { DeliveryContext } from "./publication.ts";

const EMPTY = "the exchange has no bindings";

/** Why a table does not place a key. */
export type UnplacedReason = "no binding matches" | typeof EMPTY;

/** The reason, by how many bindings the exchange has; an exchange without any is reported. */
export function unplacedReason(context: DeliveryContext, exchange: string, bindings: number): UnplacedReason {
  if (bindings > 0) return "no binding matches";
  context.onEmptyExchange?.(exchange);
  return EMPTY;
}

/** What the caller is warned of besides skipped rows. */
export function unplacedWarnings(
  reason: UnplacedReason | undefined,
  skipped: readonly string[],
): readonly string[] {
  return reason === EMPTY ? [...skipped, EMPTY] : skipped;
}
