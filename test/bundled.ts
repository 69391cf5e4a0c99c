/** @module A Worker of the tests, bundled and run in a workerd of its own, asked over HTTP. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

/** What the Worker finds in its environment: texts, and bindings as Miniflare has them. */
export type Bindings = Readonly<
  Record<
    string,
    | string
    | { type: "rate-limit"; namespace: string; simple: { limit: number; period: 10 | 60 } }
    // One that the Worker consumes as well.
    | { type: "queue"; name: string }
  >
>;

export interface Bundled {
  /** Where it listens: 127.0.0.1, on a port that was free. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts it.
 *
 * @param entry Its main module.
 * @param edit Changes the bundle's text. Default: leaves it as it is.
 * @param heard Called with every line that the Worker or its runtime writes. Default: they go to the console.
 */
export async function startBundled(
  entry: URL,
  bindings: Bindings,
  edit: (text: string) => string = (text) => text,
  heard?: (line: string) => void,
): Promise<Bundled> {
  const bundle = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["worker", "workerd"],
    external: ["node:*", "cloudflare:*"],
    write: false,
  });
  const contents = edit(bundle.outputFiles[0]!.text);
  const worker = new Miniflare({
    host: "127.0.0.1",
    ...(heard && { handleStructuredLogs: ({ message }) => heard(message) }),
    workers: [
      {
        config: {
          name: "tests",
          compatibilityDate: "2026-10-01",
          manifest: {
            mainModule: "worker.js",
            modulesRoot: "/",
            modules: { "worker.js": { type: "esm", contents } },
          },
          env: Object.fromEntries(
            Object.entries(bindings).map(([name, value]) => [
              name,
              typeof value === "string" ? { type: "text" as const, value } : value,
            ]),
          ),
          triggers: Object.values(bindings).flatMap((value) =>
            typeof value !== "string" && value.type === "queue"
              ? [{ ...value, maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 100 }]
              : [],
          ),
        },
        dev: {},
      },
    ],
  });
  return { url: (await worker.ready).origin, stop: () => worker.dispose() };
}
