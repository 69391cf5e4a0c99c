/**
 * Builds the Worker as it is deployed: minified modules, split so that a fresh isolate starts with what it takes to publish,
 * and loads an area such as Celery's when a request first asks for it.
 *
 * Wrangler would put everything into one module; it runs this instead (`[build]` in `wrangler.toml`).
 * @module
 */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Metafile } from "esbuild";

/** Where the modules go; `worker.js` is the one that starts. */
export const WORKER_DIRECTORY: string = fileURLToPath(new URL("../dist/worker/", import.meta.url));

/**
 * Builds the Worker.
 *
 * @param directory Where to; emptied first.
 * @returns What went into which module.
 */
export async function buildWorker(directory: string = WORKER_DIRECTORY): Promise<Metafile> {
  await rm(directory, { recursive: true, force: true });
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
  return metafile;
}

if (import.meta.main) await buildWorker();
