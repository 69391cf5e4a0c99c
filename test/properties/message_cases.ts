/** @module Random messages: what is published, how this library is told, how Kombu is told, and what must be refused. */
import fc from "fast-check";
import type { BodyEncoding, PublishOptions } from "../../src/index.ts";
import { entriesOf, type Format, numberTerm, type Term, terms, text, toPython, toValue } from "./terms.ts";

/** A message. What is missing is not said. */
export interface Message {
  readonly body: Term;
  readonly bodyEncoding: BodyEncoding;
  readonly routingKey: string;
  readonly serializer?: "json" | "yaml" | "msgpack" | "raw";
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly compression?: "zlib" | "gzip" | "application/x-gzip" | "";
  readonly headers?: Term & { kind: "dict" };
  readonly properties?: Term & { kind: "dict" };
  readonly deliveryInfo?: Term & { kind: "dict" };
  readonly priority?: number;
  readonly expiration?: number;
  readonly deliveryMode?: 0 | 1 | 2 | "transient" | "persistent";
  readonly timestamp?: Term & { kind: "number" | "moment" };
  readonly correlationId?: string;
  readonly messageId?: string;
  readonly replyTo?: string;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
}

/** Options that are properties, in the order in which they are written after `properties`. */
const NAMED = [
  ["correlationId", "correlation_id"],
  ["messageId", "message_id"],
  ["timestamp", "timestamp"],
  ["type", "type"],
  ["userId", "user_id"],
  ["appId", "app_id"],
  ["replyTo", "reply_to"],
] as const;

/** Kombu takes these for arguments of its own when they are given as properties. */
const ARGUMENTS = [
  ...[
    "routing_key",
    "delivery_mode",
    "mandatory",
    "immediate",
    "priority",
    "content_type",
    "content_encoding",
  ],
  ...[
    "serializer",
    "headers",
    "compression",
    "exchange",
    "retry",
    "retry_policy",
    "declare",
    "expiration",
    "timeout",
  ],
  ...["confirm_timeout", "body", "self", "reply_to"],
];

/**
 * Random messages.
 *
 * @param withTyped Whether Kombu's typed values are among the values.
 */
export function messages(withTyped: boolean): fc.Arbitrary<Message> {
  const { value, dict } = terms(withTyped);
  const bytes = fc
    .array(fc.nat(255), { maxLength: 20 })
    .map((given) => ({ kind: "bytes" as const, bytes: given }));
  const texts = text.map((given) => ({ kind: "text" as const, text: given }));
  const passed = fc.constantFrom(
    ...[
      "application/json",
      "application/json",
      "text/plain",
      "application/data",
      "text/html",
      "application/x-python-serialize",
    ],
    ...["application/json; charset=utf-8", "Application/JSON", "application/jsonx", ""],
  );
  const encoding = fc.constantFrom(
    ...[
      "utf-8",
      "UTF-8",
      "utf8",
      "utf_8",
      "latin-1",
      "latin1",
      "iso-8859-1",
      "ISO_8859_1",
      "ascii",
      "us-ascii",
      "binary",
      "utf-16",
      "",
    ],
  );
  const json = value.map((term) => {
    try {
      return { kind: "text" as const, text: JSON.stringify(toValue(term)) ?? "null" };
    } catch {
      return { kind: "text" as const, text: "{" };
    }
  });
  const how = fc.oneof(
    { weight: 5, arbitrary: fc.record({ body: value }) },
    { weight: 1, arbitrary: fc.record({ body: fc.oneof(texts, bytes) }) },
    {
      weight: 10,
      arbitrary: fc.record({
        body: value,
        serializer: fc.constantFrom("json" as const, "yaml" as const, "msgpack" as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ body: fc.oneof(texts, bytes), serializer: fc.constant("raw" as const) }),
    },
    {
      weight: 3,
      arbitrary: fc.record(
        { body: fc.oneof(texts, bytes, json, json), contentType: passed, contentEncoding: encoding },
        { requiredKeys: ["body", "contentType"] },
      ),
    },
  );
  const named = fc.oneof(text, fc.constant("id-1"));
  const options = fc.record(
    {
      bodyEncoding: fc.constantFrom<BodyEncoding>(
        "base64",
        "base64",
        "base64",
        null,
        withTyped ? "utf-8" : "base64",
      ),
      routingKey: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom("q", "é", "a:b") },
        { weight: 4, arbitrary: text },
        { weight: 1, arbitrary: fc.constantFrom("", "q\x06\x163", "\ud800") },
      ),
      compression: fc.constantFrom(
        "zlib" as const,
        "gzip" as const,
        "application/x-gzip" as const,
        "" as const,
      ),
      headers: dict,
      properties: dict.map((term) => ({
        ...term,
        members: term.members.filter(([name]) => !ARGUMENTS.includes(name)),
      })),
      deliveryInfo: dict,
      priority: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: -3, max: 12 }) },
        { weight: 4, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
        { weight: 4, arbitrary: fc.constantFrom(0, -0, 3.9, 1e300) },
        { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
      ),
      expiration: fc.oneof(
        { weight: 1, arbitrary: fc.double() },
        { weight: 8, arbitrary: fc.double({ min: 0, max: 1e5, noNaN: true }) },
        { weight: 8, arbitrary: fc.constantFrom(0, -0, 0.0004, 1.5, 60, 1e18, 1e19) },
        { weight: 1, arbitrary: fc.constantFrom(1e308, -1) },
      ),
      deliveryMode: fc.constantFrom(
        0 as const,
        1 as const,
        2 as const,
        "transient" as const,
        "persistent" as const,
      ),
      timestamp: fc.oneof(
        fc.nat(2_000_000_000).map((number) => numberTerm(number) as Term & { kind: "number" }),
        withTyped
          ? fc
              .nat(2_000_000_000)
              .map((seconds) => ({ kind: "moment" as const, milliseconds: seconds * 1000 }))
          : fc.constant(numberTerm(1) as Term & { kind: "number" }),
      ),
      correlationId: named,
      messageId: named,
      replyTo: named,
      type: named,
      userId: named,
      appId: named,
    },
    { requiredKeys: ["bodyEncoding", "routingKey"] },
  );
  return fc.tuple(how, options).map(([first, second]) => ({ ...first, ...second }));
}

