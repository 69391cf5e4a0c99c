/**
 * What arrived, read only as far as somebody asks: the JSON, the form, the URL.
 * @module
 */

import { select } from "../routing/json_path.ts";
import { type Bytes, utf8 } from "./encoding.ts";
import type { Place } from "./scheme.ts";
import type { Settings } from "./settings.ts";

/** A request as it came off the wire. */
export interface RequestParts {
  method: string;
  /** The whole URL, as the runtime gives it. */
  url: string;
  headers: Headers | Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  /** The raw bytes, before any decoding; a text stands for its UTF-8 bytes. */
  body: Uint8Array | string;
}

/** A request being looked at. Nothing in it is trusted before it was verified. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  /** The query with its `?`, exactly as sent: `URL` would re-encode some characters. */
  readonly search: string;
  readonly headers: Headers;
  readonly body: Bytes;
  readonly settings: Settings;
  /** Fields of a form body, in order; none for other bodies. */
  readonly form: readonly (readonly [string, string])[];
  /** Whether the body is a form. */
  readonly isForm: boolean;
  /** The JSON payload, `undefined` when there is none. */
  readonly json: unknown;
  /** The body as text without a byte order mark, `undefined` when it is not UTF-8. */
  readonly text: string | undefined;
  /** The claims of the verified token. */
  claims?: unknown;
  /** The element being looked at. */
  item?: unknown;
}

/** Makes no difference between two texts, so that one will do. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function parse(text: string | undefined): unknown {
  try {
    // Numbers that a double cannot hold (ids of 64 bits) become bigint, so that they arrive as they were sent.
    const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
      typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
        ? /^-?\d+$/.test(context.source)
          ? BigInt(context.source)
          : value
        : value;
    return text ? JSON.parse(text, /\d{16}/.test(text) ? exact : undefined) : undefined;
  } catch {
    return undefined;
  }
}

async function readForm(type: string, body: Bytes, text: string | undefined): Promise<[string, string][]> {
  if (type.startsWith("application/x-www-form-urlencoded")) return [...new URLSearchParams(text)];
  if (!type.startsWith("multipart/form-data")) return [];
  const form = await new Response(body, { headers: { "content-type": type } }).formData();
  return [...(form as unknown as Iterable<[string, unknown]>)].filter(
    (field): field is [string, string] => typeof field[1] === "string",
  );
}

/**
 * Opens a request for reading.
 * @param payload Name of the form field that holds the JSON when the body is a form.
 * @throws Whatever the platform throws for a URL, header or form that is none.
 */
export async function open(parts: RequestParts, settings: Settings, payload?: string): Promise<Incoming> {
  const headers =
    parts.headers instanceof Headers ? parts.headers : new Headers(parts.headers as HeadersInit);
  const body = typeof parts.body === "string" ? utf8(parts.body) : (parts.body as Bytes);
  const type = (headers.get("content-type") ?? "").toLowerCase();
  const isForm = /^(application\/x-www-form-urlencoded|multipart\/form-data)/.test(type);
  let text: string | undefined;
  try {
    text = decoder.decode(body);
  } catch {}
  const form = await readForm(headers.get("content-type") ?? "", body, text);
  let json: { value: unknown } | undefined;
  return {
    method: parts.method.toUpperCase(),
    url: new URL(parts.url),
    search: /\?[^#]*/.exec(parts.url)?.[0] ?? "",
    headers,
    body,
    settings,
    form,
    isForm,
    text,
    get json(): unknown {
      json ??= {
        value: parse(isForm ? form.find(([name]) => name === payload)?.[1] : text),
      };
      return json.value;
    },
  };
}

function scalar(value: unknown): string | undefined {
  return typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "bigint" ||
    typeof value === "boolean"
    ? String(value)
    : undefined;
}

function valuesAt(incoming: Incoming, place: string): unknown[] {
  if (place.startsWith("=")) return [place.slice(1)];
  const colon = place.indexOf(":");
  const name = place.slice(colon + 1);
  switch (place.slice(0, colon)) {
    case "header":
      return name.includes("*")
        ? Array.from({ length: 100 }, (_, index) =>
            incoming.headers.get(name.replace("*", String(index + 1))),
          )
        : [incoming.headers.get(name)];
    case "query":
      return incoming.url.searchParams.getAll(name);
    case "form":
      return incoming.form.filter(([field]) => field === name).map(([, value]) => value);
    case "json":
      return select(incoming.json, name);
    case "item":
      return select(incoming.item, name);
    case "claim":
      return select(incoming.claims, name);
    case "setting":
      return [incoming.settings[name as keyof Settings]].flat();
    case "key": {
      const payload = incoming.json;
      const keys = typeof payload === "object" && payload !== null ? Object.keys(payload) : [];
      return [keys.find((key) => !name.split(",").includes(key))];
    }
    default:
      return [];
  }
}

/** The texts at a place: those of the first alternative that has any. Empty texts do not count. */
export function readAll(incoming: Incoming, place: string): string[] {
  for (const alternative of place.startsWith("=") ? [place] : place.split("|")) {
    const found = valuesAt(incoming, alternative)
      .map(scalar)
      .filter((value) => value !== undefined && value !== "") as string[];
    if (found.length > 0) return found;
  }
  return [];
}

/** The one text at a place; `undefined` when there is none. */
export function read(incoming: Incoming, place: Place): string | undefined {
  return readAll(incoming, place)[0];
}
