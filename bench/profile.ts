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

/** A part of the source, or of what it runs on. */
export interface Share {
  readonly area: string;
  readonly microseconds: number;
}

/** Where the time of one message goes. */
export interface Profile {
  readonly id: string;
  readonly title: string;
  /** Microseconds of CPU time. */
  readonly perRequest: number;
  /** By folder, the largest first. */
  readonly areas: readonly Share[];
  /** Our own files, the largest first. */
  readonly files: readonly Share[];
  /** Of the isolate under load, once garbage was collected by the engine as it saw fit. */
  readonly heapMebibytes?: number;
}

/**
 * Microseconds of each source file, package or part of the runtime; idle time left out, the largest first.
 *
 * @param maps Source maps of minified modules, by the modules' names.
 */
export function selfTimes(
  { nodes, samples, timeDeltas }: CpuProfile,
  maps: ReadonlyMap<string, string> = new Map(),
): readonly Share[] {
  const byNode = new Map<number, number>();
  samples.forEach((node, index) => {
    // A sample stands for the time until the next one.
    byNode.set(node, (byNode.get(node) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0));
  });
  const sources = new Map([...maps].map(([name, text]) => [name, new SourceMap(JSON.parse(text))]));
  const shares = nodes.map(({ id, callFrame }) => ({
    area: callFrame.functionName === "(idle)" ? "" : areaOf(callFrame, sources),
    microseconds: byNode.get(id) ?? 0,
  }));
  return summed(shares).filter(({ area, microseconds }) => area !== "" && microseconds > 0);
}

/** What was profiled. */
export interface Profiled extends Pick<Profile, "id" | "title" | "heapMebibytes"> {
  readonly messages: number;
  /** That the process had; a profile's own clock goes on while others have the core. 0 where it cannot be known. */
  readonly cpuSeconds: number;
}

/** A profile of so many messages: its shares of the CPU time. */
export function profileOf(
  { messages, cpuSeconds, ...about }: Profiled,
  profile: CpuProfile,
  maps?: ReadonlyMap<string, string>,
): Profile {
  const times = selfTimes(profile, maps);
  const sampled = times.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const perRequest = (cpuSeconds > 0 ? cpuSeconds * 1e6 : sampled) / messages;
  const shares = times.map(({ area, microseconds }) => ({
    area,
    microseconds: (microseconds / sampled) * perRequest,
  }));
  return {
    ...about,
    perRequest,
    areas: summed(shares.map(({ area, microseconds }) => ({ area: folderOf(area), microseconds }))),
    files: shares.filter(({ area }) => area.startsWith("src/")),
  };
}

function summed(shares: readonly Share[]): readonly Share[] {
  const sums = new Map<string, number>();
  for (const { area, microseconds } of shares) sums.set(area, (sums.get(area) ?? 0) + microseconds);
  return [...sums]
    .map(([area, microseconds]) => ({ area, microseconds }))
    .sort((one, other) => other.microseconds - one.microseconds);
}

/** `src/redis` of `src/redis/client.ts`. */
function folderOf(area: string): string {
  return /^src\/[^/]+/.exec(area)?.[0] ?? area;
}

const NATIVE: ReadonlyMap<string, string> = new Map([
  ["(program)", "the runtime outside of JavaScript"],
  ["(garbage collector)", "garbage collection"],
]);

function areaOf(
  { functionName, url, lineNumber, columnNumber }: CpuProfile["nodes"][number]["callFrame"],
  sources: ReadonlyMap<string, SourceMap>,
): string {
  const native = NATIVE.get(functionName);
  if (native) return native;
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

/** `src/redis/client.ts`, or a package's name. */
function partOf(path: string): string {
  const inside = path.split("node_modules/").at(-1)!;
  if (inside !== path) return /^(@[^/]+\/)?[^/]+/.exec(inside)![0];
  return /(?:^|\/)(src\/.+)/.exec(path)?.[1] ?? "code outside of src";
}
