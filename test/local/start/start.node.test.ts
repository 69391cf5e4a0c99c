/** @module `npm start` as a user runs it: a process, the printed request, Ctrl-C. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { findServerBinary } from "../../../local/server/binary.ts";
import { freePort } from "../../../local/server/port.ts";
import { printedRequest, type Started, start } from "./npm_start.ts";

const required = process.env.KOMBU_EDGE_REQUIRE_ALL === "1";
let child: ChildProcess | undefined;

function run(environment: Record<string, string>): Started {
  const started = start(environment);
  child = started.child;
  return started;
}

afterEach(() => {
  child?.kill("SIGKILL");
});

describe("npm start", () => {
  for (const store of ["server", "embedded"] as const) {
    const missing = store === "server" && findServerBinary() === undefined;
    if (missing) console.warn("!!! npm start: SKIPPED ON A SERVER, there is none on PATH !!!");
    test.skipIf(missing && !required)(
      `is ready, takes the printed request, and stops (${store})`,
      async () => {
        const port = await freePort();
        const started = run({
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
  const started = run({ PORT: String(port), KOMBU_EDGE_STORE: "embedded" });
  expect(await once(child!, "exit")).toEqual([1, null]);
  expect(started.output()).toBe(
    `\nnpm start failed: Port ${port} is taken. Choose another: PORT=8788 npm start\n`,
  );
  server.close();
});

test("a PORT that is none is an error", async () => {
  const started = run({ PORT: "many" });
  expect(await once(child!, "exit")).toEqual([1, null]);
  expect(started.output()).toBe("\nnpm start failed: PORT must be an integer from 1 to 65535\n");
});
