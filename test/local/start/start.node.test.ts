/** @module `npm start` as a user runs it: a process, the printed request, Ctrl-C. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { findServerBinary } from "../../../local/server/binary.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const required = process.env.KOMBU_EDGE_REQUIRE_ALL === "1";
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill("SIGKILL");
});

interface Started {
  output(): string;
  /** Waits until the output holds the text, and returns all of it. */
  until(text: string): Promise<string>;
}

function start(environment: Record<string, string>): Started {
  const { REDIS_URL: _, API_TOKEN: __, ...inherited } = process.env;
  const started = spawn(process.execPath, ["local/start.ts"], {
    cwd: root,
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [started.stdout, started.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  return {
    output: () => output,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => output.includes(text) && resolve(output);
        listeners.add(look);
        started.once("exit", () => reject(new Error(`It ended before "${text}":\n${output}`)));
        look();
      }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Sends what the printed curl would send. */
function printedRequest(output: string): Promise<Response> {
  const [, url] = /curl -X POST (\S+)/.exec(output)!;
  const headers = [...output.matchAll(/-H "([^:"]+): ([^"]+)"/g)].map(([, name, value]) => [name!, value!]);
  const [, body] = /-d '([^']+)'/.exec(output)!;
  return fetch(url!, { method: "POST", headers: headers as [string, string][], body: body! });
}

const worker = existsSync(`${root}src/worker.ts`);
if (!worker) console.warn("!!! npm start: SKIPPED, there is no src/worker.ts yet !!!");
describe.skipIf(!worker && !required)("npm start", () => {
  for (const store of ["server", "embedded"] as const) {
    const missing = store === "server" && findServerBinary() === undefined;
    if (missing) console.warn("!!! npm start: SKIPPED ON A SERVER, there is none on PATH !!!");
    test.skipIf(missing && !required)(
      `is ready, takes the printed request, and stops (${store})`,
      async () => {
        const port = await freePort();
        const started = start({
          PORT: String(port),
          API_TOKEN: "local-token",
          KOMBU_EDGE_STORE: store === "embedded" ? "embedded" : "",
        });
        const output = await started.until("Ctrl-C stops everything.");
        expect(output).toContain(`kombu-edge is ready on http://localhost:${port}`);
        expect(output).toContain("Token    local-token");
        expect(output.includes("CANNOT attach")).toBe(store === "embedded");
        expect((await printedRequest(output)).status).toBe(202);
        await started.until('→ hello  application/json  {"hello":"world"}');
        child!.kill("SIGINT");
        expect(await once(child!, "exit")).toEqual([0, null]);
        await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
      },
    );
  }
});

test("a taken port is said, and nothing is left running", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const started = start({ PORT: String(port), KOMBU_EDGE_STORE: "embedded" });
  expect(await once(child!, "exit")).toEqual([1, null]);
  expect(started.output()).toBe(
    `\nnpm start failed: Port ${port} is taken. Choose another: PORT=8788 npm start\n`,
  );
  server.close();
});

test("a PORT that is none is an error", async () => {
  const started = start({ PORT: "many" });
  expect(await once(child!, "exit")).toEqual([1, null]);
  expect(started.output()).toBe("\nnpm start failed: PORT must be an integer from 1 to 65535\n");
});
