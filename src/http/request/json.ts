/**
 * JSON that keeps its numbers: an integer beyond 2^53 stays the same integer, `1.0` stays a float.
 *
 * `JSON.parse` cannot do either, nor say where a text is broken without quoting it; what it can do it does first,
 * being an order of magnitude faster, and without loading the other.
 * @module
 */
import { MAXIMUM_DIGITS } from "../../envelope/json.ts";
import { Float } from "../../envelope/typed.ts";
import { EncodeError } from "../../errors.ts";
import { HttpProblem } from "../problem.ts";

/** A number that is not the same after `JSON.parse` and `JSON.stringify`; may also find one inside a string. */
const INEXACT = /(?:^|[:[,\s])-?(?:\d{16}|\d+\.0*(?!\d)|\d+(?:\.\d+)?[eE])/;

/**
 * Parses a text.
 *
 * @param line The text's line in NDJSON, from 1; `position` then counts within that line.
 * @throws {HttpProblem} `malformed-json` with `position`, the number of UTF-16 units before the fault.
 * @throws {EncodeError} For what no consumer could read.
 */
export async function parseJson(text: string, line?: number): Promise<unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformedJson(await faultIn(text), line);
  }
  if (!INEXACT.test(text)) return value;
  const { parse } = await import("lossless-json");
  try {
    return parse(text, undefined, { parseNumber: exactNumber, onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    if (error instanceof RangeError) throw new EncodeError("body", "is nested too deeply");
    throw error;
  }
}

/** The problem of a text that is not JSON. */
export function malformedJson(position: number | undefined, line?: number): HttpProblem {
  const place = [
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(position === undefined ? [] : [`position ${position}`]),
  ];
  return new HttpProblem(
    "malformed-json",
    `The text is not JSON${place.length ? ` at ${place.join(", ")}` : ""}.`,
    {
      field: "body",
      ...(position !== undefined && { position }),
      ...(line !== undefined && { line }),
    },
  );
}

/** Where a text stops being JSON, in UTF-16 units from its start; `undefined` when it does not, or that cannot be told. */
export async function faultIn(text: string): Promise<number | undefined> {
  const { parse } = await import("lossless-json");
  try {
    parse(text, undefined, { parseNumber: Number, onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    const found = error instanceof SyntaxError && /at position (\d+)$/.exec(error.message);
    if (found) return Number(found[1]);
  }
  return undefined;
}

/** Makes no difference between two texts, so that one will do. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** UTF-8 as text, without a byte order mark. Throws `malformed-json` for other bytes. */
export function decodeText(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw new HttpProblem("malformed-json", "The body is not UTF-8.", { field: "body" });
  }
}

function exactNumber(text: string): number | bigint | Float {
  const value = Number(text);
  if (/[.e]/i.test(text)) return Number.isInteger(value) ? new Float(value) : value;
  if (Number.isSafeInteger(value)) return value;
  if (text.length > MAXIMUM_DIGITS) {
    throw new EncodeError(
      "body",
      `has an integer of more than ${MAXIMUM_DIGITS} digits, which Python does not read`,
    );
  }
  return BigInt(text);
}
