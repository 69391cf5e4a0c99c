/** @module The Worker as it is deployed: built, in a workerd of its own, asked over HTTP. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { buildWorker } from "../build/worker.ts";

/** A Worker that runs. */
export interface Deployed {
  /** Where it listens: 127.0.0.1, on a port that was free. */
  readonly url: URL;
  stop(): Promise<void>;
}

/**
 * Builds the Worker and starts it with these variables.
 *
 * @param heard Called with every line that the Worker or its runtime writes. Default: they go to the console.
 */
export async function deploy(
  variables: Readonly<Record<string, string>>,
  heard?: (line: string) => void,
): Promise<Deployed> {
  const directory = await mkdtemp(join(tmpdir(), "kombu-edge-worker-"));
  await buildWorker(directory);
  const paths = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith(".js"));
  const modules = await Promise.all(
    paths.map(async (path) => [
      path,
      { type: "esm" as const, contents: await readFile(join(directory, path), "utf8") },
    ]),
  );
  const worker = new Miniflare({
    host: "127.0.0.1",
    ...(heard && { handleStructuredLogs: ({ message }) => heard(message) }),
    workers: [
      {
        config: {
          name: "kombu-edge",
          compatibilityDate: "2026-10-01",
          manifest: {
            mainModule: "worker.js",
            modulesRoot: "/",
            modules: Object.fromEntries(modules),
          },
          env: Object.fromEntries(
            Object.entries(variables).map(([name, value]) => [name, { type: "text" as const, value }]),
          ),
        },
        dev: {},
      },
    ],
  });
  const url = await worker.ready;
  return {
    url,
    async stop() {
      await worker.dispose();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
