/** @module Commands that put a Kombu message somewhere, as lines for a developer to read. */
import { inflateSync } from "node:zlib";
import { GUARD_SCRIPT, guardArguments } from "../../src/redis/guard.ts";
import { STRICT_SCRIPT } from "../../src/redis/strict_script.ts";

const SHOWN_CHARACTERS = 200;
/** Between a queue's name and its priority step (kombu-redis §8). */
const SEPARATOR = "\u0006\u0016";
/** Kombu's `gzip` is zlib without a gzip header (kombu-redis §4). */
const ZLIB_TYPES: ReadonlySet<unknown> = new Set(["application/x-gzip", "application/x-deflate"]);

interface Envelope {
  readonly body: string;
  readonly "content-type"?: unknown;
  readonly headers?: { readonly compression?: unknown; readonly task?: unknown } | null;
  readonly properties: {
    readonly delivery_tag: unknown;
    readonly body_encoding?: unknown;
    readonly delivery_info?: { readonly exchange?: unknown; readonly routing_key?: unknown };
  };
}

/**
 * Describes the messages that a command has put into queues or sent to a fanout exchange.
 *
 * @param command The command as it went to Redis.
 * @param reply Its reply; nothing has landed when it is an error.
 * @returns one line for each message: where, content type, body cut to 200 characters. Other commands give none.
 */
export function landings(command: readonly string[], reply: unknown): string[] {
  if (reply instanceof Error) return [];
  const [name = "", ...words] = command;
  switch (name.toUpperCase()) {
    case "LPUSH":
    case "RPUSH":
      return envelopes(words.slice(1)).map((envelope) => line(queueName(words[0]!), envelope));
    case "PUBLISH":
      return envelopes(words.slice(1)).map((envelope) =>
        line(`${words[0]} (fanout, ${reply} receiving)`, envelope),
      );
    case "EVAL":
      return scripted(words, reply).flatMap(({ place, message }) =>
        envelopes([message]).map((envelope) => line(place, envelope)),
      );
    default:
      return [];
  }
}

/** What one of the project's scripts put where, by its arguments and its reply. */
function scripted(
  [source, count, ...words]: readonly string[],
  reply: unknown,
): { place: string; message: string }[] {
  const keys = words.slice(0, Number(count));
  const args = words.slice(Number(count));
  if (source === GUARD_SCRIPT) {
    return guardArguments(keys, args).flatMap(({ pushes }, index) => {
      const [kind] = (reply as [number, unknown][])[index] ?? [];
      return kind === 1 ? pushes.map(({ target, message }) => ({ place: queueName(target), message })) : [];
    });
  }
  if (source === STRICT_SCRIPT) {
    const [kind, queues] = reply as [number, string[]];
    const [, , , , , head, middle, tail, info, , tag] = args;
    const message = `${head}${info || "{}"}${middle}${tag}${tail}`;
    return kind === 1 ? queues.map((place) => ({ place, message })) : [];
  }
  return [];
}

function envelopes(values: readonly string[]): Envelope[] {
  return values.flatMap((value) => {
    if (!value.startsWith("{")) return [];
    try {
      const parsed = JSON.parse(value) as Partial<Envelope>;
      return typeof parsed.body === "string" && parsed.properties?.delivery_tag ? [parsed as Envelope] : [];
    } catch {
      return [];
    }
  });
}

function queueName(key: string): string {
  const [queue, step] = key.split(SEPARATOR);
  return step === undefined ? key : `${queue} (priority ${step})`;
}

function line(place: string, envelope: Envelope): string {
  const type = envelope["content-type"] ?? "no content type";
  const task = envelope.headers?.task;
  const parts = [place, type, ...(task ? [`task ${task}`] : []), bodyText(envelope)];
  return printable(parts.join("  "));
}

function bodyText(envelope: Envelope): string {
  const { body, headers, properties } = envelope;
  let bytes = Buffer.from(body, properties.body_encoding === "base64" ? "base64" : "utf8");
  const compression = headers?.compression;
  if (ZLIB_TYPES.has(compression)) {
    try {
      bytes = inflateSync(bytes, { maxOutputLength: 1_000_000 });
    } catch {
      return `<${bytes.length} bytes of ${compression}>`;
    }
  } else if (compression) return `<${bytes.length} bytes of ${compression}>`;
  try {
    const text = [...new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)];
    return text.length > SHOWN_CHARACTERS
      ? `${text.slice(0, SHOWN_CHARACTERS).join("")}… (${bytes.length} bytes)`
      : text.join("");
  } catch {
    return `<${bytes.length} bytes>`;
  }
}

/** A message comes from anywhere: it must not steer the terminal. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
