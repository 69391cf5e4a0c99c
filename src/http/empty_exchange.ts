/**
 * The log's word on exchanges without bindings: what is published to them goes nowhere.
 * @module
 */

/** Milliseconds within which an exchange is not named again. */
const SILENCE_MS = 60_000;
const MAXIMUM_EXCHANGES = 500;

/** When this isolate last named an exchange, in milliseconds since the epoch. */
const named = new Map<string, number>();

/** Writes one line for each exchange and minute. */
export function warnEmptyExchange(exchange: string): void {
  const now = Date.now();
  if (now - (named.get(exchange) ?? 0) < SILENCE_MS) return;
  if (named.size >= MAXIMUM_EXCHANGES) named.clear();
  named.set(exchange, now);
  console.warn(JSON.stringify({ event: "exchange-without-bindings", exchange }));
}
