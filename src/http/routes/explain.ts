/**
 * Why a binding gets a copy, or not.
 * @module
 */
import type { Binding, BindingTable, ExchangeType } from "../../routing/table.ts";

/** Every reason that {@link explain} gives. */
export const REASONS: readonly [
  "fanout",
  "same-routing-key",
  "other-routing-key",
  "pattern-matches",
  "pattern-does-not-match",
  "no-pattern",
  "poison-pattern",
] = [
  "fanout",
  "same-routing-key",
  "other-routing-key",
  "pattern-matches",
  "pattern-does-not-match",
  "no-pattern",
  "poison-pattern",
];

/** What a binding says to a routing key. */
export interface Explanation {
  readonly matches: boolean;
  readonly reason: (typeof REASONS)[number];
}

/**
 * Explains one row of a table.
 *
 * @param type The exchange's type; without one a row with a pattern is matched as topic, one without as direct.
 */
export function explain(
  binding: Binding,
  table: BindingTable,
  type: ExchangeType | undefined,
  routingKey: string,
): Explanation {
  const { pattern } = binding;
  const matches = table.matches(binding, type, routingKey);
  if (type === "fanout") return { matches, reason: "fanout" };
  if (type === "direct" || (type === undefined && pattern === "")) {
    return { matches, reason: matches ? "same-routing-key" : "other-routing-key" };
  }
  // As in Kombu: bound as direct, published to as topic.
  if (pattern === "") return { matches, reason: "no-pattern" };
  if (matches) return { matches, reason: "pattern-matches" };
  return { matches, reason: isPoison(binding, table) ? "poison-pattern" : "pattern-does-not-match" };
}

function isPoison({ routingKey, pattern, queue }: Binding, { skipped }: BindingTable): boolean {
  return skipped.some(
    ({ reason, member }) =>
      reason === "poison-pattern" &&
      member.startsWith(routingKey) &&
      member.includes(pattern) &&
      member.endsWith(queue),
  );
}
