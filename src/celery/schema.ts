/**
 * Optional checks of arguments and results by any Standard Schema validator (zod, valibot, arktype).
 * @module
 */
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { InvalidArgumentError, type KombuEdgeError } from "../errors.ts";
import { ResultInvalidError } from "./task_error.ts";

/** Any validator. */
export type Schema<Output = unknown> = StandardSchemaV1<unknown, Output> | StandardSchemaV1<Output, Output>;

/** The value as a schema gives it back. Throws {@link InvalidArgumentError} with the path of the first problem. */
export async function checkArgument<Value>(
  schema: StandardSchemaV1,
  value: Value,
  field: string,
): Promise<Value> {
  return (await validated(schema, value, field, InvalidArgumentError)) as Value;
}

/** The value as a schema gives it back. Throws {@link ResultInvalidError} with the path of the first problem. */
export async function checkResult(schema: StandardSchemaV1, value: unknown): Promise<unknown> {
  return await validated(schema, value, "result", ResultInvalidError);
}

async function validated(
  schema: StandardSchemaV1,
  value: unknown,
  field: string,
  Failure: new (field: string, problem: string) => KombuEdgeError,
): Promise<unknown> {
  const outcome = await schema["~standard"].validate(value);
  if (!outcome.issues) return outcome.value;
  const [issue] = outcome.issues;
  const path = (issue?.path ?? [])
    .map((segment) => (typeof segment === "object" ? segment.key : segment))
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
  throw new Failure(`${field}${path}`, "is not what the schema asks for");
}