/** The body's format, for what its values become. */
function formatOf({ serializer }: Message): Format {
  return serializer === "yaml" || serializer === "msgpack" ? serializer : "json";
}

/** The options as this library takes them. */
export function toOptions(message: Message): PublishOptions {
  const {
    body: _body,
    bodyEncoding: _encoding,
    headers,
    properties,
    deliveryInfo,
    timestamp,
    ...rest
  } = message;
  const given = properties ? (toValue(properties) as Record<string, unknown>) : undefined;
  return {
    ...rest,
    ...(headers && { headers: toValue(headers) as Record<string, unknown> }),
    ...((given || deliveryInfo) && {
      properties: deliveryInfo ? { ...given, delivery_info: toValue(deliveryInfo) } : given,
    }),
    ...(timestamp && { timestamp: toValue(timestamp) as number | Date }),
  };
}

/** The call as Kombu takes it: `publish(body, **arguments)` on a channel with that body encoding. */
export function toKombu(message: Message, ours: readonly string[]): unknown {
  const python: Record<string, unknown> = {
    routing_key: ["text", message.routingKey],
    serializer: message.serializer && ["text", message.serializer],
    content_type: message.contentType && ["text", message.contentType],
    content_encoding: message.contentEncoding && ["text", message.contentEncoding],
    compression: message.compression && ["text", message.compression],
    headers: message.headers && toPython(message.headers, "json"),
    priority: message.priority !== undefined && toPython(numberTerm(message.priority), "json"),
    // A whole number would be multiplied exactly there, here as every number.
    expiration: message.expiration !== undefined && [
      "float",
      String(message.expiration).replace("Infinity", "inf"),
    ],
    delivery_mode:
      typeof message.deliveryMode === "string"
        ? ["text", message.deliveryMode]
        : message.deliveryMode && ["int", String(message.deliveryMode)],
  };
  const properties = new Map<string, unknown>();
  for (const [name, term] of message.properties ? entriesOf(message.properties) : [])
    properties.set(name, toPython(term, "json"));
  if (message.deliveryInfo) properties.set("delivery_info", toPython(message.deliveryInfo, "json"));
  for (const [option, name] of NAMED) {
    const given = message[option];
    if (given === undefined) continue;
    properties.set(name, typeof given === "string" ? ["text", given] : toPython(given, "json"));
  }
  return {
    body: toPython(message.body, formatOf(message)),
    body_encoding: message.bodyEncoding,
    arguments: [...Object.entries(python).filter(([, term]) => term), ...properties],
    ours,
  };
}

const SEP = "\x06\x16";

/** Why a message must be refused, as the option or `body`; `undefined` when it must be sent. */
export function refusal(message: Message): string | undefined {
  const { routingKey, priority, expiration, headers, properties, deliveryInfo, replyTo } = message;
  if (routingKey === "" || routingKey.includes(SEP) || !routingKey.isWellFormed()) return "routingKey";
  if (priority !== undefined && !Number.isFinite(priority)) return "priority";
  const body = bodyRefusal(message);
  if (body) return body;
  if (replyTo !== undefined && (replyTo === "" || replyTo.includes(SEP))) return "replyTo";
  if (expiration !== undefined && !(expiration >= 0 && Number.isFinite(expiration * 1000)))
    return "expiration";
  if (deliveryInfo && !isWritable(withoutPlace(deliveryInfo), "json", false)) return "properties";
  if (
    headers &&
    !isWritable(message.compression ? withMember(headers, "compression") : headers, "json", false)
  )
    return "headers";
  if (properties && !isWritable(withMember(properties, "priority"), "json", false)) return "properties";
  return undefined;
}

