/**
 * A record as a message of Cloudflare Queues: text as long as it fits, else compressed, else refused. Spec http-redis §5.5.
 * @module
 */
import type { SpoolMessage } from "../delivery/spool_options.ts";
import { UnavailableError } from "../errors.ts";
import { byAcceptance, parseRecord, type SpoolRecord } from "./record.ts";

/** Bytes of a message: 128 KB, a KB being 1000 bytes, less what the queue itself adds (about 100). */
export const MAXIMUM_MESSAGE = 127_000;

/** Before compressed JSON: the time and the sequence number as big-endian doubles, so that sorting needs no decompression. */
const HEADER = 16;

/** A message, and how many bytes it has. */
export interface MeasuredMessage extends SpoolMessage {
  readonly size: number;
}

/** What a message says of its place in the order, and the way to the rest. */
export interface Opened {
  readonly acceptedAt: number;
  readonly sequence: number;
  /** Rejects for what is not a record. */
  read(): Promise<SpoolRecord>;
}

/**
 * Writes a record.
 *
 * @throws {UnavailableError} When it does not fit even compressed: Redis is away, and the spool cannot take it.
 */
export async function toMessage(record: SpoolRecord): Promise<MeasuredMessage> {
  const text = JSON.stringify(record);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= MAXIMUM_MESSAGE) return { body: text, contentType: "text", size: bytes.length };
  const compressed = await through(bytes, new CompressionStream("gzip"));
  const size = HEADER + compressed.length;
  if (size > MAXIMUM_MESSAGE) {
    throw new UnavailableError(
      `it is too large for the spool: ${size} bytes when compressed, of at most ${MAXIMUM_MESSAGE}`,
    );
  }
  const body = new Uint8Array(size);
  const header = new DataView(body.buffer);
  header.setFloat64(0, record.acceptedAt);
  header.setFloat64(8, record.sequence);
  body.set(compressed, HEADER);
  return { body, contentType: "bytes", size };
}

/** Opens a message's body. Throws a `TypeError` or `SyntaxError` for what is not a record. */
export function openMessage(body: unknown): Opened {
  if (typeof body === "string") {
    const record = parseRecord(body);
    return { ...record, read: async () => record };
  }
  const bytes = body instanceof ArrayBuffer ? new Uint8Array(body) : body;
  if (!(bytes instanceof Uint8Array) || bytes.length <= HEADER) throw new TypeError("not a record");
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  return {
    acceptedAt: header.getFloat64(0),
    sequence: header.getFloat64(8),
    async read() {
      const text = await through(bytes.subarray(HEADER), new DecompressionStream("gzip"));
      return parseRecord(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text));
    },
  };
}

/** For sorting what {@link openMessage} gave. */
export const inOrder: typeof byAcceptance = byAcceptance;

async function through(
  bytes: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(await new Response(source.pipeThrough(stream)).arrayBuffer());
}
