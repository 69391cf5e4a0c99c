/**
 * Builds the Worker as it is deployed: minified modules, split so that a fresh isolate starts with what it takes to publish,
 * and loads an area such as Celery's when a request first asks for it.
 *
 * Wrangler would put everything into one module; it runs this instead (`[build]` in `wrangler.toml`).
 * @module
 */
import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Loader, type Metafile, type Plugin } from "esbuild";

/** Where the modules go; `worker.js` is the one that starts. */
export const WORKER_DIRECTORY: string = fileURLToPath(new URL("../dist-worker/", import.meta.url));

const ENTRY: string = fileURLToPath(new URL("../src/worker.ts", import.meta.url));

const OPTIONS = {
  entryPoints: [ENTRY],
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
  // What `startTogether` adds binds modules together and does nothing else.
  logOverride: { "ignored-bare-import": "silent" },
} as const satisfies BuildOptions;

/**
 * Builds the Worker.
 *
 * @param directory Where to; what an earlier build left there is removed.
 * @param options `config`: a module to take in place of `src/config.ts`, by its whole path.
 * @returns What went into which module.
 */
export async function buildWorker(
  directory: string = WORKER_DIRECTORY,
  { config }: { readonly config?: string | undefined } = {},
): Promise<Metafile> {
  const configured = config === undefined ? [] : [withConfig(config)];
  const { metafile: first } = await build({
    ...OPTIONS,
    outdir: directory,
    write: false,
    plugins: configured,
  });
  const later = Object.values(first.outputs).flatMap(({ entryPoint }) =>
    entryPoint ? [resolve(entryPoint)] : [],
  );
  const together = startTogether(new Set(later.filter((path) => path !== ENTRY)));
  const { metafile } = await build({ ...OPTIONS, outdir: directory, plugins: [...configured, together] });
  // Not before the build: another that runs at the same time makes the same files.
  const made = new Set(Object.keys(metafile.outputs).map((path) => resolve(path)));
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !made.has(path)) await rm(path, { force: true });
  }
  return metafile;
}

/** Another deployment's configuration. */
function withConfig(path: string): Plugin {
  return {
    name: "config",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/config\.ts$/ }, ({ importer }) =>
        importer === ENTRY ? { path } : undefined,
      );
    },
  };
}

/**
 * Keeps what a fresh isolate starts with in one module: esbuild makes one for every set of entry points that share
 * something, and a dozen small ones compress worse. So everything that is loaded later is said to need the start.
 */
function startTogether(later: ReadonlySet<string>): Plugin {
  return {
    name: "start-together",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^kombu-edge:start$/ }, () => ({ path: ENTRY }));
      onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
        if (!later.has(path)) return undefined;
        const contents = await readFile(path, "utf8");
        return {
          contents: `${contents}\nimport "kombu-edge:start";\n`,
          loader: path.endsWith("ts") ? "ts" : ("js" as Loader),
        };
      });
    },
  };
}

if (import.meta.main) await buildWorker();
