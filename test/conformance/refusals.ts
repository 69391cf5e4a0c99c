/** @module Input that Kombu takes, or fails on in another way, and that is refused here before anything is sent. */
import type { Difference } from "./differences.ts";

/** One refusal: for one case, an error code and the field that it names. */
function refusal(name: string, code: string, field: string, kombu: string, why: string): Difference {
  return {
    id: `refused-${name
      .replace(/[^a-z0-9]+/gi, "-")
      .replace(/^-|-$/g, "")
      .toLowerCase()}`,
    kombu,
    ours: `refuses it: \`${code}\`, field \`${field}\`; nothing is sent`,
    why,
    cases: [name],
    expect: { refused: code, field },
  };
}

export const REFUSALS: readonly Difference[] = [
  refusal(
    "pickle protocol 4",
    "serializer-not-installed",
    "serializer",
    "pickles",
    "unpickling runs code of the sender's choice, and only Python can pickle",
  ),
  refusal(
    "compression lzma/xz",
    "compression-not-installed",
    "compression",
    "compresses with xz",
    "no runtime has it; `registerCompression` adds it under the same name",
  ),
  refusal(
    "compression bzip2",
    "compression-not-installed",
    "compression",
    "compresses with bzip2",
    "no runtime has it; `registerCompression` adds it under the same name",
  ),
  refusal(
    "unknown compression",
    "compression-not-installed",
    "compression",
    "raises `KeyError`",
    "an error of one's own class, with the names that are known",
  ),
  refusal(
    "unknown delivery_mode",
    "invalid-argument",
    "deliveryMode",
    "raises `KeyError`",
    "an error that names the option",
  ),
  refusal("delivery_mode 3", "invalid-argument", "deliveryMode", "writes it", "AMQP has 1 and 2"),
  refusal(
    "content_type with dict body",
    "encode-error",
    "body",
    "raises `TypeError`",
    "an error that names the field",
  ),
  refusal(
    "priority '7'",
    "invalid-argument",
    "priority",
    "takes the text for a number when it chooses the list, and writes the text",
    "a restored message is sorted by what is written; a number is meant",
  ),
  refusal(
    "NaN in body and priority",
    "invalid-argument",
    "priority",
    "writes `NaN`, which is not JSON",
    "readers other than Python cannot read the envelope",
  ),
  refusal(
    "priority infinite",
    "invalid-argument",
    "priority",
    "raises `OverflowError`",
    "an error that names the option",
  ),
  refusal(
    'routing key empty on anonymous exchange: LPUSH to key ""',
    "invalid-argument",
    "routingKey",
    'pushes to the list `""`, which nobody reads',
    "the message would be lost",
  ),
  refusal(
    "queue name with the separator",
    "invalid-argument",
    "routingKey",
    "pushes to a list that its consumers take for a priority of another queue",
    "the message would be lost",
  ),
  refusal(
    "expiration negative",
    "invalid-argument",
    "expiration",
    'writes `"-1000"`',
    "a message that expired before it was sent is a mistake",
  ),
  refusal(
    "exchange type headers",
    "invalid-argument",
    "exchange.type",
    "declares it, and raises `KeyError` when something is published",
    "Redis cannot deliver to it, so it is refused when it is named",
  ),
  refusal(
    "lone surrogate in a body",
    "encode-error",
    "body.text",
    "writes it escaped",
    "UTF-8 cannot carry it, and most readers cannot either",
  ),
  refusal(
    "object that looks like a typed value",
    "encode-error",
    "body",
    "writes it as it is",
    "a consumer would decode it, and fail: the message would come back for ever",
  ),
  refusal(
    "unknown option",
    "invalid-argument",
    "prioritty",
    "makes it a message property",
    "a misspelt option is sent and does nothing; `properties` is the place for further properties",
  ),
];
