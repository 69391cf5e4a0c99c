/** @module Where a profile's time goes: self time of its functions, summed by part of the source. */
import { SourceMap } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** As V8 writes it, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  /** Microseconds between the samples. */
  readonly timeDeltas: readonly number[];
}

/** Where the time of one message goes. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  /** Microseconds, idle time not counted. */
  readonly perRequest: number;
  /** The largest first. */
  readonly areas: readonly { readonly area: string; readonly microseconds: number }[];
  /** Of the isolate under load, once garbage was collected by the engine as it saw fit. */
  readonly heapMebibytes?: number;
}

/** Microseconds by area, idle time left out, the largest first. */
export function areasOf(
  { nodes, samples, timeDeltas }: CpuProfile,
  maps: ReadonlyMap<string, string> = new Map(),
): readonly { area: string; microseconds: number }[] {
  const byNode = new Map<number, number>();
  samples.forEach((node, index) => {
    // A sample stands for the time until the next one.
    byNode.set(node, (byNode.get(node) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0));
  });
  const sources = new Map([...maps].map(([name, text]) => [name, new SourceMap(JSON.parse(text))]));
  const areas = new Map<string, number>();
  for (const { id, callFrame } of nodes) {
    const time = byNode.get(id) ?? 0;
    if (time === 0 || callFrame.functionName === "(idle)") continue;
    const area = areaOf(callFrame, sources);
    areas.set(area, (areas.get(area) ?? 0) + time);
  }
  return [...areas]
    .map(([area, microseconds]) => ({ area, microseconds }))
    .sort((one, other) => other.microseconds - one.microseconds);
}

/** A profile of so many messages. */
export function profileOf(
  {
    id,
    title,
    messages,
    heapMebibytes,
  }: { id: string; title: string; messages: number; heapMebibytes?: number },
  profile: CpuProfile,
  maps?: ReadonlyMap<string, string>,
): Profile {
  const areas = areasOf(profile, maps).map(({ area, microseconds }) => ({
    area,
    microseconds: microseconds / messages,
  }));
  const perRequest = areas.reduce((sum, { microseconds }) => sum + microseconds, 0);
  return { id, title, perRequest, areas, ...(heapMebibytes === undefined ? {} : { heapMebibytes }) };
}

const NATIVE: Readonly<Record<string, string>> = {
  "(program)": "the runtime outside of JavaScript",
  "(garbage collector)": "garbage collection",
};

function areaOf(
  { functionName, url, lineNumber, columnNumber }: CpuProfile["nodes"][number]["callFrame"],
  sources: ReadonlyMap<string, SourceMap>,
): string {
  if (NATIVE[functionName]) return NATIVE[functionName];
  if (url === "") return `the runtime's ${functionName || "own functions"}`;
  if (url.startsWith("node:internal/deps/undici")) return "undici (Node's fetch)";
  if (url.startsWith("node:")) return "Node's own modules";
  for (const [name, source] of sources) {
    if (!url.endsWith(name)) continue;
    const entry = source.findEntry(lineNumber, columnNumber) as { originalSource?: string };
    if (entry.originalSource) return partOf(entry.originalSource);
  }
  return partOf(
    url.startsWith("file://") && url.includes("/src/") ? relative(ROOT, fileURLToPath(url)) : url,
  );
}

/** `src/redis`, `src/channel.ts`, or a package's name. */
function partOf(path: string): string {
  const inside = path.split("node_modules/").at(-1)!;
  if (inside !== path) return /^(@[^/]+\/)?[^/]+/.exec(inside)![0];
  const source = /(?:^|\/)(src\/[^/]+)/.exec(path)?.[1];
  return source ?? "the Worker's own code";
}
