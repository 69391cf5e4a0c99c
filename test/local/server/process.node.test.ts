/** @module Starting, finding and never leaving behind a Redis server. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@redis/client";
import { afterAll, describe, expect, test } from "vitest";
import { startLocalRedis } from "../../../local/index.ts";
import { findServerBinary } from "../../../local/server/binary.ts";
import { startServerStore } from "../../../local/server/process.ts";

const folder = mkdtempSync(join(tmpdir(), "kombu-edge-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string, mode = 0o755): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, mode);
  return file;
}

describe("findServerBinary", () => {
  test("prefers redis-server, skips what cannot run, takes valkey-server otherwise", () => {
    expect(findServerBinary("")).toBeUndefined();
    expect(findServerBinary(`${folder}:/no/such/folder`)).toBeUndefined();
    const valkey = program("valkey-server", "");
    expect(findServerBinary(`:/no/such/folder:${folder}`)).toBe(valkey);
    const redis = program("redis-server", "", 0o644);
    expect(findServerBinary(folder)).toBe(valkey);
    chmodSync(redis, 0o755);
    expect(findServerBinary(folder)).toBe(redis);
  });
});

describe("a program that is no Redis", () => {
  test("is an error with its own words", async () => {
    const file = program("broken-server", "echo 'no such option --port' >&2; exit 3");
    await expect(startServerStore(file, [])).rejects.toThrow(
      `"${file}" did not start: it ended with exit code 3\nno such option --port`,
    );
  });

  test("is an error when it is not there at all", async () => {
    const file = join(folder, "absent");
    await expect(startServerStore(file, [])).rejects.toThrow(`"${file}" did not start: spawn ${file} ENOENT`);
  });
});

const binary = findServerBinary();
if (!binary) console.warn("!!! servers: SKIPPED, there is no redis-server or valkey-server on PATH !!!");
describe.skipIf(!binary && process.env.KOMBU_EDGE_REQUIRE_ALL !== "1")("a server of our own", () => {
  test("a wrong argument is an error with the server's own words", async () => {
    await expect(
      startLocalRedis({ store: "server", serverArguments: ["--no-such-option", "1"] }),
    ).rejects.toThrow(/did not start: it ended with exit code 1\n[\s\S]*no-such-option/);
  });

  test("takes more arguments, keeps nothing on disk, listens on 127.0.0.1 and is gone after close", async () => {
    const local = await startLocalRedis({ store: "server", serverArguments: ["--maxmemory", "64mb"] });
    const client = await createClient({ url: local.redisUrl!, RESP: 2 }).connect();
    client.on("error", () => {});
    const setting = async (name: string) => Object.values(await client.configGet(name))[0];
    expect(await setting("maxmemory")).toBe(String(64 * 1024 * 1024));
    expect(await setting("save")).toBe("");
    expect(await setting("appendonly")).toBe("no");
    expect(await setting("bind")).toBe("127.0.0.1");
    client.destroy();
    const pid = await processId(local.redisUrl!);
    await local.close();
    expect(isAlive(pid)).toBe(false);
    await expect(fetch(local.url)).rejects.toThrow();
  });

  test("two at once do not meet", async () => {
    const [one, two] = await Promise.all([
      startLocalRedis({ store: "server" }),
      startLocalRedis({ store: "server" }),
    ]);
    expect(one.redisUrl).not.toBe(two.redisUrl);
    expect(one.token).not.toBe(two.token);
    await Promise.all([one.close(), two.close()]);
  });

  test.each(["SIGKILL", "SIGTERM"] as const)("dies with a parent that ends by %s", async (signal) => {
    const entry = new URL("../../../local/index.ts", import.meta.url).href;
    const script = `import { startLocalRedis } from "${entry}";
      console.log((await startLocalRedis({ store: "server" })).redisUrl);`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout!, "data")) as [Buffer];
    const pid = await processId(line.toString().trim());
    expect(isAlive(pid)).toBe(true);
    parent.kill(signal);
    await once(parent, "exit");
    for (let attempt = 0; isAlive(pid) && attempt < 100; attempt++) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  });

  test("a Redis that goes away is a 503, and one that comes back is found again", async () => {
    const server = await startServerStore(binary!, []);
    const local = await startLocalRedis({ redisUrl: server.redisUrl });
    expect(local.store).toBe("url");
    expect(local.redisUrl).toBe(server.redisUrl);
    const post = async (path: string, body: unknown) => {
      const response = await fetch(local.url + path, {
        method: "POST",
        headers: { authorization: `Bearer ${local.token}` },
        body: JSON.stringify(body),
      });
      return [response.status, await response.json()];
    };
    expect(await post("/", ["PING"])).toEqual([200, { result: "PONG" }]);
    await Promise.all(Array.from({ length: 4 }, () => post("/multi-exec", [["PING"]])));
    await server.close();
    await sleep(20);
    const away = { error: expect.stringMatching(/^The local front cannot reach its Redis \(.+\)$/) };
    expect(await post("/", ["PING"])).toEqual([503, away]);
    expect(await post("/pipeline", [["PING"]])).toEqual([503, away]);
    expect(await post("/multi-exec", [["PING"]])).toEqual([503, away]);
    const child = spawn(binary!, [
      "--port",
      new URL(server.redisUrl).port,
      "--bind",
      "127.0.0.1",
      "--save",
      "",
    ]);
    await expect.poll(() => post("/", ["PING"]), { timeout: 5_000 }).toEqual([200, { result: "PONG" }]);
    // None of the connections kept from before is taken for one to the server that is there now.
    for (let attempt = 0; attempt < 4; attempt++) {
      expect(await post("/multi-exec", [["PING"]])).toEqual([200, [{ result: "PONG" }]]);
    }
    child.kill();
    await once(child, "exit");
    await local.close();
  });
});

async function processId(url: string): Promise<number> {
  const client = await createClient({ url }).connect();
  const id = Number(/process_id:(\d+)/.exec(await client.info("server"))![1]);
  client.destroy();
  return id;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
