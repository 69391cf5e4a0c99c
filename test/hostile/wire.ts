/** @module HTTP to the byte: what no well-behaved client would send, over a socket of its own for each request. */
import { connect } from "node:net";

/** A request. Nothing is added to it but what is said here. */
export interface Sent {
  readonly method?: string;
  /** As it stands in the request line. */
  readonly target: string;
  /** In order, with repetitions; `host` and `content-length` are added unless they are here. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array;
  /** Pieces of a chunked body, in place of `body`; `null` at the end: the last chunk never comes. */
  readonly chunks?: readonly (string | Uint8Array | null)[];
  /** Says another length than the body has. */
  readonly length?: string;
  /** The answer is over when its length has come: the rest of the body never does. */
  readonly keepOpen?: boolean;
}

/** What came back. */
export interface Got {
  /** 0 when the connection was closed without an answer. */
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Everything that came, headers too. */
  readonly raw: string;
  readonly body: string;
  readonly milliseconds: number;
}

/** Sends a request and reads until the connection ends, or `patience` milliseconds are over. */
export async function send(url: URL, sent: Sent, patience = 5_000): Promise<Got> {
  const start = performance.now();
  const raw = await exchange(url, written(url, sent), patience, sent.keepOpen);
  const text = raw.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const [line = "", ...rows] = text.slice(0, Math.max(end, 0)).split("\r\n");
  const headers = new Map(
    rows.map((row) => {
      const colon = row.indexOf(":");
      return [row.slice(0, colon).toLowerCase(), row.slice(colon + 1).trim()] as const;
    }),
  );
  const rest = end < 0 ? Buffer.alloc(0) : raw.subarray(end + 4);
  const body = headers.get("transfer-encoding") === "chunked" ? unchunked(rest) : rest;
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0),
    headers,
    raw: raw.toString(),
    body: body.toString(),
    milliseconds: performance.now() - start,
  };
}

/** Sends a request and does not wait for its answer; returns what closes the connection. */
export function begin(url: URL, sent: Sent): () => void {
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => {});
  socket.write(Buffer.concat(written(url, sent)));
  return () => socket.destroy();
}

function written(url: URL, { method = "POST", target, headers = [], body, chunks, length }: Sent): Buffer[] {
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const bytes = body === undefined ? undefined : Buffer.from(body as string);
  const head = [`${method} ${target} HTTP/1.1`];
  if (!given.has("host")) head.push(`Host: ${url.host}`);
  if (!given.has("connection")) head.push("Connection: close");
  for (const [name, value] of headers) head.push(`${name}: ${value}`);
  if (chunks) head.push("Transfer-Encoding: chunked");
  else if (length !== undefined) head.push(`Content-Length: ${length}`);
  else if (bytes && !given.has("content-length") && !given.has("transfer-encoding"))
    head.push(`Content-Length: ${bytes.length}`);
  const parts = [Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1")];
  if (bytes) parts.push(bytes);
  for (const chunk of chunks ?? []) {
    if (chunk === null) return parts;
    const piece = Buffer.from(chunk as string);
    if (piece.length === 0) continue;
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  if (chunks) parts.push(Buffer.from("0\r\n\r\n"));
  return parts;
}

async function exchange(
  url: URL,
  parts: readonly Buffer[],
  patience: number,
  keepOpen = false,
): Promise<Buffer> {
  return await new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    const received: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(), patience);
    socket.on("data", (piece) => {
      received.push(piece);
      if (keepOpen && isWhole(Buffer.concat(received))) socket.destroy();
    });
    // A server that refuses early may reset while the client still writes: what came until then is the answer.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(received));
    });
    socket.write(Buffer.concat(parts));
  });
}

function isWhole(bytes: Buffer): boolean {
  const text = bytes.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)\r$/im.exec(text)?.[1];
  return end >= 0 && length !== undefined && bytes.length >= end + 4 + Number(length);
}

function unchunked(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, end), 16);
    if (end < 0 || !(size > 0)) break;
    pieces.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(pieces);
}
