/**
 * What the log says of webhooks: one line of JSON, never a body, a query, a header or a secret.
 * @module
 */

/** Writes one line. */
export function logWebhook(
  event: "rejected" | "not-stored" | "handshake" | "handed-over" | "not-followed",
  source: string,
  details: Readonly<Record<string, string | number>> = {},
): void {
  const line = JSON.stringify({ event: `webhook-${event}`, source, ...details });
  if (event === "handshake" || event === "handed-over") console.log(line);
  else console.warn(line);
}
