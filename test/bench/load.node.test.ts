/** @module A load on a real server: what it counts, and that nothing of it goes on after a failure. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { load } from "../../bench/load.ts";

async function serve(answer: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

test("every request that was sent is counted, those that are under way when the time is up too", async () => {
  let received = 0;
  const { url } = await serve((_request, response) => {
    received++;
    setTimeout(() => response.writeHead(202).end(), 20);
  });
  const { count, perSecond } = await load({ url, body: "{}" }, 8, 0.15);
  expect(count).toBe(received);
  expect(count).toBeGreaterThanOrEqual(8);
  expect(perSecond).toBeGreaterThan(0);
});

test("a connection that the server closes after its answer is opened again", async () => {
  let received = 0;
  const { url } = await serve((_request, response) => {
    received++;
    response.writeHead(202, { connection: "close" }).end("taken");
  });
  const { count } = await load({ url, body: "{}" }, 2, 0.1);
  expect(count).toBe(received);
  expect(count).toBeGreaterThan(2);
});

test("one answer that is not a 2xx ends all loops at once, not when the time is up", async () => {
  let received = 0;
  const { url, server } = await serve((_request, response) => {
    received++;
    response.writeHead(received === 50 ? 500 : 202).end("answered");
  });
  const start = performance.now();
  await expect(load({ url, body: "{}" }, 16, 20)).rejects.toThrow(`${url} answered 500`);
  expect(performance.now() - start).toBeLessThan(10_000);
  // What had been written by then is read.
  await sleep(100);
  const soonAfter = received;
  expect(await promisify(server.getConnections.bind(server))()).toBe(0);
  await sleep(200);
  expect(received).toBe(soonAfter);
});

test("a server that dies under it ends the load, though some of its requests were never answered", async () => {
  let received = 0;
  const { url, server } = await serve(() => {
    if (++received === 4) server.closeAllConnections();
  });
  await expect(load({ url, body: "{}" }, 4, 20)).rejects.toThrow("closed without an answer");
});
