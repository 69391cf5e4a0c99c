/** @module `npm start` with its Redis stopped: accepted, and there when Redis is back. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { afterEach, expect, test, vi } from "vitest";
import { findServerBinary } from "../../../local/server/binary.ts";
import { freePort } from "../../../local/server/port.ts";
import { printedRequest, start } from "./npm_start.ts";

const binary = findServerBinary();
if (!binary)
  console.warn("!!! npm start's spool: SKIPPED, there is no redis-server or valkey-server on PATH !!!");
const running: ChildProcess[] = [];
let folder = "";

afterEach(async () => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

async function redisAt(port: number): Promise<ChildProcess> {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const server = spawn(binary!, options, { stdio: "ignore" });
  running.push(server);
  const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: 50 } });
  client.on("error", () => {});
  await client.connect();
  await client.ping();
  client.destroy();
  return server;
}

test.skipIf(!binary && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1")(
  "a message sent while Redis is stopped is spooled, and lands once it is back",
  async () => {
    folder = await mkdtemp(join(tmpdir(), "kombu-edge-start-"));
    const redisPort = await freePort();
    const server = await redisAt(redisPort);
    const started = start({
      PORT: String(await freePort()),
      API_TOKEN: "local-token",
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    });
    running.push(started.child);
    const output = await started.until("Ctrl-C stops everything.");
    expect(((await (await printedRequest(output)).json()) as { status: string }).status).toBe("delivered");
    server.kill("SIGTERM");
    await once(server, "exit");
    const answer = await printedRequest(output);
    const accepted = (await answer.json()) as { status: string; delivery_tag: string };
    expect({ status: answer.status, accepted }).toMatchObject({
      status: 202,
      accepted: { status: "spooled" },
    });
    await redisAt(redisPort);
    const client = createClient({ url: `redis://127.0.0.1:${redisPort}` });
    await client.connect();
    await vi.waitFor(async () => expect(await client.lLen("hello")).toBe(1), {
      timeout: 50_000,
      interval: 200,
    });
    const [message] = await client.lRange("hello", 0, -1);
    expect(JSON.parse(message!).properties.delivery_tag).toBe(accepted.delivery_tag);
    client.destroy();
    started.child.kill("SIGINT");
    expect(await once(started.child, "exit")).toEqual([0, null]);
  },
  90_000,
);
