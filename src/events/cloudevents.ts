/**
 * CloudEvents 1.0: the checks of the JSON format, and the binary mode of the HTTP binding. Spec ingest §3.
 *
 * By the rules and not by the official SDK, which takes 22 KiB of a bundle (gzip) and Node's own modules.
 * @module
 */
import { toBase64 } from "../envelope/base64.ts";
import { decodeUtf8, isObject, type ParseJson, parseText } from "./json.ts";
import { Rejection } from "./rejection.ts";

/** RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Whether a text is a time as CloudEvents write it. */
export function isTime(text: unknown): text is string {
  return typeof text === "string" && TIME.test(text) && !Number.isNaN(Date.parse(text));
}

/** Whether a value means to be a CloudEvent. */
export function isCloudEvent(value: unknown): value is Record<string, unknown> {
  return isObject(value) && "specversion" in value;
}

/**
 * Checks a CloudEvent in the JSON format.
 *
 * @throws {Rejection} `invalid-cloudevent`, naming the attribute.
 */
export function checkCloudEvent(event: Record<string, unknown>): void {
  if (event.specversion !== "1.0") throw invalid("specversion", 'must be "1.0"');
  for (const name of ["id", "source", "type"]) {
    if (typeof event[name] !== "string" || event[name] === "")
      throw invalid(name, "must be a text that is not empty");
  }
  for (const name of ["subject", "datacontenttype", "dataschema", "data_base64"]) {
    if (event[name] !== undefined && typeof event[name] !== "string") throw invalid(name, "must be a text");
  }
  if (event.time !== undefined && !isTime(event.time)) throw invalid("time", "must be an RFC 3339 time");
  if (event.data_base64 !== undefined) {
    if (event.data !== undefined) throw invalid("data_base64", "must not stand beside data");
    const text = event.data_base64 as string;
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
      throw invalid("data_base64", "is not base64");
  }
  for (const [name, value] of Object.entries(event)) {
    if (name === "data" || name === "data_base64") continue;
    if (!/^[a-z0-9]{1,100}$/.test(name)) {
      throw new Rejection("invalid-cloudevent", "An attribute's name has other characters than a-z and 0-9.");
    }
    if (isObject(value) || Array.isArray(value))
      throw invalid(name, "must be a text, a whole number or a boolean");
  }
}

/** Whether a request is in binary mode: it has all headers that it must have. */
export function isBinaryMode(headers: Headers): boolean {
  return ["ce-specversion", "ce-id", "ce-source", "ce-type"].every((name) => headers.has(name));
}

/**
 * The event of a request in binary mode. Its body is the data, its content type the data's.
 *
 * @throws {Rejection} `invalid-cloudevent` for attributes that cannot be read.
 */
export async function fromBinaryMode(
  headers: Headers,
  body: Uint8Array,
  parse: ParseJson,
): Promise<Record<string, unknown>> {
  const event: Record<string, unknown> = {};
  for (const [header, value] of headers) {
    if (!header.startsWith("ce-")) continue;
    const name = header.slice(3);
    if (name === "datacontenttype" || name === "data" || name === "data_base64") {
      throw invalid(name, "must not be a header: the Content-Type says what the data is");
    }
    event[name] = decodeAttribute(name, value);
  }
  const type = headers.get("content-type");
  if (type !== null) event.datacontenttype = type;
  if (body.byteLength === 0) return event;
  const essence = (type ?? "").split(";", 1)[0]!.trim().toLowerCase();
  if (/^(?:application|text)\/(?:json|[^;]+\+json)$/.test(essence)) {
    event.data = await parseText(decodeUtf8(body), parse);
  } else if (essence.startsWith("text/") && !/charset=(?!"?utf-?8)/i.test(type!)) {
    event.data = decodeUtf8(body);
  } else {
    event.data_base64 = toBase64(body);
  }
  return event;
}

/** Undoes the quoting of old senders, then one round of percent-encoding (HTTP binding §3.1.3.2). */
function decodeAttribute(name: string, value: string): string {
  const plain = /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
  try {
    // A percent sign that encodes nothing stands for itself.
    return decodeURIComponent(plain.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    throw invalid(name, "has a percent-encoding that is not UTF-8");
  }
}

function invalid(attribute: string, problem: string): Rejection {
  return new Rejection("invalid-cloudevent", `The attribute "${attribute.slice(0, 100)}" ${problem}.`);
}
