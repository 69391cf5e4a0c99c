/** @module Stacks as `perf script -F ip,sym` prints them: blocks between empty lines, the innermost frame first. */

/** A function that was being called, or had called. */
export interface Frame {
  /** Hexadecimal. */
  readonly address: string;
  /** As perf resolves it: a native function's name or what V8 writes of JavaScript, `JS:*'send worker.js:1:100`. */
  readonly symbol: string;
}

/** A function of JavaScript by where it stands in the module that runs; lines and columns from 1, as V8 writes them. */
export interface Position {
  readonly module: string;
  readonly line: number;
  readonly column: number;
}

/** The stacks of a text, one after another. */
export async function* readStacks(
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<readonly Frame[]> {
  let frames: Frame[] = [];
  for await (const line of lines) {
    const frame = /^\s*([0-9a-f]+) (.*)$/.exec(line);
    if (frame) {
      frames.push({ address: frame[1]!, symbol: frame[2]!.trim() });
    } else if (frames.length > 0) {
      yield frames;
      frames = [];
    }
  }
  if (frames.length > 0) yield frames;
}

/** Of a frame of JavaScript; `undefined` of any other. The signs before the name say how far V8 has optimised it, and a name may be missing. */
export function positionOf({ symbol }: Frame): Position | undefined {
  const found = /^JS:[~^+*']*(?:.* )?(\S+):(\d+):(\d+)$/.exec(symbol);
  return found ? { module: found[1]!, line: Number(found[2]), column: Number(found[3]) } : undefined;
}

/** Linux keeps the upper half of the addresses for itself, whether or not it lets its functions' names be seen. */
export function isKernel({ address }: Frame): boolean {
  return address.length === 16 && address.startsWith("f");
}
