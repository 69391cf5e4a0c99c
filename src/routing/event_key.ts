/**
 * The routing key of an event.
 * @module
 */

/** Longest routing key: an AMQP short string. */
const MAX_ROUTING_KEY = 255;

/**
 * `<source>.<event type>` as a routing key: `github.pull_request.opened`, `shopify.orders.create`. A `/` parts words
 * as a `.` does; anything else outside letters, digits, `_` and `-` becomes `_`, the wildcards `*` and `#` too. There
 * are no empty words, and never more than 255 characters.
 */
export function routingKeyOf(source: string, type: string): string {
  return `${source}.${type}`
    .replace(/[^\w./-]/g, "_")
    .split(/[./]+/)
    .filter((word) => word !== "")
    .join(".")
    .slice(0, MAX_ROUTING_KEY)
    .replace(/\.$/, "");
}
