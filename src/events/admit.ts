/**
 * What a stream lets in: fields that must and must not be there, the schema, sampling.
 * @module
 */
import { select } from "../routing/json_path.ts";
import type { StreamEvent } from "./event.ts";
import { Rejection } from "./rejection.ts";
import type { Stream } from "./stream.ts";

/**
 * Checks an event's data.
 *
 * @returns The event, its data as the schema gives it; `undefined` when sampling leaves it out.
 * @throws {Rejection} `missing-field`, `forbidden-field`, `invalid-event`, naming the place.
 */
export async function admit(event: StreamEvent, stream: Stream): Promise<StreamEvent | undefined> {
  const { cloudEvent } = event;
  for (const path of stream.required) {
    if (select(cloudEvent.data, path).length === 0)
      throw new Rejection("missing-field", `"${path}" is required.`);
  }
  for (const path of stream.forbidden) {
    if (select(cloudEvent.data, path).length > 0) {
      throw new Rejection("forbidden-field", `"${path}" must not be there.`);
    }
  }
  const data = stream.schema ? await validate(cloudEvent.data, stream) : cloudEvent.data;
  if (stream.sampling < 1 && fate(event) >= stream.sampling) return undefined;
  return data === cloudEvent.data ? event : { ...event, cloudEvent: { ...cloudEvent, data } };
}

async function validate(data: unknown, { schema }: Stream): Promise<unknown> {
  const result = await schema!["~standard"].validate(data);
  if (!result.issues) return result.value;
  // Never the schema's own words: they may quote what they received.
  let place = "data";
  for (const step of result.issues[0]?.path ?? []) {
    const key = typeof step === "object" ? step.key : step;
    place += typeof key === "number" ? `[${key}]` : `.${String(key).toWellFormed().slice(0, 100)}`;
  }
  throw new Rejection("invalid-event", `"${place.slice(0, 300)}" does not fit the stream's schema.`);
}

/** A number from 0 to below 1: by the event's identity, so that it is kept or left out however often it is sent. */
function fate({ cloudEvent: { source, id }, isIdentified }: StreamEvent): number {
  if (!isIdentified) return Math.random();
  // FNV-1a, then MurmurHash3's last steps, without which ids that differ in their last digit stay neighbours.
  let hash = 0x811c9dc5;
  for (const character of `${source}\0${id}`) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
