/**
 * A verified request as a list of events (spec webhooks §6).
 * @module
 */

import { split } from "../routing/json_path.ts";
import { type Bytes, encode } from "./encoding.ts";
import { deliveryId, isAuthentic, join, taskId } from "./identity.ts";
import type { Preset } from "./preset.ts";
import { type Incoming, read } from "./request.ts";
import type { Place, Scheme } from "./scheme.ts";
import type { Verified } from "./verdict.ts";

/** One thing that happened at the sender. */
export interface WebhookEvent {
  /** The sender's id of the delivery or element; for want of one, a hash. */
  id: string;
  /** What to guard the publish with: the id where it is signed, else the id and a hash of the body. */
  dedupeKey: string;
  /** A UUIDv5 of source and `dedupeKey`: the same task for every redelivery. */
  taskId: string;
  /** The sender's name of what happened, such as `pull_request.opened`. */
  type: string;
  /** What it is about. */
  subject?: string;
  /** When it happened, RFC 3339 in UTC. */
  time: string;
  /** The account, shop or workspace it belongs to. */
  tenant?: string;
  /** Media type of the data. */
  contentType: string;
  /** The data, when it is JSON, a form or text. Whole numbers beyond 2⁵³ are `bigint`. */
  data?: unknown;
  /** The data, when it is none of these. */
  dataBase64?: string;
}

/** An RFC 3339 time from RFC 3339, Unix seconds, or Unix milliseconds. */
function timeOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,16}(\.\d+)?$/.test(value) ? Number(value) : undefined;
  // 10¹¹ seconds are the year 5138; 10¹¹ milliseconds are 1973.
  const date = new Date(number === undefined ? value : number < 1e11 ? number * 1000 : number);
  const year = date.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? date.toISOString() : undefined;
}

type Data = Pick<WebhookEvent, "contentType" | "data" | "dataBase64">;

function fieldsOf(form: Incoming["form"]): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of form) {
    const known = fields.get(name);
    fields.set(name, known === undefined ? value : [known, value].flat());
  }
  return Object.fromEntries(fields);
}

function dataOf(incoming: Incoming, payload: unknown, headers: readonly string[]): Data {
  const type = (incoming.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (payload !== undefined) return { contentType: "application/json", data: payload };
  if (incoming.isForm) return { contentType: "application/json", data: fieldsOf(incoming.form) };
  if (incoming.body.length === 0) {
    const given = headers
      .map((name) => [name, incoming.headers.get(name)])
      .filter(([, value]) => value !== null);
    return { contentType: "application/json", data: given.length > 0 ? Object.fromEntries(given) : null };
  }
  if (incoming.text !== undefined && (type === "" || type.startsWith("text/") || type.endsWith("xml"))) {
    return { contentType: type || "text/plain", data: incoming.text };
  }
  return {
    contentType: type || "application/octet-stream",
    dataBase64: encode(incoming.body as Bytes, "base64"),
  };
}

/** JSON lines as an array; what is not JSON lines stays as it is. */
function readLines(incoming: Incoming): unknown {
  if (incoming.json !== undefined || incoming.text === undefined) return incoming.json;
  try {
    return incoming.text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

/** Longest event type that is kept. */
const MAX_TYPE = 200;

/**
 * The events of a verified request; none for an empty list, such as Asana's heartbeat.
 * @param now Milliseconds of Unix time, for events that do not say when they happened.
 */
export async function eventsOf(
  source: string,
  preset: Preset,
  incoming: Incoming,
  verdict: Verified,
  now: number,
): Promise<WebhookEvent[]> {
  const scheme = [preset.scheme as Scheme | Scheme[]].flat()[verdict.scheme]!;
  const whole: Incoming = {
    ...incoming,
    json: preset.lines ? readLines(incoming) : incoming.json,
    claims: verdict.claims,
  };
  const elements = preset.split ? split(whole.json, preset.split) : undefined;
  const places = [preset.id ?? []].flat() as Place[];
  // An element is known by its own id where it has one; otherwise by its place in the delivery.
  const own = elements !== undefined && places.some((place) => place.startsWith("item:"));
  const delivery = await deliveryId(whole, own ? [] : places, scheme);
  const events = (elements ?? [{ item: whole.json, body: whole.json }]).map(async ({ item, body }, index) => {
    const at: Incoming = { ...whole, item };
    const suffix = elements === undefined ? "" : `:${index}`;
    let { id, key } = { id: delivery.id + suffix, key: delivery.key + suffix };
    const itemId = own || elements === undefined ? join(at, places, ":") : undefined;
    if (itemId !== undefined) {
      id = itemId;
      if (places.every((place) => isAuthentic(place, scheme))) key = itemId;
    }
    const type = [preset.type ?? []].flat().map((place) => read(at, place as Place));
    const event: WebhookEvent = {
      id,
      dedupeKey: key,
      taskId: await taskId(source, key),
      type:
        type
          .filter((part) => part !== undefined)
          .join(".")
          .slice(0, MAX_TYPE) || "event",
      time:
        (preset.time && timeOf(read(at, preset.time))) ?? new Date(verdict.timestamp ?? now).toISOString(),
      ...dataOf(incoming, body, preset.headers ?? []),
    };
    const subject = preset.subject && read(at, preset.subject);
    const tenant = preset.tenant && read(at, preset.tenant);
    if (subject !== undefined) event.subject = subject;
    if (tenant !== undefined) event.tenant = tenant;
    return event;
  });
  return Promise.all(events);
}
