/** @module Commands that put a Kombu message somewhere, as lines for a developer to read. */
import { inflateSync } from "node:zlib";

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
    case "EVALSHA":
      return scriptLandings(words);
    default:
      return [];
  }
}

/** What a script does cannot be seen from here: its keys and the messages among its arguments can. */
function scriptLandings([, count, ...words]: readonly string[]): string[] {
  const keys = words.slice(0, Number(count));
  const found = envelopes(words.slice(Number(count)));
  // A push has a key for each message, and may have others, such as a guard, before them.
  const queues = keys.slice(-found.length);
  return found.map((envelope, index) => {
    const { exchange, routing_key: routingKey } = envelope.properties.delivery_info ?? {};
    if (queues.length === found.length) return line(queueName(queues[index]!), envelope);
    return line(exchange ? `exchange ${exchange}, routing key ${routingKey}` : String(routingKey), envelope);
  });
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
