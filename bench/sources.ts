/** @module Which part of the source a place in a bundled module is from. */
import { SourceMap } from "node:module";
import type { Position } from "./stacks.ts";

/** Source maps of minified modules, by the modules' names. */
export type Sources = ReadonlyMap<string, SourceMap>;

/** Reads their texts. */
export function readSourceMaps(maps: ReadonlyMap<string, string>): Sources {
  return new Map([...maps].map(([name, text]) => [name, new SourceMap(JSON.parse(text))]));
}

/** `src/redis/client.ts`, or a package's name. A module without a map stands for itself. */
export function sourceAt(sources: Sources, { module, line, column }: Position): string {
  for (const [name, source] of sources) {
    if (!module.endsWith(name)) continue;
    const entry = source.findEntry(line - 1, column - 1) as { originalSource?: string };
    if (entry.originalSource) return partOf(entry.originalSource);
  }
  return partOf(module);
}

/** `src/redis` of `src/redis/client.ts`. */
export function folderOf(source: string): string {
  return /^src\/[^/]+/.exec(source)?.[0] ?? source;
}

function partOf(path: string): string {
  const inside = path.split("node_modules/").at(-1)!;
  if (inside !== path) return /^(@[^/]+\/)?[^/]+/.exec(inside)![0];
  if (path.includes("bench/workers/")) return "the handler of the bench's Worker";
  return /(?:^|\/)(src\/.+)/.exec(path)?.[1] ?? "code outside of src";
}
