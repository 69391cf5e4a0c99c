/**
 * Renders the message that a sender signed (spec webhooks §1, "the signed message").
 * @module
 */

import { select } from "../routing/json_path.ts";
import { type Bytes, concat, crc32, digest, encode, utf8 } from "./encoding.ts";
import { type Incoming, read } from "./request.ts";
import type { Place, Template } from "./scheme.ts";

/** What a template may ask for besides the request. */
export interface TemplateInputs {
  /** The timestamp exactly as sent: printing a parsed date again would not give the same text. */
  ts?: string | undefined;
  secret?: string | undefined;
  /** The spelling of the URL to try. */
  url?: string | undefined;
  /** Lower-case name of the header that holds the timestamp; it must be among the signed headers. */
  timestampHeader?: string | undefined;
  kid?: string | undefined;
}

const placeholder = /\{([a-zA-Z0-9]+(?::[^{}]*)?)\}/;

/** The placeholders of a template. */
export function placeholders(template: Template): string[] {
  return template.split(placeholder).filter((_, index) => index % 2 === 1);
}

/** The public URL with this request's query, or the URL as the runtime saw it. */
export function publicUrl({ settings, url, search }: Incoming): string {
  return settings.publicUrl ? settings.publicUrl.replace(/[?#].*$/s, "") + search : url.href;
}

/**
 * The spellings of the public URL that Twilio may have signed: with and without the default port, and each with the
 * query encoded anew (the official Node client tries the same).
 */
export function urlSpellings(incoming: Incoming): string[] {
  const url = publicUrl(incoming);
  const parts = /^(https?:\/\/)([^/?#:]+)(?::\d+)?([^?#]*)(.*)$/s.exec(url);
  if (!parts) return [url];
  const [, scheme, host, path, query] = parts as unknown as [string, string, string, string, string];
  const port = scheme === "https://" ? ":443" : ":80";
  const queries = new Set([query]);
  if (query) {
    const fields = [...new URLSearchParams(query)].map((field) => field.map(encodeURIComponent).join("="));
    queries.add(`?${fields.join("&")}`);
  }
  return [
    url,
    ...[...queries].flatMap((one) => ["", port].map((given) => scheme + host + given + path + one)),
  ];
}

function sortedForm({ form, isForm, body }: Incoming): string | undefined {
  // A body that is no form would take no part in the message, and could be anything.
  if (!isForm && body.length > 0) return undefined;
  const names = [...new Set(form.map(([name]) => name))].sort();
  return names
    .flatMap((name) => {
      const values = form.filter(([field]) => field === name).map(([, value]) => value);
      return [...new Set(values)].sort().map((value) => name + value);
    })
    .join("");
}

function signedHeaders(incoming: Incoming, name: string, timestampHeader?: string): string | undefined {
  const names = incoming.headers.get(name)?.toLowerCase().split(",");
  // The list is the sender's to choose; without itself and the timestamp in it, both could be altered.
  if (!names?.includes(name) || (timestampHeader && !names.includes(timestampHeader))) return undefined;
  return names.map((one) => `${one}:${incoming.headers.get(one)?.trim() ?? ""}`).join(";");
}

async function part(
  name: string,
  incoming: Incoming,
  inputs: TemplateInputs,
): Promise<string | Bytes | undefined> {
  switch (name) {
    case "body":
      return incoming.body;
    case "ts":
    case "secret":
    case "kid":
      return inputs[name];
    case "url":
      return publicUrl(incoming);
    case "anyUrl":
      return inputs.url;
    case "method":
      return incoming.method;
    case "path": {
      const url = new URL(publicUrl(incoming));
      return url.pathname + url.search;
    }
    case "form":
      return sortedForm(incoming);
    case "sha256":
      return encode(await digest("SHA-256", incoming.body), "hex");
    case "crc32":
      return String(crc32(incoming.body));
  }
  if (name.startsWith("lines:")) {
    const keys = name.slice(6).split(",");
    const values = keys.map((key) => [key, select(incoming.json, `$.${key}`)[0]] as const);
    const given = values.filter(([, value]) => value !== undefined && value !== null);
    return given.every(([, value]) => typeof value === "string")
      ? given.map(([key, value]) => `${key}\n${value}\n`).join("")
      : undefined;
  }
  if (name.startsWith("signedHeaders:"))
    return signedHeaders(incoming, name.slice(14), inputs.timestampHeader);
  const optional = name.endsWith("?");
  return read(incoming, (optional ? name.slice(0, -1) : name) as Place) ?? (optional ? "" : undefined);
}

/** The bytes of the message, or `undefined` when something that takes part in it is missing. */
export async function render(
  template: Template,
  incoming: Incoming,
  inputs: TemplateInputs = {},
): Promise<Bytes | undefined> {
  const parts: Uint8Array[] = [];
  for (const [index, text] of template.split(placeholder).entries()) {
    const value = index % 2 === 0 ? text : await part(text, incoming, inputs);
    if (value === undefined) return undefined;
    parts.push(typeof value === "string" ? utf8(value) : value);
  }
  return concat(parts);
}

/** The message as text, for claims and settings. */
export async function renderText(
  template: Template,
  incoming: Incoming,
  inputs: TemplateInputs = {},
): Promise<string | undefined> {
  const bytes = await render(template, incoming, inputs);
  return bytes && new TextDecoder().decode(bytes);
}
