/**
 * Kombu's `msgpack` serialiser, for `registerSerializer` or `serializer: msgpack`. Needs the package `@msgpack/msgpack`.
 *
 * Consumers refuse it unless their `accept` lists it. Spec kombu-redis §3.
 * @module
 */
import { encode } from "@msgpack/msgpack";
import { EncodeError } from "../errors.ts";
import { MAXIMUM_DEPTH } from "./json.ts";
import { asBytes, type Serializer } from "./serializers.ts";
import { Float, TypedValue } from "./typed.ts";

/**
 * Writes msgpack with the bin type for bytes; members that are `undefined` are left out. Refused is what Kombu's decoder has no
 * type for (`Date`, the wrappers of `typed.ts`, `Map`, `Set`), and a `bigint` beyond 64 bits.
 */
export const msgpack: Serializer = {
  name: "msgpack",
  contentType: "application/x-msgpack",
  contentEncoding: "binary",
  encode(value, field) {
    const prepared = prepare(value, field, 0);
    try {
      return encode(prepared, { useBigInt64: true, ignoreUndefined: true, maxDepth: MAXIMUM_DEPTH + 2 });
    } catch (cause) {
      throw new EncodeError(field, "cannot be written as msgpack", { cause });
    }
  },
};

/**
 * Refuses what the package would write without a word and Python could not read, or would read as something else. Integers
 * beyond 32 bits become `bigint`, because as numbers the package would write them as floats.
 */
function prepare(value: unknown, field: string, depth: number): unknown {
  if (depth > MAXIMUM_DEPTH)
    throw new EncodeError("body", `is circular or nested deeper than ${MAXIMUM_DEPTH} levels`);
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed())
        throw new EncodeError(field, "has a lone surrogate, which UTF-8 cannot carry");
      return value;
    case "number":
      return Number.isSafeInteger(value) && Math.abs(value) >= 2 ** 31 ? BigInt(value) : value;
    case "bigint":
      if (value >= 2n ** 64n || value < -(2n ** 63n)) throw new EncodeError(field, "must fit 64 bits");
      return value;
    case "object":
      return value === null ? null : (asBytes(value) ?? prepareObject(value, field, depth));
    default:
      return value;
  }
}

function prepareObject(value: object, field: string, depth: number): unknown {
  if (Array.isArray(value)) return value.map((item, index) => prepare(item, `${field}[${index}]`, depth + 1));
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== "Object" || value instanceof TypedValue || value instanceof Float) {
    const name = kind === "Object" ? value.constructor.name : kind;
    throw new EncodeError(field, `must not be a ${name}: Kombu's msgpack has no type for it`);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      prepare(key, field, depth);
      return [key, prepare(member, `${field}.${key}`, depth + 1)];
    }),
  );
}
