/**
 * Builds the Worker as it is deployed: minified modules, split so that a fresh isolate starts with what it takes to publish,
 * and loads an area such as Celery's when a request first asks for it.
 *
 * Wrangler would put everything into one module; it runs this instead (`[build]` in `wrangler.toml`).
 * @module
 */
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

/** Where the modules go; `worker.js` is the one that starts. */
export const WORKER_DIRECTORY: string = fileURLToPath(new URL("../dist-worker/", import.meta.url));

/**
 * Builds the Worker.
 *
 * @param directory Where to; what an earlier build left there is removed.
 * @returns What went into which module.
 */
export async function buildWorker(directory: string = WORKER_DIRECTORY): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../src/worker.ts", import.meta.url))],
    outdir: directory,
    bundle: true,
    splitting: true,
    minify: true,
    sourcemap: true,
    metafile: true,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker"],
    external: ["node:*", "cloudflare:*"],
    chunkNames: "chunks/[name]-[hash]",
    logLevel: "warning",
  });
  // Not before the build: another that runs at the same time makes the same files.
  const made = new Set(Object.keys(metafile.outputs).map((path) => resolve(path)));
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !made.has(path)) await rm(path, { force: true });
  }
  return metafile;
}

if (import.meta.main) await buildWorker();
