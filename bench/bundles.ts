/** @module Workers as workerd takes them: modules, minified. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { measureBundle } from "./bundle.ts";
import { temporaryFolder } from "./children.ts";

/** The module that starts, and exports the handlers. */
export const WORKER = "worker.js";

/** A Worker's modules by their names; the first is the one that starts. */
export interface Bundle {
  readonly modules: ReadonlyMap<string, string>;
  /** Of the modules that a fresh isolate loads before its first request. */
  readonly gzipBytes: number;
  /** Gzipped bytes of each module. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Source maps, by module. */
  readonly maps: ReadonlyMap<string, string>;
}

/**
 * Bundles a small Worker into one module, minified, as `wrangler deploy --minify` does.
 *
 * @param constants Source text that stands for names.
 */
export async function bundle(entry: URL, constants: Readonly<Record<string, string>> = {}): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    minify: true,
    sourcemap: "external",
    outfile: WORKER,
    format: "esm",
    target: "es2023",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    define: { ...constants },
    write: false,
  });
  const [map, code] = outputFiles.map(({ text }) => text) as [string, string];
  const modules = new Map([[WORKER, code]]);
  const sizes = gzipped(modules);
  return {
    modules,
    gzipBytes: sizes.get(WORKER)!,
    sizes,
    maps: new Map([[WORKER, map]]),
  };
}

let gateway: Promise<Bundle> | undefined;

/** The gateway with the configuration that is shipped, in the very modules that are deployed. Built once. */
export function gatewayBundle(): Promise<Bundle> {
  gateway ??= buildGateway();
  return gateway;
}

async function buildGateway(): Promise<Bundle> {
  const folder = temporaryFolder();
  const { gzip } = await measureBundle(folder);
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".js"));
  const modules = new Map([[WORKER, await readFile(join(folder, WORKER), "utf8")]]);
  const maps = new Map<string, string>();
  for (const path of paths) {
    modules.set(path, await readFile(join(folder, path), "utf8"));
    maps.set(path, await readFile(join(folder, `${path}.map`), "utf8"));
  }
  return { modules, gzipBytes: gzip, sizes: gzipped(modules), maps };
}

function gzipped(modules: Bundle["modules"]): Bundle["sizes"] {
  return new Map([...modules].map(([name, code]) => [name, gzipSync(code, { level: 9 }).length]));
}
