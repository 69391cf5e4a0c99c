/** @module Runs the Worker in workerd as `wrangler dev` does, with reload on change, and nothing asked or sent. */
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const READY_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 50;
const HOST = "127.0.0.1";

export interface RunningWorker {
  /** Where the Worker answers. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts the Worker of `wrangler.toml`, and waits until its `/healthz` answers.
 *
 * @param port HTTP port on 127.0.0.1.
 * @param variables Bindings of kind text; they win over `wrangler.toml` and `.dev.vars`.
 * @throws Error when the port is taken or the Worker does not become healthy.
 */
export async function startWorker(
  port: number,
  variables: Readonly<Record<string, string>>,
): Promise<RunningWorker> {
  await checkPort(port);
  // Neither usage statistics nor a look-up of where this machine is: it must start without a network.
  process.env.WRANGLER_SEND_METRICS = "false";
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const { unstable_startWorker } = await import("wrangler");
  const worker = await unstable_startWorker({
    config: new URL("../../wrangler.toml", import.meta.url).pathname,
    bindings: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { type: "plain_text", value }]),
    ),
    dev: {
      server: { hostname: HOST, port },
      inspector: false,
      persist: false,
      watch: true,
      logLevel: "warn",
    },
  });
  try {
    await waitUntilHealthy(`http://${HOST}:${port}/healthz`);
  } catch (error) {
    await worker.dispose();
    throw error;
  }
  return { url: `http://localhost:${port}`, close: () => worker.dispose() };
}

/** Finds out before anything starts: wrangler would take another port without a word. */
async function checkPort(port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EADDRINUSE" ? "is taken" : `cannot be used (${cause.code})`;
      reject(new Error(`Port ${port} ${reason}. Choose another: PORT=8788 npm start`, { cause }));
    });
    probe.listen(port, HOST, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

async function waitUntilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
      if (response.ok) return;
      last = `status ${response.status}`;
    } catch (error) {
      last = (error as Error).message;
    }
    await sleep(POLL_INTERVAL_MS);
  }
  throw new Error(
    `The Worker did not become healthy within ${READY_TIMEOUT_MS / 1000} s (/healthz: ${last})`,
  );
}
