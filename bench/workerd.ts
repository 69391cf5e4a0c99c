/** @module A Worker's bundle, as it is deployed, in a workerd of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { startChild, stopChild } from "./children.ts";
import { freePort, untilAnswered } from "./ports.ts";

const COMPATIBILITY_DATE = "2026-10-01";
const BINARY = fileURLToPath(new URL("../node_modules/.bin/workerd", import.meta.url));

/** A bundle. */
export interface Bundle {
  readonly code: string;
  readonly gzipBytes: number;
}

/** A workerd that serves one. */
export interface RunningWorkerd {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from its start to its first answer. */
  readonly firstAnswer: number;
  close(): Promise<void>;
}

/** Bundles a Worker, minified, as `wrangler deploy --minify` does. */
export async function bundle(entry: URL): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
    write: false,
  });
  const code = outputFiles[0]!.text;
  return { code, gzipBytes: gzipSync(code, { level: 9 }).length };
}

/**
 * Serves a bundle on 127.0.0.1.
 *
 * @param bindings Text bindings.
 * @param probe Path of a request whose answer says that it runs.
 */
export async function serve(
  { code }: Bundle,
  bindings: Readonly<Record<string, string>>,
  probe: { path: string; init?: RequestInit },
): Promise<RunningWorkerd> {
  const folder = mkdtempSync(join(tmpdir(), "kombu-edge-bench-"));
  const port = await freePort();
  writeFileSync(join(folder, "worker.js"), code);
  writeFileSync(join(folder, "config.capnp"), configuration(port, bindings));
  const start = performance.now();
  const child = startChild(BINARY, ["serve", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilAnswered(child, `${url}${probe.path}`, probe.init);
  const elapsed = performance.now() - start;
  return {
    url,
    pid: child.pid!,
    firstAnswer: elapsed,
    close: async () => {
      await stopChild(child);
      rmSync(folder, { recursive: true });
    },
  };
}

function configuration(port: number, bindings: Readonly<Record<string, string>>): string {
  const texts = Object.entries(bindings).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [${texts.join(", ")}],
);
`;
}
