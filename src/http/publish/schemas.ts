/**
 * What a publish takes and gives, in snake case as AMQP spells it. These schemas validate, and are published as they are.
 * @module
 */
import * as v from "valibot";
import type { ExchangeType } from "../../routing/table.ts";
import type { Schema } from "../request/check.ts";

/** Members that are optional, or `undefined`. */
type Optional<Members> = { readonly [Name in keyof Members]?: Members[Name] | undefined };

/** What a publish of bytes takes in its query, and a message in JSON as members. */
export type Options = Optional<{
  priority: number;
  expiration: number;
  compression: string;
  delivery_mode: 1 | 2 | "transient" | "persistent";
}>;

/** One message in JSON. */
export interface MessageInput
  extends Options,
    Optional<{
      exchange: string;
      exchange_type: ExchangeType;
      routing_key: string;
      body_encoding: "base64";
      content_type: string;
      content_encoding: string;
      serializer: string;
      headers: Record<string, unknown>;
      properties: Optional<{
        correlation_id: string;
        reply_to: string;
        message_id: string;
        timestamp: number;
        type: string;
        user_id: string;
        app_id: string;
      }>;
      mandatory: boolean;
      idempotency_key: string;
    }> {
  readonly body: unknown;
}

const text = v.optional(v.string());

/** An exchange's type as a caller states it. */
export const EXCHANGE_TYPE: v.GenericSchema<ExchangeType | undefined> = v.optional(
  v.picklist(["direct", "topic", "fanout"]),
);

/** The options that every publish takes. */
export const OPTIONS: { readonly [Name in keyof Options]-?: v.GenericSchema<Options[Name]> } = {
  priority: v.optional(
    v.pipe(
      v.number(),
      v.integer("must be a whole number"),
      v.minValue(0, "must not be below 0"),
      v.maxValue(255, "must not be above 255"),
      v.description("0 is consumed first; above 9 counts as 9."),
    ),
  ),
  expiration: v.optional(
    v.pipe(v.number(), v.minValue(0, "must not be below 0"), v.description("Seconds; nobody acts on it.")),
  ),
  compression: text,
  delivery_mode: v.optional(v.picklist([1, 2, "transient", "persistent"])),
};

/** Whether a message that nobody is bound for is an error. */
export const MANDATORY: v.GenericSchema<boolean | undefined> = v.optional(
  v.pipe(v.boolean(), v.description("Default true, unless a dead-letter queue is configured.")),
);

/** An idempotency key. */
export const IDEMPOTENCY_KEY: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.minLength(1, "must not be empty"),
  v.maxLength(255, "must not be longer than 255 characters"),
);

/** An object of any members. Not copied: a copy by assignment would lose or follow a `__proto__`. */
export const OBJECT: v.GenericSchema<Record<string, unknown>> = v.pipe(
  v.unknown(),
  v.check(
    (value) => value !== null && typeof value === "object" && !Array.isArray(value),
    "must be an object",
  ),
  v.metadata({ type: "object" }),
) as never;

/** One message. */
export const MESSAGE: v.GenericSchema<MessageInput> = v.strictObject({
  exchange: v.optional(v.pipe(v.string(), v.description("Empty or absent: routing_key names a queue."))),
  exchange_type: EXCHANGE_TYPE,
  routing_key: text,
  body: v.unknown(),
  body_encoding: v.optional(v.picklist(["base64"])),
  content_type: v.optional(v.pipe(v.string(), v.description("The body is text or bytes of this type."))),
  content_encoding: text,
  serializer: text,
  headers: v.optional(OBJECT),
  properties: v.optional(
    v.strictObject({
      correlation_id: text,
      reply_to: text,
      message_id: text,
      timestamp: v.optional(v.number()),
      type: text,
      user_id: text,
      app_id: text,
    }),
  ),
  ...OPTIONS,
  mandatory: MANDATORY,
  idempotency_key: v.optional(IDEMPOTENCY_KEY),
});

/** What became of one message. */
export interface DeliveryOutput {
  readonly status: "delivered" | "unroutable" | "duplicate" | "spooled";
  readonly delivery_tag: string;
  readonly queues: readonly string[];
  readonly receivers?: number;
  readonly warnings?: readonly string[];
}

const delivery = v.strictObject({
  status: v.picklist(["delivered", "unroutable", "duplicate", "spooled"]),
  delivery_tag: v.string(),
  queues: v.array(v.string()),
  receivers: v.optional(v.number()),
  warnings: v.optional(v.array(v.string())),
});

/** A failure (RFC 9457), with every extension member there is. */
export const PROBLEM: Schema = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  field: text,
  position: v.optional(v.number()),
  line: v.optional(v.number()),
  maximum: v.optional(v.number()),
  right: text,
  delivery_tag: text,
  delivered: v.optional(v.array(v.string())),
  queue: text,
  retry_after: v.optional(v.number()),
  results: v.optional(v.array(v.unknown())),
});

const results = v.strictObject({ results: v.array(v.union([delivery, PROBLEM])) });

/** By the names that the OpenAPI document gives them. */
export const PUBLISH_SCHEMAS: Readonly<Record<string, Schema>> = {
  Message: MESSAGE,
  Messages: v.union([MESSAGE, v.array(MESSAGE)]),
  Delivery: delivery,
  Results: results,
  Outcome: v.union([delivery, results]),
};
