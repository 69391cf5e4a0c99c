/** @module The Worker as it is deployed, with its own configuration: built, and run in a workerd of its own. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { inject } from "vitest";
import { buildWorker } from "../build/worker.ts";

export interface DeployedWorker {
  readonly url: URL;
  close(): Promise<void>;
}

/**
 * Starts it before the tests' Redis.
 *
 * @param variables Further bindings of kind text.
 */
export async function startDeployedWorker(
  variables: Readonly<Record<string, string>>,
): Promise<DeployedWorker> {
  const directory = await mkdtemp(join(tmpdir(), "kombu-edge-worker-"));
  await buildWorker(directory);
  const paths = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith(".js"));
  const modules = await Promise.all(
    paths.map(async (path) => [
      path,
      { type: "esm" as const, contents: await readFile(join(directory, path), "utf8") },
    ]),
  );
  const bindings = {
    UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
    UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
    ...variables,
  };
  const worker = new Miniflare({
    host: "127.0.0.1",
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
            Object.entries(bindings).map(([name, value]) => [name, { type: "text" as const, value }]),
          ),
        },
        dev: {},
      },
    ],
  });
  const url = await worker.ready;
  return {
    url,
    async close() {
      await worker.dispose();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
