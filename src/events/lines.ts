/**
 * Bytes into lines, holding one line at a time and no more of it than an event may have.
 * @module
 */

/** One line that is not blank: its bytes without white space before, or `undefined` when it is longer than allowed. */
export interface Line {
  /** From 1, blank lines counted. */
  readonly number: number;
  readonly bytes: Uint8Array | undefined;
}

const NEWLINE = 10;
const SPACE = 32;

/** Lines that are given out at once: a body may be nothing but line feeds and single characters. */
const PORTION = 500;

/**
 * Splits at line feeds, of which the last line needs none. Nothing is made of blank lines.
 *
 * @param maximum Bytes beyond which a line is skipped as it arrives.
 */
export async function* readLines(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  maximum: number,
): AsyncGenerator<readonly Line[], void, undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let number = 1;
  let lines: Line[] = [];
  const end = () => {
    if (size > 0) lines.push({ number, bytes: size > maximum ? undefined : join(parts, size) });
    parts = [];
    size = 0;
    number++;
  };
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const found = chunk.indexOf(NEWLINE, from);
      const to = found < 0 ? chunk.length : found;
      if (size === 0) while (from < to && chunk[from]! <= SPACE) from++;
      size += to - from;
      if (size > maximum) parts = [];
      else if (to > from) parts.push(chunk.subarray(from, to));
      if (found >= 0) end();
      from = to + 1;
      if (lines.length === PORTION) {
        yield lines;
        lines = [];
      }
    }
    if (lines.length > 0) yield lines;
    lines = [];
  }
  end();
  if (lines.length > 0) yield lines;
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
