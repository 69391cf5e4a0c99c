/** @module The Worker as it is deployed: built, in a workerd of its own, asked over HTTP. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { buildWorker } from "../build/worker.ts";

const QUEUE = "kombu-edge-spool";
const DEAD_LETTERS = "kombu-edge-spool-dead";

/** A Worker that runs. */
export interface Deployed {
  /** Where it listens: 127.0.0.1, on a port that was free. */
  readonly url: URL;
  stop(): Promise<void>;
}

/** How often and how patiently the queue of the spool hands out its messages. */
export interface DeployedSpool {
  /** Times that a message is handed out again before it goes to the dead-letter queue. Default 100. */
  readonly maxRetries?: number;
  /** Seconds to wait for a batch to fill. Default 1. */
  readonly maxBatchTimeout?: number;
}

/** Further bindings of a deployment. */
export interface DeployOptions {
  /** Binds `SPOOL` to the queue `kombu-edge-spool`, and consumes it and its dead-letter queue, as `wrangler.toml` does. */
  readonly spool?: DeployedSpool | undefined;
  /** A module to take in place of `src/config.ts`, by its whole path. */
  readonly config?: string;
  /** Called with every line that the Worker or its runtime writes. Default: they go to the console. */
  readonly heard?: ((line: string) => void) | undefined;
}

/** Builds the Worker and starts it with these variables. */
export async function deploy(
  variables: Readonly<Record<string, string>>,
  { spool, config, heard }: DeployOptions = {},
): Promise<Deployed> {
  const directory = await mkdtemp(join(tmpdir(), "kombu-edge-worker-"));
  await buildWorker(directory, { config });
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
          env: {
            ...Object.fromEntries(
              Object.entries(variables).map(([name, value]) => [name, { type: "text" as const, value }]),
            ),
            ...(spool && { SPOOL: { type: "queue" as const, name: QUEUE } }),
          },
          triggers: spool ? consumers(spool) : [],
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

function consumers({ maxRetries = 100, maxBatchTimeout = 1 }: DeployedSpool) {
  const often = { type: "queue" as const, maxBatchSize: 100, maxBatchTimeout, maxRetries };
  return [
    { ...often, name: QUEUE, deadLetterQueue: DEAD_LETTERS, maxConcurrency: 1 },
    { ...often, name: DEAD_LETTERS, maxRetries: 100 },
  ];
}
