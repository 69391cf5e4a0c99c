/** @module The built Worker in a workerd of its own, killed and started again on the same port. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildWorker } from "../../build/worker.ts";
import { freePort } from "../../local/server/port.ts";
import { type Child, startChild, untilReady } from "./children.ts";

const BINARY = fileURLToPath(new URL("../../node_modules/.bin/workerd", import.meta.url));
const CONFIG = fileURLToPath(new URL("config.ts", import.meta.url));

/** The Worker. */
export interface KillableWorker {
  readonly url: string;
  /** SIGKILL: requests under way are cut off, and everything the isolate remembered is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Builds it with the suite's configuration and starts it.
 *
 * @param edit Changes a built module's text, to see whether the suite notices. Default: leaves it as it is.
 */
export async function startWorker(
  variables: Readonly<Record<string, string>>,
  edit: (text: string) => string = (text) => text,
): Promise<KillableWorker> {
  const folder = mkdtempSync(join(tmpdir(), "kombu-edge-chaos-worker-"));
  await buildWorker(folder, { config: CONFIG });
  const modules = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".js"));
  for (const path of modules) {
    const file = join(folder, path);
    writeFileSync(file, edit(readFileSync(file, "utf8")));
  }
  const port = await freePort();
  writeFileSync(join(folder, "workerd.capnp"), configuration(port, modules, variables));
  const url = `http://127.0.0.1:${port}`;
  let child: Child;
  const start = async () => {
    child = startChild(BINARY, ["serve", join(folder, "workerd.capnp")]);
    await untilReady(child, async () => (await fetch(`${url}/healthz`)).ok);
  };
  await start();
  return {
    url,
    start,
    kill: async () => await child.kill(),
    async close() {
      await child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  port: number,
  modules: readonly string[],
  variables: Readonly<Record<string, string>>,
): string {
  const main = modules.indexOf("worker.js");
  const ordered = [modules[main]!, ...modules.filter((_path, index) => index !== main)];
  const embedded = ordered.map((path) => `(name = "${path}", esModule = embed "${path}")`);
  const texts = Object.entries(variables).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${embedded.join(", ")}],
  compatibilityDate = "2026-10-01",
  bindings = [${texts.join(", ")}],
);
`;
}
