/**
 * Kombu's `msgpack` serialiser, for `registerSerializer` or `serializer: msgpack`. Needs the package `@msgpack/msgpack`.
 *
 * Consumers refuse it unless their `accept` lists it. Spec kombu-redis §3.
 * @module
 */
import { encode } from "@msgpack/msgpack";
import { EncodeError } from "../errors.ts";
import type { Serializer } from "./serializers.ts";

/** Writes msgpack with the bin type for bytes; `bigint` must fit 64 bits; `Date` is refused, as Kombu's decoder has no extension types. */
export const msgpack: Serializer = {
  name: "msgpack",
  contentType: "application/x-msgpack",
  contentEncoding: "binary",
  encode(value, field) {
    try {
      return encode(withoutDates(value, field), { useBigInt64: true });
    } catch (cause) {
      if (cause instanceof EncodeError) throw cause;
      throw new EncodeError(field, "cannot be written as msgpack", { cause });
    }
  },
};

function withoutDates(value: unknown, field: string, depth = 0): unknown {
  if (depth > 500) throw new EncodeError(field, "is circular or nested too deeply");
  if (value instanceof Date)
    throw new EncodeError(field, "must not be a Date: Kombu's msgpack has no date type");
  if (Array.isArray(value))
    value.forEach((item, index) => void withoutDates(item, `${field}[${index}]`, depth + 1));
  else if (value !== null && typeof value === "object" && !ArrayBuffer.isView(value)) {
    for (const [key, member] of Object.entries(value)) withoutDates(member, `${field}.${key}`, depth + 1);
  }
  return value;
}
