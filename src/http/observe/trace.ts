/**
 * The trace that a request is part of, for the headers of its messages.
 * @module
 */

/** A valid trace. */
export interface Trace {
  /** The trace's id, 32 hexadecimal digits. */
  readonly id: string;
  /** As headers of a message: `traceparent`, and `tracestate` where that is valid. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A message's headers with those of the request's trace. Headers that already have a trace are kept as they are.
 *
 * @param headers Not checked: what is no object is given back.
 */
export function withTrace<Given>(
  headers: Given,
  trace: Trace["headers"] | undefined,
): Given | Record<string, unknown> {
  if (trace === undefined) return headers;
  if (headers === undefined) return trace;
  const isRecord = headers !== null && typeof headers === "object" && !Array.isArray(headers);
  if (!isRecord || "traceparent" in headers || "tracestate" in headers) return headers;
  return { ...headers, ...trace };
}
