/**
 * A request's body, byte for byte, as one message.
 * @module
 */
import { EncodeError } from "../../errors.ts";
import { Producer } from "../../producer.ts";
import type { ExchangeType } from "../../routing/table.ts";
import type { Call } from "../call.ts";
import { checkDecodable, mediaTypeOf } from "../request/content_type.ts";
import { faultIn, malformedJson } from "../request/json.ts";
import { deliveryResponse } from "./answer.ts";
import { givenKey, headerKey, keyOptions } from "./idempotency.ts";
import type { Options } from "./schemas.ts";
import { isMandatory, type Target, targetOptions } from "./target.ts";

/** What the query of either route can say. */
export interface BytesQuery extends Options {
  readonly type?: ExchangeType | undefined;
  readonly mandatory?: boolean | undefined;
}

/** Publishes the body. */
export async function publishBytes(call: Call, target: Target, query: BytesQuery): Promise<Response> {
  const where = targetOptions(call, target, query.type, { type: "type", queue: "queue" });
  const key = await keyOptions(call, target, givenKey(headerKey(call.request), undefined, undefined));
  const mediaType = mediaTypeOf(call.request.headers);
  const body = await call.body();
  checkDecodable(body, mediaType);
  try {
    const delivery = await new Producer(call.channel).publish(body, {
      ...where,
      ...key,
      ...mediaType,
      headers: call.trace,
      priority: query.priority,
      expiration: query.expiration,
      compression: query.compression,
      deliveryMode: query.delivery_mode,
      mandatory: isMandatory(call, query.mandatory),
    });
    return deliveryResponse(delivery, call);
  } catch (error) {
    throw await locateFault(error, body);
  }
}

/** The library says that a body is not JSON; where, only a slower look can tell. */
async function locateFault(error: unknown, body: Uint8Array): Promise<unknown> {
  if (!(error instanceof EncodeError) || error.field !== "body") return error;
  const position = await faultIn(new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(body));
  return position === undefined ? error : malformedJson(position);
}
