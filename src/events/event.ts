/**
 * From a value to an event in the form in which it is queued: CloudEvents 1.0, JSON format, as webhooks are.
 * @module
 */
import type { CloudEvent } from "../envelope/cloudevent.ts";
import { select } from "../routing/json_path.ts";
import { checkCloudEvent, isCloudEvent, isTime } from "./cloudevents.ts";
import type { Stream } from "./stream.ts";

/** An event on its way. */
export interface StreamEvent {
  /** With the sender's extension attributes, if it has any. */
  readonly cloudEvent: CloudEvent;
  /** Whether the sender gave it its id; one that has none is never a duplicate. */
  readonly isIdentified: boolean;
}

/** Longest type and id that are taken from an event that is no CloudEvent. */
const MAXIMUM_NAME = 255;

/**
 * Makes an event. A CloudEvent stays what it is, but for a time and a content type where it has none; anything else becomes
 * the data of one: type `<stream>.<its type>`, source `/events/<stream>`.
 *
 * @param now Milliseconds of Unix time, for an event that does not say when it happened.
 * @throws {Rejection} `invalid-cloudevent`.
 */
export function toEvent(value: Record<string, unknown>, stream: Stream, now: number): StreamEvent {
  if (isCloudEvent(value)) {
    checkCloudEvent(value);
    const { specversion, id, source, type, time, datacontenttype, ...others } =
      value as unknown as CloudEvent;
    return {
      cloudEvent: {
        specversion,
        id,
        source,
        type,
        time: time ?? new Date(now).toISOString(),
        datacontenttype: datacontenttype ?? "application/json",
        ...others,
      },
      isIdentified: true,
    };
  }
  const id = nameAt(value, stream.paths.id);
  return {
    cloudEvent: {
      specversion: "1.0",
      id: id ?? crypto.randomUUID(),
      source: `/events/${stream.name}`,
      type: `${stream.name}.${nameAt(value, stream.paths.type) ?? "event"}`,
      time: new Date(timeAt(value, stream.paths.time) ?? now).toISOString(),
      datacontenttype: "application/json",
      data: value,
    },
    isIdentified: id !== undefined,
  };
}

/** A text or whole number at a path. */
function nameAt(value: unknown, path: string): string | undefined {
  const [found] = select(value, path);
  if (typeof found !== "string" && typeof found !== "bigint" && !Number.isSafeInteger(found))
    return undefined;
  const name = String(found);
  return name === "" || name.length > MAXIMUM_NAME ? undefined : name;
}

/** A time at a path: RFC 3339, or Unix time in milliseconds as browsers have it. */
function timeAt(value: unknown, path: string): number | undefined {
  const [found] = select(value, path);
  if (isTime(found)) return Date.parse(found);
  return typeof found === "number" && found > 1e11 && found < 2.5e14 ? found : undefined;
}
