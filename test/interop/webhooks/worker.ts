/** @module The tests' Worker in a workerd of its own, with AWS's host played by this process. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { fetch as forward, Miniflare, Response as MiniflareResponse } from "miniflare";
import { certificatePem } from "../../webhooks/certificate.ts";

export const SECRETS = {
  GITHUB: "It's a Secret to Everybody",
  STRIPE: "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
  SLACK: "8f742231b10e8888abcd99yyyzzz85a5",
  STANDARD: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  TWILIO: "12345",
} as const;

export interface WebhookWorker {
  readonly url: string;
  /** Addresses of AWS that the Worker fetched. */
  readonly fetched: readonly string[];
  close(): Promise<void>;
}

/** Starts it before a Redis. */
export async function startWebhookWorker(redis: { url: string; token: string }): Promise<WebhookWorker> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("./gateway.workerd.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["worker", "workerd"],
    external: ["node:*", "cloudflare:*"],
    write: false,
  });
  const variables = { ...SECRETS, UPSTASH_REDIS_REST_URL: redis.url, UPSTASH_REDIS_REST_TOKEN: redis.token };
  const fetched: string[] = [];
  const worker = new Miniflare({
    host: "127.0.0.1",
    workers: [
      {
        config: {
          name: "webhooks",
          compatibilityDate: "2026-10-01",
          manifest: {
            mainModule: "worker.js",
            modulesRoot: "/",
            modules: { "worker.js": { type: "esm", contents: bundle.outputFiles[0]!.text } },
          },
          env: Object.fromEntries(
            Object.entries(variables).map(([name, value]) => [name, { type: "text" as const, value }]),
          ),
        },
        dev: {
          outboundService: {
            type: "fetcher",
            handler: async (request) => {
              if (new URL(request.url).hostname === "127.0.0.1") return await forward(request);
              fetched.push(request.url);
              return new MiniflareResponse(certificatePem);
            },
          },
        },
      },
    ],
  });
  const url = (await worker.ready).origin;
  return { url, fetched, close: () => worker.dispose() };
}
