/**
 * Bytes into lines, holding one line at a time and no more of it than an event may have.
 * @module
 */

/** One line: its bytes without the line break, or `undefined` when it is longer than allowed. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array | undefined;
}

const NEWLINE = 10;

/**
 * Splits at line feeds. The last line needs none; an empty one after the last line feed is no line.
 *
 * @param maximum Bytes beyond which a line is skipped as it arrives.
 * @returns Per chunk of bytes, the lines that end in it.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maximum: number,
): AsyncGenerator<readonly Line[], void, undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let number = 0;
  const add = (bytes: Uint8Array) => {
    size += bytes.byteLength;
    if (size > maximum) parts = [];
    else if (bytes.byteLength > 0) parts.push(bytes);
  };
  const take = (): Line => {
    const line = { number: ++number, bytes: size > maximum ? undefined : join(parts, size) };
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, to));
      lines.push(take());
      from = to + 1;
    }
    add(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (size > 0) yield [take()];
}

/** Puts parts together. */
export function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
