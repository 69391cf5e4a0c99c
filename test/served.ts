/** @module The Worker as it is deployed, in a bare workerd: what it logs, and what it writes to Analytics Engine, is collected. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildWorker } from "../build/worker.ts";
import { freePort } from "../local/server/port.ts";

const WORKERD = fileURLToPath(new URL("../node_modules/.bin/workerd", import.meta.url));
const PATIENCE_MS = 10_000;

/** A line of the log; workerd writes warnings and errors to the standard error. */
export interface LogLine {
  readonly from: "stdout" | "stderr";
  readonly text: string;
}

/** A data point, as workerd's own binding hands it on. */
export interface DataPoint {
  readonly index: string;
  readonly blobs: readonly string[];
  readonly doubles: readonly number[];
}

/** A Worker that runs. */
export interface Served {
  readonly url: URL;
  readonly lines: readonly LogLine[];
  readonly points: readonly DataPoint[];
  /** Waits until something holds, for ten seconds at most. */
  until(holds: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Builds the Worker and starts it with these variables. `METRICS` is bound to Analytics Engine. */
export async function serveWorker(variables: Readonly<Record<string, string>>): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "kombu-edge-served-"));
  await buildWorker(join(folder, "worker"));
  const files = await readdir(join(folder, "worker"), { recursive: true });
  const modules = files
    .filter((path) => path.endsWith(".js"))
    .sort((path) => (path === "worker.js" ? -1 : 1));
  const points: DataPoint[] = [];
  const sink = await startSink(points);
  const port = await freePort();
  const { port: sinkPort } = sink.address() as AddressInfo;
  await writeFile(join(folder, "config.capnp"), configuration(port, sinkPort, modules, variables));
  // The binding is behind this flag where no Cloudflare is.
  const child = spawn(WORKERD, ["serve", "--experimental", join(folder, "config.capnp")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: LogLine[] = [];
  collect(child, "stdout", lines);
  collect(child, "stderr", lines);
  const url = new URL(`http://127.0.0.1:${port}`);
  const until = async (holds: () => boolean) => {
    const deadline = Date.now() + PATIENCE_MS;
    while (!holds() && Date.now() < deadline) await sleep(10);
  };
  let isUp = false;
  for (let attempt = 0; attempt < 100 && !isUp; attempt++) {
    isUp = await fetch(new URL("/healthz", url)).then(
      ({ ok }) => ok,
      () => false,
    );
    if (!isUp) await sleep(100);
  }
  return {
    url,
    lines,
    points,
    until,
    async stop() {
      child.kill();
      await once(child, "exit");
      sink.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function collect(child: ChildProcess, from: LogLine["from"], lines: LogLine[]): void {
  let rest = "";
  child[from]!.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    for (const part of parts) lines.push({ from, text: part });
  });
}

/** Texts come as lists of bytes. */
async function startSink(points: DataPoint[]): Promise<Server> {
  const text = (bytes: unknown) => Buffer.from((bytes ?? []) as number[]).toString();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const event = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
      const members = (name: string) =>
        Array.from({ length: 20 }, (_, index) => event[`${name}${index + 1}`]).filter(
          (value) => value !== undefined,
        );
      points.push({
        index: text(event.index1),
        blobs: members("blob").map(text),
        doubles: members("double").map(Number),
      });
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function configuration(
  port: number,
  sinkPort: number,
  modules: readonly string[],
  variables: Readonly<Record<string, string>>,
): string {
  const embedded = modules.map((name) => `(name = "${name}", esModule = embed "worker/${name}")`);
  const texts = Object.entries(variables).map(
    ([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "points", external = (address = "127.0.0.1:${sinkPort}", http = ())),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${embedded.join(",\n    ")}],
  compatibilityDate = "2026-10-01",
  bindings = [${[...texts, '(name = "METRICS", analyticsEngine = "points")'].join(", ")}],
);
`;
}
