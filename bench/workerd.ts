/** @module A Worker's bundle in a workerd of its own. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../local/server/port.ts";
import { untilAnswered } from "./answers.ts";
import type { Bundle } from "./bundles.ts";
import { startChild, stopChild, temporaryFolder } from "./children.ts";
import type { LoadRequest } from "./load.ts";

const COMPATIBILITY_DATE = "2026-10-01";
const BINARY = fileURLToPath(new URL("../node_modules/.bin/workerd", import.meta.url));

/** A workerd that serves one. */
export interface RunningWorkerd {
  readonly url: string;
  readonly pid: number;
  /** Milliseconds from its start to its first answer. */
  readonly firstAnswer: number;
  close(): Promise<void>;
}

/** How it is served, when not plainly. */
export interface ServeOptions {
  /** The port on 127.0.0.1 of the inspector. Default: none. */
  readonly inspectorPort?: number;
  /** A second Worker that stands behind the Cache API. Default: none, and the Cache API throws. */
  readonly cache?: Bundle;
  /** Of V8. Default: none. */
  readonly v8Flags?: readonly string[];
}

/**
 * Serves a bundle on 127.0.0.1.
 *
 * @param bindings Text bindings.
 * @param probe A request whose answer says that it runs; its URL is a path.
 * @throws Error when that is not answered with a 2xx.
 */
export async function serve(
  worker: Pick<Bundle, "modules">,
  bindings: Readonly<Record<string, string>>,
  probe: LoadRequest,
  { inspectorPort, cache, v8Flags = [] }: ServeOptions = {},
): Promise<RunningWorkerd> {
  const folder = temporaryFolder();
  const port = await freePort();
  const workers = [
    service(
      "main",
      writeModules(folder, "main", worker),
      bindings,
      cache ? `cacheApiOutbound = "cache",` : "",
    ),
    ...(cache ? [service("cache", writeModules(folder, "cache", cache), {}, "")] : []),
  ];
  writeFileSync(join(folder, "config.capnp"), configuration(port, workers, v8Flags));
  const inspector = inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`];
  const start = performance.now();
  // The gateway's line for each request goes nowhere.
  const child = startChild(BINARY, ["serve", ...inspector, join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", inspectorPort === undefined ? "inherit" : "ignore"],
  });
  const close = async () => {
    await stopChild(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilAnswered(child, { ...probe, url: `${url}${probe.url}` });
    return { url, pid: child.pid!, firstAnswer: performance.now() - start, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function writeModules(folder: string, name: string, { modules }: Pick<Bundle, "modules">): string {
  const listed = [...modules].map(([path, code]) => {
    const file = join(folder, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
    return `(name = ${JSON.stringify(path)}, esModule = embed ${JSON.stringify(`${name}/${path}`)})`;
  });
  return listed.join(", ");
}

function service(
  name: string,
  modules: string,
  bindings: Readonly<Record<string, string>>,
  more: string,
): string {
  const texts = Object.entries(bindings).map(
    ([binding, value]) => `(name = ${JSON.stringify(binding)}, text = ${JSON.stringify(value)})`,
  );
  return `(name = "${name}", worker = (
      modules = [${modules}],
      compatibilityDate = "${COMPATIBILITY_DATE}",
      bindings = [${texts.join(", ")}], ${more}
    ))`;
}

function configuration(port: number, services: readonly string[], v8Flags: readonly string[]): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ${JSON.stringify(v8Flags)},
  services = [
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    ${services.join(",\n    ")},
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;
}
