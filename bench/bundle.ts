/**
 * How large the default Worker is, gzipped, and which packages it consists of. `npm run bundle`.
 * @module
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes of a gzipped bundle that may not be exceeded: 60 KiB. */
export const BUNDLE_LIMIT = 61_440;

/** A bundle's measures, in bytes. */
export interface BundleSize {
  readonly gzip: number;
  readonly minified: number;
  /** Minified bytes by package, or by folder of `src`; the largest first. */
  readonly parts: readonly (readonly [part: string, minified: number])[];
}

/** Bundles the Worker as `wrangler deploy` does, minified, and measures it. */
export async function measureBundle(entry = "../src/worker.ts"): Promise<BundleSize> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["worker", "workerd"],
    external: ["node:*", "cloudflare:*"],
    metafile: true,
    write: false,
    outdir: "unwritten",
  });
  const parts = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(Object.values(metafile.outputs)[0]!.inputs)) {
    const part = partOf(path);
    parts.set(part, (parts.get(part) ?? 0) + bytesInOutput);
  }
  const { contents } = outputFiles[0]!;
  return {
    gzip: gzipSync(contents, { level: 9 }).length,
    minified: contents.length,
    parts: [...parts].sort(([, one], [, other]) => other - one),
  };
}

/** One line for people. */
export function bundleLine({ gzip, minified }: BundleSize): string {
  const kib = (bytes: number) => (bytes / 1024).toFixed(1);
  return `default Worker: ${kib(gzip)} KiB gzip of ${kib(BUNDLE_LIMIT)} allowed (${kib(minified)} KiB minified)`;
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
