/**
 * A body's bytes as they arrive: decompressed, counted, and never more of them in memory than asked for.
 * @module
 */
import { Rejection } from "./rejection.ts";

/** Content codings that are understood. */
export type Coding = "gzip" | "deflate";

/** Bytes asked for at once; without a size of their own the runtime's reads are 4 KiB. */
const READ_SIZE = 65_536;

/**
 * Compressed bytes that are inflated at once. Deflate makes at most 1032 of one, so this bounds what a bomb can occupy
 * before it is counted: the runtime inflates all that is written, whether or not anybody reads.
 */
const SLICE_SIZE = 4_096;

type Reader = ReadableStreamDefaultReader<Uint8Array> | ReadableStreamBYOBReader;

/**
 * Reads a body.
 *
 * @param maximum Bytes, after decompression, beyond which it is refused while it arrives.
 * @throws {Rejection} `content-too-large`; `incomplete-body` when the client went away; `malformed-body` for bytes that are
 * not of the coding.
 */
export async function* readBytes(
  body: ReadableStream<Uint8Array>,
  coding: Coding | undefined,
  maximum: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of coding ? inflate(body, coding) : read(body)) {
    size += chunk.byteLength;
    if (size > maximum) {
      throw new Rejection("content-too-large", `The body must not be larger than ${maximum} bytes.`);
    }
    yield chunk;
  }
}

async function* read(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = readerOf(body);
  let isOpen = true;
  try {
    for (;;) {
      const { done, value } = await next(reader).catch(() => {
        isOpen = false;
        throw new Rejection("incomplete-body", "The connection ended before the body did.");
      });
      isOpen = !done;
      if (done) return;
      yield value!;
    }
  } finally {
    // Not awaited: the client may never take note.
    if (isOpen) reader.cancel().catch(() => {});
  }
}

async function* inflate(
  body: ReadableStream<Uint8Array>,
  coding: Coding,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { readable, writable } = new DecompressionStream(coding);
  const writer = writable.getWriter();
  const reader = readerOf(readable as ReadableStream<Uint8Array>);
  const guarded = <Result>(step: Promise<Result>) =>
    step.catch(() => {
      throw new Rejection("malformed-body", `The body is not ${coding}, or breaks off.`);
    });
  let pending = next(reader);
  pending.catch(() => {});
  try {
    for await (const chunk of read(body)) {
      for (let at = 0; at < chunk.byteLength; at += SLICE_SIZE) {
        // A copy: a part of a larger buffer may be taken over as a whole.
        await guarded(writer.write(chunk.slice(at, at + SLICE_SIZE)));
        for (;;) {
          const result = await guarded(Promise.race([pending, idle()]));
          if (result === undefined) break;
          if (result.done) return;
          pending = next(reader);
          pending.catch(() => {});
          yield result.value!;
        }
      }
    }
    const closed = writer.close();
    closed.catch(() => {});
    for (;;) {
      const { done, value } = await guarded(pending);
      if (done) break;
      pending = next(reader);
      yield value!;
    }
    await guarded(closed);
  } finally {
    reader.cancel().catch(() => {});
    writer.abort().catch(() => {});
  }
}

/** Resolves when everything that could be read without further input has been. */
function idle(): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), 0));
}

/** Node's decompression does not take a buffer of the caller's. */
function readerOf(stream: ReadableStream<Uint8Array>): Reader {
  try {
    return stream.getReader({ mode: "byob" });
  } catch {
    return stream.getReader() as Reader;
  }
}

function next(reader: Reader): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> {
  return (reader as ReadableStreamBYOBReader).read(new Uint8Array(READ_SIZE));
}
