/**
 * The messages in a request's body: JSON, an array, or NDJSON.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { HttpProblem } from "../problem.ts";
import { essence, unsupported } from "../request/content_type.ts";
import { decodeText, parseJson } from "../request/json.ts";

/** Names of newline-delimited JSON; none is registered. */
export const NDJSON: readonly string[] = ["application/x-ndjson", "application/ndjson", "application/jsonl"];

/**
 * Parses the body.
 *
 * @returns One message, or a list of them. Nothing of them is checked yet.
 * @throws {HttpProblem} `malformed-json`: text of which a part cannot be read is not published in part.
 */
export async function readMessages(call: Call): Promise<{ one: unknown } | { many: readonly unknown[] }> {
  const { headers } = call.request;
  const type = essence(headers.get("content-type"));
  if (type !== "application/json" && !NDJSON.includes(type)) {
    throw unsupported("content-type", `The body must be application/json or ${NDJSON.join(" or ")}.`);
  }
  if (![null, "", "identity"].includes(headers.get("content-encoding"))) {
    throw unsupported("content-encoding", "The body must be sent without a Content-Encoding.");
  }
  const text = decodeText(await call.body());
  const value = type === "application/json" ? parseJson(text) : parseLines(text, call.settings.maximumBatch);
  if (!Array.isArray(value)) return { one: value };
  if (value.length === 0) throw new InvalidArgumentError("body", "must hold at least one message");
  checkCount(value.length, call.settings.maximumBatch);
  return { many: value };
}

function parseLines(text: string, maximum: number): unknown[] {
  const values: unknown[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    checkCount(values.length + 1, maximum);
    values.push(parseJson(line, index + 1));
  }
  return values;
}

function checkCount(count: number, maximum: number): void {
  if (count <= maximum) return;
  throw new HttpProblem("content-too-large", `The body must not hold more than ${maximum} messages.`, {
    maximum,
  });
}
