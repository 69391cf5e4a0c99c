/**
 * The envelope: the JSON string in the Redis list. Spec kombu-redis §5.
 *
 * Everything but the delivery tag and the delivery info is the same in every copy, so it is written once and the
 * copies are made by joining text.
 * @module
 */
import { InvalidArgumentError } from "../errors.ts";
import { textToBase64, toBase64 } from "./base64.ts";
import { stringifyJson, writeBytes } from "./json.ts";
import type { SerializedBody } from "./serializers.ts";

/** How a payload is put into the envelope: base64, or as it is (spec kombu-redis §9 `body_encoding`). */
export type BodyEncoding = "base64" | "utf-8" | null;

/** What goes around a payload. */
export interface EnvelopeParts {
  readonly body: SerializedBody;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Properties in the order Kombu's caller gives them; `delivery_info`, `priority`, `delivery_tag`, `body_encoding` are set here. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deliveryMode: number;
  /** Milliseconds as text, or undefined. */
  readonly expiration: string | undefined;
  readonly priority: number;
  readonly bodyEncoding: BodyEncoding;
}

/** An envelope that still lacks what differs between copies. */
export interface Envelope {
  /** The copy for one queue. `deliveryInfo` decides where a redelivery goes (spec §5.3). */
  copy(deliveryTag: string, exchange: string, routingKey: string): string;
  /** The texts around the two open places, for a script that fills them in Redis itself. */
  readonly parts: readonly [beforeDeliveryInfo: string, beforeDeliveryTag: string, end: string];
  /** Members of `delivery_info` that the caller gave besides the exchange and the routing key, as JSON text or empty. */
  readonly deliveryInfoRest: string;
}

const OPENING = '{"body":';
const CLOSING = '"}}';

/** Builds the envelope; throws an `EncodeError` naming the header or property that cannot be written. */
export function buildEnvelope(parts: EnvelopeParts): Envelope {
  const deliveryInfoRest = deliveryInfoMembers(parts.properties.delivery_info);
  const [head, between] = isBare(parts) ? bareFrame(parts) : writeFrame(parts);
  return new WrittenEnvelope(writePayload(parts), head, deliveryInfoRest, between);
}

type Frame = readonly [head: string, between: string];

/** What is written around the payload and around the delivery info. */
function writeFrame(parts: EnvelopeParts): Frame {
  // Set here: two members of one name would be read differently by different readers.
  const given: Record<string, unknown> = parts.properties;
  const { delivery_info, delivery_tag, body_encoding, priority, ...properties } = given;
  properties.delivery_mode = parts.deliveryMode;
  if (parts.expiration !== undefined) properties.expiration = parts.expiration;
  const head =
    `,"content-encoding":${JSON.stringify(parts.body.contentEncoding)},` +
    `"content-type":${JSON.stringify(parts.body.contentType)},` +
    `"headers":${stringifyJson(parts.headers, "headers", "refuse")},` +
    `"properties":${stringifyJson(properties, "properties", "refuse").slice(0, -1)},"delivery_info":`;
  const between =
    `,"priority":${JSON.stringify(parts.priority)},` +
    `"body_encoding":${JSON.stringify(parts.bodyEncoding)},"delivery_tag":"`;
  return [head, between];
}

/** Whether a message has neither headers nor properties of its own: then it is framed as others of its kind are. */
function isBare({ headers, properties }: EnvelopeParts): boolean {
  for (const _name in headers) return false;
  for (const _name in properties) return false;
  return Object.getPrototypeOf(headers) === Object.prototype;
}

let latest: { readonly like: readonly unknown[]; readonly frame: Frame } | undefined;

/** The frame of the message before, when this one's is the same. */
function bareFrame(parts: EnvelopeParts): Frame {
  const { body, deliveryMode, expiration, priority, bodyEncoding } = parts;
  const like = [body.contentType, body.contentEncoding, deliveryMode, expiration, priority, bodyEncoding];
  if (!latest?.like.every((value, index) => value === like[index]))
    latest = { like, frame: writeFrame(parts) };
  return latest.frame;
}

/** An envelope again, of its {@link Envelope.parts} and {@link Envelope.deliveryInfoRest}. */
export function reviveEnvelope(parts: Envelope["parts"], deliveryInfoRest: string): Envelope {
  return new WrittenEnvelope(parts[0].slice(OPENING.length), "", deliveryInfoRest, parts[1]);
}

class WrittenEnvelope implements Envelope {
  readonly deliveryInfoRest: string;
  readonly #payload: string;
  readonly #head: string;
  readonly #between: string;

  constructor(payload: string, head: string, deliveryInfoRest: string, between: string) {
    this.#payload = payload;
    this.#head = head;
    this.deliveryInfoRest = deliveryInfoRest;
    this.#between = between;
  }

  get parts(): Envelope["parts"] {
    return [OPENING + this.#payload + this.#head, this.#between, CLOSING];
  }

  copy(deliveryTag: string, exchange: string, routingKey: string): string {
    // Joined, because added texts stay in pieces until they are read, and batches keep thousands of them.
    return [
      OPENING,
      this.#payload,
      this.#head,
      "{",
      this.deliveryInfoRest,
      `"exchange":${JSON.stringify(exchange)},"routing_key":${JSON.stringify(routingKey)}}`,
      this.#between,
      deliveryTag,
      CLOSING,
    ].join("");
  }
}

function deliveryInfoMembers(value: unknown): string {
  if (value === undefined) return "";
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new InvalidArgumentError("properties.delivery_info", "must be an object");
  }
  const { exchange: _exchange, routing_key: _routingKey, ...members } = value as Record<string, unknown>;
  const text = stringifyJson(members, "properties.delivery_info", "refuse").slice(1, -1);
  return text === "" ? "" : `${text},`;
}

function writePayload(parts: EnvelopeParts): string {
  const { payload } = parts.body;
  if (parts.bodyEncoding === "base64") {
    return `"${typeof payload === "string" ? textToBase64(payload) : toBase64(payload)}"`;
  }
  // Kombu ≥ 5.3 only: older consumers cannot read bytes outside base64 (spec §9).
  return typeof payload === "string" ? JSON.stringify(payload) : writeBytes(payload);
}
