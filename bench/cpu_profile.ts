/** @module V8's own profile of a Node process: self time of its functions, summed by part of the source. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Share, summed } from "./profile.ts";
import { sourceAt } from "./sources.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** As V8 writes it, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  /** Microseconds between the samples. */
  readonly timeDeltas: readonly number[];
}

/** Microseconds of each source file, package or part of the runtime; idle time left out, the largest first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): readonly Share[] {
  const byNode = new Map<number, number>();
  samples.forEach((node, index) => {
    // A sample stands for the time until the next one.
    byNode.set(node, (byNode.get(node) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0));
  });
  const shares = nodes.map(({ id, callFrame }) => ({
    area: callFrame.functionName === "(idle)" ? "" : areaOf(callFrame),
    microseconds: byNode.get(id) ?? 0,
  }));
  return summed(shares).filter(({ area, microseconds }) => area !== "" && microseconds > 0);
}

const NATIVE: ReadonlyMap<string, string> = new Map([
  ["(program)", "the runtime outside of JavaScript"],
  ["(garbage collector)", "garbage collection"],
]);

function areaOf({ functionName, url }: CpuProfile["nodes"][number]["callFrame"]): string {
  const native = NATIVE.get(functionName);
  if (native) return native;
  if (url === "") return `the runtime's ${functionName || "own functions"}`;
  if (url.startsWith("node:internal/deps/undici")) return "undici (Node's fetch)";
  if (url.startsWith("node:")) return "Node's own modules";
  // Node runs the very sources.
  const module =
    url.startsWith("file://") && url.includes("/src/") ? relative(ROOT, fileURLToPath(url)) : url;
  return sourceAt(new Map(), { module, line: 1, column: 1 });
}
