/**
 * Idempotency keys: what a caller calls a publish, made unique among callers and targets.
 * @module
 */
import type { PublishOptions } from "../../delivery/publish_options.ts";
import { toBase64 } from "../../envelope/base64.ts";
import { InvalidArgumentError } from "../../errors.ts";
import { sha256 } from "../access/tokens.ts";
import type { Call } from "../call.ts";
import { check } from "../request/check.ts";
import { IDEMPOTENCY_KEY } from "./schemas.ts";
import type { Target } from "./target.ts";

/** A key as a caller gives it. */
export interface GivenKey {
  readonly key: string;
  /** The message's place in a batch that has one key for all. */
  readonly index?: number;
}

/** The request's `Idempotency-Key`. Throws {@link InvalidArgumentError} for one that is empty or too long. */
export function headerKey(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  return key === null ? undefined : check(IDEMPOTENCY_KEY, key, "Idempotency-Key");
}

/**
 * The key of one message.
 *
 * @param header The request's key.
 * @param own The message's key.
 * @param index The message's place in a batch.
 * @throws {InvalidArgumentError} When the two contradict each other.
 */
export function givenKey(
  header: string | undefined,
  own: string | undefined,
  index: number | undefined,
): GivenKey | undefined {
  if (header === undefined) return own === undefined ? undefined : { key: own };
  if (own === undefined) return index === undefined ? { key: header } : { key: header, index };
  if (own === header && index === undefined) return { key: own };
  throw new InvalidArgumentError("idempotency_key", "must not differ from the Idempotency-Key header");
}

/**
 * The options of a publish under a key. Hashed together with the token's name and the target, so that neither two
 * tenants nor two targets can meet, and no name is too long. Being guarded it can be sent again at once, and is, once.
 */
export async function keyOptions(
  { principal }: Call,
  { exchange, routingKey }: Target,
  given: GivenKey | undefined,
): Promise<PublishOptions> {
  if (given === undefined) return {};
  const parts = [principal.name, exchange, routingKey, given.key, given.index ?? null];
  const idempotencyKey = `http.${toBase64(await sha256(JSON.stringify(parts)))}`;
  return { idempotencyKey, retry: true, retryPolicy: { maxRetries: 1 } };
}
