/**
 * The query string against a schema: unknown, doubled and undecodable parameters are errors that name them.
 * @module
 */
import * as v from "valibot";
import { check, type Entries, FieldError, type Schema } from "./check.ts";

/** What a query's schema gives. */
export type Query<Parameters extends Entries> = v.InferOutput<v.StrictObjectSchema<Parameters, undefined>>;

/**
 * Reads the query of a URL by a schema that is made once.
 *
 * @returns What reads it, and throws a {@link FieldError} naming the parameter at fault.
 */
export function queryReader<Parameters extends Entries>(
  parameters: Parameters,
): (url: string) => Query<Parameters> {
  const schema = v.strictObject(parameters);
  return function readQuery(url) {
    const given: Record<string, unknown> = Object.create(null);
    const from = url.indexOf("?") + 1;
    for (const pair of from === 0 ? [] : url.slice(from).split("&")) {
      if (pair === "") continue;
      const [name = "", ...rest] = pair.split("=");
      const key = decode(name, "query");
      if (key in given) throw new FieldError(key, "must not be given more than once");
      const text = decode(rest.join("="), key);
      given[key] = Object.hasOwn(parameters, key) ? fromText(parameters[key]!, text) : text;
    }
    return check(schema, given) as Query<Parameters>;
  };
}

function decode(text: string, field: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new FieldError(field, "has a percent-encoding that is not UTF-8");
  }
}

/** The value that a text stands for; the text itself when it stands for none, which the schema then refuses. */
function fromText(schema: Schema, text: string): unknown {
  const { type, wrapped, options } = schema as {
    type: string;
    wrapped?: Schema;
    options?: readonly unknown[];
  };
  if (wrapped) return fromText(wrapped, text);
  if (type === "number" && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (type === "picklist") return options!.find((option) => String(option) === text) ?? text;
  return text;
}
