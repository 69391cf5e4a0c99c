/** @module The event tests' Worker, bundled and run in a workerd of its own before the tests' Redis. */
import { execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inject } from "vitest";
import { startBundled } from "../bundled.ts";

export const TOKEN = "events-token";

export interface EventWorker {
  readonly url: string;
  /** HTTP requests to Redis so far. */
  requests(): number;
  /** Bytes of memory that the operating system gave to workerd. */
  memory(): number;
  close(): Promise<void>;
}

/**
 * Starts it.
 *
 * @param pageOrigin The origin that the stream `clicks` names.
 */
export async function startEventWorker(pageOrigin: string): Promise<EventWorker> {
  const counter = await startCounter(inject("redisHttpUrl"));
  const before = workerds();
  const { url, stop } = await startBundled(
    new URL("./gateway.workerd.ts", import.meta.url),
    {
      UPSTASH_REDIS_REST_URL: counter.url,
      UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
      API_TOKEN: TOKEN,
    },
    (text) => text.replaceAll("https://PAGE_ORIGIN", pageOrigin),
  );
  const own = [...workerds()].filter((process) => !before.has(process));
  return {
    url,
    requests: () => counter.count(),
    memory: () =>
      own.reduce(
        (sum, pid) => sum + Number(execFileSync("ps", ["-o", "rss=", "-p", pid]).toString()) * 1024,
        0,
      ),
    async close() {
      await stop();
      await counter.close();
    },
  };
}

/** Sends one command to the tests' Redis. */
export async function redis(...command: string[]): Promise<unknown> {
  const answer = await fetch(inject("redisHttpUrl"), {
    method: "POST",
    headers: { authorization: `Bearer ${inject("redisHttpToken")}` },
    body: JSON.stringify(command),
  });
  return ((await answer.json()) as { result: unknown }).result;
}

/** The events of a queue, oldest first. */
export async function queued(queue: string): Promise<Record<string, unknown>[]> {
  const messages = (await redis("LRANGE", queue, "0", "-1")) as string[];
  return messages
    .reverse()
    .map((message) => JSON.parse(Buffer.from(JSON.parse(message).body, "base64").toString()));
}

async function startCounter(
  target: string,
): Promise<{ url: string; count(): number; close(): Promise<void> }> {
  let count = 0;
  const server: Server = createServer(async (request, response) => {
    count++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(target + request.url, {
      method: "POST",
      headers: { authorization: request.headers.authorization!, "content-type": "application/json" },
      body: Buffer.concat(chunks),
    });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Process ids of the workerds that this process started. */
function workerds(): Set<string> {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,comm="]).toString().trim().split("\n");
  const processes = rows.map((row) => row.trim().split(/\s+/));
  const mine = new Set([String(process.pid)]);
  for (let size = 0; size !== mine.size; ) {
    size = mine.size;
    for (const [pid, parent] of processes) if (mine.has(parent!)) mine.add(pid!);
  }
  return new Set(processes.flatMap(([pid, , name]) => (mine.has(pid!) && name === "workerd" ? [pid!] : [])));
}