/** Rule: what the caller adds to `delivery_info` is judged by itself. */
function withoutPlace(term: Term & { kind: "dict" }): Term {
  const members = term.members.filter(([name]) => name !== "exchange" && name !== "routing_key");
  return { ...term, members };
}

function withMember(term: Term & { kind: "dict" }, name: string): Term {
  return { ...term, members: [...term.members, [name, { kind: "null" }]] };
}

function bodyRefusal({ body, serializer, contentType, contentEncoding }: Message): string | undefined {
  if (contentType) {
    if (contentType === "application/x-python-serialize") return "serializer";
    if (contentType !== "application/json" && /^application\/json *(;|$)/i.test(contentType))
      return "contentType";
    if (body.kind === "text") {
      const codec = (contentEncoding || "utf-8").toLowerCase().replaceAll("_", "-");
      const highest = {
        "utf-8": 0x10ffff,
        utf8: 0x10ffff,
        ascii: 0x7f,
        "us-ascii": 0x7f,
        "latin-1": 0xff,
        latin1: 0xff,
        "iso-8859-1": 0xff,
      }[codec];
      if (!body.text.isWellFormed()) return "body";
      if (highest === undefined) return "contentEncoding";
      if ([...body.text].some((character) => character.codePointAt(0)! > highest)) return "body";
    } else if (body.kind !== "bytes") return "body";
    return contentType === "application/json" && !isJson(body) ? "body" : undefined;
  }
  if (body.kind === "text" && (serializer === undefined || serializer === "raw"))
    return body.text.isWellFormed() ? undefined : "body";
  if (body.kind === "bytes" && (serializer === undefined || serializer === "raw")) return undefined;
  return isWritable(body, serializer === "yaml" || serializer === "msgpack" ? serializer : "json", true)
    ? undefined
    : "body";
}

/** Rule: what is declared to be JSON must be what a consumer can read; empty it is not read. */
function isJson(body: Term): boolean {
  const text = body.kind === "bytes" ? readUtf8(body.bytes) : (body as Term & { kind: "text" }).text;
  if (text === "") return true;
  if (text === undefined) return false;
  try {
    return isReadable(JSON.parse(text), 0);
  } catch {
    return false;
  }
}

function readUtf8(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

function isReadable(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value);
  if (value === null || typeof value !== "object") return true;
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  if (depth >= 500 || (keys.length === 2 && keys.includes("__type__") && keys.includes("__value__")))
    return false;
  return (
    keys.every((key) => key.isWellFormed()) &&
    Object.values(value).every((member) => isReadable(member, depth + 1))
  );
}

/**
 * Rules of what is refused although Kombu writes it: half a surrogate pair; what a consumer would take for a typed value;
 * an integer that Python does not read; in the envelope a number that is not finite; nesting that a consumer cannot read;
 * what a format has no type for.
 */
export function isWritable(term: Term, format: Format, nonFinite: boolean, depth = 0): boolean {
  const limit = format === "yaml" ? 201 : format === "msgpack" ? 501 : 500;
  switch (term.kind) {
    case "text":
      return term.text.isWellFormed();
    case "number":
      return nonFinite || Number.isFinite(term.number);
    case "float":
      return format !== "msgpack" && (nonFinite || Number.isFinite(term.number));
    case "bigint":
      if (format === "msgpack") return BigInt(term.digits) < 2n ** 64n && BigInt(term.digits) >= -(2n ** 63n);
      return term.digits.replace("-", "").length <= 4_300;
    case "absent":
      return false;
    case "datetime":
    case "date":
    case "moment":
      return format !== "msgpack";
    case "time":
    case "decimal":
    case "uuid":
      return format === "json";
    case "nest":
      return (
        depth + term.levels <= (format === "msgpack" ? 500 : limit) &&
        isWritable(term.inner, format, nonFinite, depth + term.levels)
      );
    case "list":
      return (
        depth < limit && term.members.every((member) => isWritable(member, format, nonFinite, depth + 1))
      );
    case "dict": {
      const members = entriesOf(term);
      const names = members.map(([name]) => name);
      if (depth >= limit || !names.every((name) => name.isWellFormed())) return false;
      if (
        format === "json" &&
        names.length === 2 &&
        names.includes("__type__") &&
        names.includes("__value__")
      )
        return false;
      return members.every(([, member]) => isWritable(member, format, nonFinite, depth + 1));
    }
    default:
      return true;
  }
}
