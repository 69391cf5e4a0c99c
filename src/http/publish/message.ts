/**
 * From a message in JSON to what the producer publishes.
 * @module
 */
import { Float } from "../../envelope/typed.ts";
import { InvalidArgumentError } from "../../errors.ts";
import type { Message } from "../../producer.ts";
import { demand } from "../access/authenticate.ts";
import type { Call } from "../call.ts";
import { told } from "../observe/notes.ts";
import { withTrace } from "../observe/trace.ts";
import { check } from "../request/check.ts";
import { checkQueue } from "../request/queue_name.ts";
import { givenKey, keyOptions } from "./idempotency.ts";
import { MESSAGE, type MessageInput } from "./schemas.ts";
import { isMandatory, rightFor, targetOptions } from "./target.ts";

/**
 * Checks a message and the caller's right to publish it.
 *
 * @param input Parsed JSON.
 * @param header The request's idempotency key.
 * @param index The message's place in a batch.
 * @throws {InvalidArgumentError} Naming the field.
 * @throws {HttpProblem} `forbidden`, naming the right.
 */
export async function toMessage(
  call: Call,
  input: unknown,
  header: string | undefined,
  index?: number,
): Promise<Message> {
  const message = check(MESSAGE, plainNumbers(input));
  const target = { exchange: message.exchange ?? "", routingKey: message.routing_key ?? "" };
  demand(call.principal, rightFor(target));
  if (index === undefined) {
    call.note(target.exchange ? { exchange: told(target.exchange) } : { queue: told(target.routingKey) });
  }
  const { properties = {} } = message;
  if (properties.reply_to !== undefined) {
    checkQueue(properties.reply_to, "properties.reply_to", call.settings.keys);
  }
  return {
    body: message.body_encoding === "base64" ? fromBase64(message.body) : message.body,
    ...targetOptions(call, target, message.exchange_type, { type: "exchange_type", queue: "routing_key" }),
    ...(await keyOptions(call, target, givenKey(header, message.idempotency_key, index))),
    contentType: message.content_type,
    contentEncoding: message.content_encoding,
    serializer: message.serializer,
    compression: message.compression,
    headers: withTrace(message.headers, call.trace) as MessageInput["headers"],
    priority: message.priority,
    deliveryMode: message.delivery_mode,
    expiration: message.expiration,
    mandatory: isMandatory(call, message.mandatory),
    correlationId: properties.correlation_id,
    replyTo: properties.reply_to,
    messageId: properties.message_id,
    timestamp: properties.timestamp,
    type: properties.type,
    userId: properties.user_id,
    appId: properties.app_id,
  };
}

/** Python writes `60.0` where it means a number of seconds; only a body and headers are kept to the letter. */
function plainNumbers(input: unknown): unknown {
  if (input === null || typeof input !== "object") return input;
  const plain: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(input)) {
    if (name === "properties") plain[name] = plainNumbers(value);
    else plain[name] = value instanceof Float && name !== "body" ? value.value : value;
  }
  return plain;
}

function fromBase64(body: unknown): Uint8Array {
  if (typeof body !== "string") {
    throw new InvalidArgumentError("body", "must be a string when body_encoding is base64");
  }
  // `atob` also takes white space and missing padding.
  if (body.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(body)) {
    throw new InvalidArgumentError("body", "is not base64 although body_encoding says so");
  }
  const binary = atob(body);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
