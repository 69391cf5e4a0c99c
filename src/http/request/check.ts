/**
 * Values against schemas: one error that names the field and never quotes the value.
 * @module
 */
import * as v from "valibot";
import { InvalidArgumentError } from "../../errors.ts";

/** An error whose field is named as the caller names it, not as a TypeScript caller would. */
export class FieldError extends InvalidArgumentError {}

/** Any schema that answers at once. */
export type Schema = v.GenericSchema;

/** The members of an object, or the parameters of a query. */
export type Entries = Readonly<Record<string, Schema>>;

/**
 * Checks a value.
 *
 * @param field What to call the value in the error; empty for the whole of a body.
 * @returns The value as the schema gives it.
 * @throws {FieldError} Naming the first member at fault.
 */
export function check<Checked extends Schema>(
  schema: Checked,
  value: unknown,
  field = "",
): v.InferOutput<Checked> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new FieldError(pathOf(issue, field), problemWith(issue));
}

function pathOf({ path }: v.BaseIssue<unknown>, field: string): string {
  let at = field;
  for (const { key } of path ?? []) {
    at += typeof key === "number" ? `[${key}]` : `${at && "."}${String(key).toWellFormed().slice(0, 100)}`;
  }
  return at || "body";
}

/** Our own words: the schema library's quote what they received. */
function problemWith(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== "schema") return issue.message;
  const { expected, path } = issue;
  if (path?.at(-1)?.origin === "key") return expected === "never" ? "is not a known field" : "is required";
  if (issue.type === "picklist") return `must be one of ${expected!.replaceAll('"', "").slice(1, -1)}`;
  const kind = expected!.toLowerCase();
  return issue.type === "literal"
    ? `must be ${kind}`
    : `must be ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}
