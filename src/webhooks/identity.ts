/**
 * Which delivery this is: the id it goes by, the key it is guarded with, the id of its task.
 * @module
 */
import { type Bytes, concat, decode, digest, encode, utf8 } from "./encoding.ts";
import { type Incoming, read } from "./request.ts";
import type { Place, Scheme } from "./scheme.ts";

/** An id and how far it may be trusted. */
export interface DeliveryId {
  /** What the event is known by. */
  id: string;
  /** What it is guarded by. */
  key: string;
}

/**
 * Whether a value at the place cannot be changed by somebody without the secret: it takes part in the message, or is
 * in a body that does, or the request is known by a token that nobody else has.
 */
export function isAuthentic(place: Place, scheme: Scheme): boolean {
  if (scheme.algorithm === "equal" || scheme.algorithm === "basic" || place.startsWith("claim:")) return true;
  if (scheme.algorithm !== "jwt") {
    if (scheme.sign.includes(`{${place}}`) || scheme.sign.includes(`{${place}?}`)) return true;
    if (scheme.bodyUnsigned) return false;
  }
  return !/(?:^|\|)(?:header|query):/.test(place);
}

/** The values at the places, joined; `undefined` when one is missing. */
export function join(
  incoming: Incoming,
  places: Place | readonly Place[] | undefined,
  by: string,
): string | undefined {
  const values = [places ?? []].flat().map((place) => read(incoming, place as Place));
  return values.length > 0 && values.every((value) => value !== undefined) ? values.join(by) : undefined;
}

/**
 * The id of a delivery (spec webhooks §11.7). An id that is signed is the key. One that is not could be put on a
 * replay, or be used up beforehand to suppress an event: it counts only together with the body. Without an id, the
 * body is the id.
 */
export async function deliveryId(
  incoming: Incoming,
  places: Place | readonly Place[] | undefined,
  scheme: Scheme,
): Promise<DeliveryId> {
  const id = join(incoming, places, ":");
  if (id !== undefined && [places ?? []].flat().every((place) => isAuthentic(place as Place, scheme))) {
    return { id, key: id };
  }
  const hash = encode(await digest("SHA-256", incoming.body), "hex");
  return id === undefined ? { id: hash, key: hash } : { id, key: `${id}:${hash}` };
}

/** The namespace of task ids: UUIDv5 of the DNS namespace and `webhooks.kombu-edge`. Never to be changed. */
const NAMESPACE: Bytes = decode("8d8d33a254365d55bf6c8cbf802c0622", "hex")!;

/**
 * The id of the task that a delivery becomes: the same for every redelivery, so that result backends and `acks_late`
 * see one task. A UUIDv5 (RFC 9562 §5.5) of the source and the delivery's key.
 */
export async function taskId(source: string, key: string): Promise<string> {
  const name = concat([NAMESPACE, utf8(`${source}:${key}`)]);
  const hash = (await digest("SHA-1", name)).subarray(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = encode(hash, "hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
