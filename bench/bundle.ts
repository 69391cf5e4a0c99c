/**
 * How large the default Worker is, gzipped, and which packages it consists of. `npm run bundle`.
 * @module
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Metafile } from "esbuild";
import { buildWorker, WORKER_DIRECTORY } from "../build/worker.ts";

/** Bytes, gzipped, of what a fresh isolate loads that may not be exceeded: 60 KiB. */
export const BUNDLE_LIMIT = 61_440;

/** The Worker's measures, in bytes. */
export interface BundleSize {
  /** The modules that start and publish, gzipped. */
  readonly gzip: number;
  /** All modules, gzipped: what is uploaded. */
  readonly upload: number;
  /** Minified bytes of the modules that start, by package or by folder of `src`; the largest first. */
  readonly parts: readonly (readonly [part: string, minified: number])[];
}

/** Builds the Worker as it is deployed, and measures it. */
export async function measureBundle(directory: string = WORKER_DIRECTORY): Promise<BundleSize> {
  const { outputs } = await buildWorker(directory);
  const modules = new Map(Object.entries(outputs).filter(([path]) => path.endsWith(".js")));
  const entry = [...modules].find(([, { entryPoint }]) => entryPoint?.endsWith("src/worker.ts"))![0];
  const starting = reached(modules, entry);
  const sizes = new Map<string, number>();
  for (const path of modules.keys()) {
    sizes.set(path, gzipSync(await readFile(resolve(path)), { level: 9 }).length);
  }
  const sum = (paths: Iterable<string>) => [...paths].reduce((total, path) => total + sizes.get(path)!, 0);
  return { gzip: sum(starting), upload: sum(modules.keys()), parts: partsOf(modules, starting) };
}

/** One line for people. */
export function bundleLine({ gzip, upload }: BundleSize): string {
  const kib = (bytes: number) => (bytes / 1024).toFixed(1);
  return `default Worker: ${kib(gzip)} KiB gzip of ${kib(BUNDLE_LIMIT)} allowed; with all that loads later ${kib(upload)} KiB`;
}

type Outputs = ReadonlyMap<string, Metafile["outputs"][string]>;

/** A module and those that it imports statically. */
function reached(modules: Outputs, entry: string): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const path of found) {
    for (const { path: imported, kind, external } of modules.get(path)!.imports) {
      if (kind === "import-statement" && !external) found.add(imported);
    }
  }
  return found;
}

function partsOf(modules: Outputs, paths: Iterable<string>): BundleSize["parts"] {
  const parts = new Map<string, number>();
  for (const path of paths) {
    for (const [input, { bytesInOutput }] of Object.entries(modules.get(path)!.inputs)) {
      const part = partOf(input);
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
    }
  }
  return [...parts].sort(([, one], [, other]) => other - one);
}

function partOf(path: string): string {
  const [, inside] = path.split("node_modules/");
  if (inside !== undefined) return /^(@[^/]+\/)?[^/]+/.exec(inside)![0];
  return path.split("/").slice(-3).slice(0, -1).join("/") || path;
}

if (import.meta.main) {
  const size = await measureBundle();
  console.log(bundleLine(size));
  for (const [part, bytes] of size.parts) console.log(`${String(bytes).padStart(8)}  ${part}`);
  if (size.gzip > BUNDLE_LIMIT) process.exitCode = 1;
}
