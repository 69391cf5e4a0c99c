/** @module A measured turn against a Redis of its own: a 2xx is not trusted, the queue is looked at. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { turn, warm } from "../../bench/suites/turn.ts";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";

let redis: LocalRedis;
let database: { url: string; token: string; command(...command: string[]): Promise<unknown> };

beforeAll(async () => {
  redis = await startLocalRedis({ store: "embedded" });
  const { url, token } = redis;
  database = {
    url,
    token,
    command: async (...command) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(command) });
      return ((await response.json()) as { result: unknown }).result;
    },
  };
  return () => redis.close();
});

/** Answers 202 to each request, and puts a message into the queue for each but every `lost`th. */
async function receiver(lost: number) {
  let received = 0;
  const server = createServer(async (_request, response) => {
    if (++received % lost !== 0) await database.command("LPUSH", "events", "{}");
    response.writeHead(202).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { name: "a receiver", pid: process.pid, request: { url, body: "{}" }, queue: "events" };
}

test("a turn whose messages are all there has its figures", async () => {
  const { count, perSecond, residentBytes } = await turn(database, await receiver(Infinity), 0.3);
  expect(count).toBeGreaterThanOrEqual(16);
  expect(await database.command("LLEN", "events")).toBe(count);
  expect(perSecond).toBeGreaterThan(0);
  expect(residentBytes).toBeGreaterThan(0);
});

test("a server that says 202 and puts nothing anywhere is an error with both numbers, when it warms up too", async () => {
  const server = await receiver(10);
  const message = /^a receiver sent (\d+) messages, and events holds (\d+)$/;
  await expect(turn(database, server, 0.2)).rejects.toThrow(message);
  await expect(warm(database, server, 0.1)).rejects.toThrow(message);
});
