/** @module Workers as workerd takes them: modules, minified. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { buildWorker } from "../build/worker.ts";
import { measureBundle } from "./bundle.ts";
import { temporaryFolder } from "./children.ts";

/** A Worker's modules by their names; the first is the one that starts. */
export interface Bundle {
  readonly modules: ReadonlyMap<string, string>;
  /** Of the modules that a fresh isolate loads before its first request. */
  readonly gzipBytes: number;
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
    format: "esm",
    target: "es2023",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    define: { ...constants },
    write: false,
  });
  const code = outputFiles[0]!.text;
  return { modules: new Map([["worker.js", code]]), gzipBytes: gzipSync(code, { level: 9 }).length };
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
  return { modules: await modulesIn(folder), gzipBytes: gzip };
}

async function modulesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".js"));
  const starting = "worker.js";
  const modules = new Map([[starting, await readFile(join(folder, starting), "utf8")]]);
  for (const path of paths) modules.set(path, await readFile(join(folder, path), "utf8"));
  return modules;
}

/** The source maps that esbuild wrote beside the modules of a deployment, by module. */
export async function gatewayWithMaps(): Promise<{ bundle: Bundle; maps: ReadonlyMap<string, string> }> {
  const folder = temporaryFolder();
  await buildWorker(folder);
  const modules = await modulesIn(folder);
  const maps = new Map<string, string>();
  for (const path of modules.keys()) maps.set(path, await readFile(join(folder, `${path}.map`), "utf8"));
  return { bundle: { modules, gzipBytes: 0 }, maps };
}
