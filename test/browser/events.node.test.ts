/** @module A real Chromium: pages of another origin send through the snippet, by beacon and by fetch, and are closed. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type EventWorker, queued, redis, startEventWorker } from "../events/worker.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
if (!CHROMIUM) {
  const missing = "NO CHROMIUM ON THIS MACHINE (apt-get install chromium)";
  if (process.env.KOMBU_EDGE_REQUIRE_ALL === "1") throw new Error(`KOMBU_EDGE_REQUIRE_ALL=1, but ${missing}`);
  console.warn(`\n!!! ${missing}: WHAT BROWSERS SEND IS NOT TESTED !!!\n`);
}

const SNIPPET = fileURLToPath(new URL("../../src/browser/index.ts", import.meta.url));

describe.skipIf(!CHROMIUM)("in Chromium", () => {
  let browser: Browser;
  let worker: EventWorker;
  let pages: { own: string; foreign: string; servers: Server[] };
  let stream: string;

  beforeAll(async () => {
    const source = await readFile(SNIPPET, "utf8");
    const { code } = await transform(source, { loader: "ts", format: "esm", minify: true });
    const servers = await Promise.all([1, 2].map(() => servePage(code)));
    const [own, foreign] = servers.map(
      (server) => `http://localhost:${(server.address() as AddressInfo).port}`,
    );
    pages = { own: own!, foreign: foreign!, servers };
    worker = await startEventWorker(pages.own);
    stream = `${worker.url}/v1/events/clicks?write_key=pk_browser`;
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    await worker?.close();
    for (const server of pages?.servers ?? []) server.close();
  });

  beforeEach(async () => {
    await redis("DEL", "clicks");
  });

  async function open(url: string): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    await page.goto(url);
    await page.waitForFunction("'eventSender' in window");
    return page;
  }

  const ids = async () => (await queued("clicks")).map(({ id }) => id);

  test("the snippet: what is sent is told to be in the queue, and is", async () => {
    const page = await open(pages.own);
    const told = await page.evaluate(`(async () => {
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 20 });
      return await Promise.all([1, 2, 3].map((n) => sender.send({ id: "s" + n, type: "view" })));
    })()`);
    expect(told).toEqual(["published", "published", "published"]);
    expect(await ids()).toEqual(["s1", "s2", "s3"]);
    await page.context().close();
  });

  test("the snippet: what the stream refuses is told, what it takes is taken", async () => {
    const page = await open(pages.own);
    const told = await page.evaluate(`(async () => {
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 20 });
      const big = { id: "big", text: "x".repeat(70000) };
      const told = await Promise.allSettled([{ id: "r1" }, { id: "r2", ["__proto__"]: {} }, big].map(sender.send));
      return told.map(({ value, reason }) => value ?? reason.message);
    })()`);
    expect(told).toEqual(["published", "forbidden-key", "event-too-large"]);
    expect(await ids()).toEqual(["r1"]);
    await page.context().close();
  });

  test("the snippet: events that wait when the page is closed arrive, in order", async () => {
    const page = await open(pages.own);
    await page.evaluate(`(() => {
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 60000 });
      window.told = Array.from({ length: 40 }, (_, n) => sender.send({ id: "w" + n, text: "é".repeat(300) }));
    })()`);
    expect(await ids()).toEqual([]);
    await page.close({ runBeforeUnload: true });
    await vi.waitFor(async () => expect(await ids()).toHaveLength(40), { timeout: 10_000 });
    expect(await ids()).toEqual(Array.from({ length: 40 }, (_, n) => `w${n}`));
  });

  test("the snippet: navigating away is leaving too, and a batch on its way arrives once", async () => {
    const page = await open(pages.own);
    await page.evaluate(`(() => {
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 0, batch: 5 });
      for (let n = 0; n < 12; n++) sender.send({ id: "n" + n });
    })()`);
    await page.goto(pages.foreign);
    await vi.waitFor(async () => expect(new Set(await ids()).size).toBe(12), { timeout: 10_000 });
    expect(await ids()).toHaveLength(12);
    await page.context().close();
  });

  test("the snippet: more than the browser lets wait is handed back, not lost without a word", async () => {
    const page = await open(pages.own);
    const { unsent, beacons } = (await page.evaluate(`(async () => {
      let unsent = [];
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 300, onUnsent: (events) => (unsent = events) });
      const told = Array.from({ length: 30 }, (_, n) => sender.send({ id: "q" + n, text: "x".repeat(10000) }));
      dispatchEvent(new Event("pagehide"));
      const handedBack = unsent.map(({ id }) => id);
      const how = await Promise.all(told);
      return { unsent: handedBack, beacons: how.filter((one) => one === "beacon").length };
    })()`)) as { unsent: string[]; beacons: number };
    expect(beacons).toBeGreaterThanOrEqual(5);
    expect(beacons).toBeLessThanOrEqual(6);
    expect(unsent).toEqual(Array.from({ length: 30 - beacons }, (_, n) => `q${n + beacons}`));
    // The page stayed, so they were sent after all.
    await vi.waitFor(async () => expect(new Set(await ids()).size).toBe(30), { timeout: 10_000 });
    await page.context().close();
  });

  test("the snippet: is sent again while the stream cannot be reached, and arrives once", async () => {
    const page = await open(pages.own);
    let failures = 3;
    await page.route("**/v1/events/**", async (route) => {
      if (failures-- <= 0) return await route.continue();
      // The second time the stream has it, and only the answer is lost.
      if (failures === 1) await route.fetch();
      await route.abort("connectionreset");
    });
    const told = await page.evaluate(`(async () => {
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 0 });
      return await sender.send({ id: "again" });
    })()`);
    expect(told).toBe("published");
    expect(failures).toBe(-1);
    expect(await ids()).toEqual(["again"]);
    await page.context().close();
  });

  test("the snippet: gives up in the end, and says why", async () => {
    const page = await open(pages.own);
    await page.route("**/v1/events/**", (route) => route.abort("connectionreset"));
    const told = await page.evaluate(`(async () => {
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 0, attempts: 2 });
      return await sender.send({ id: "never" }).catch(({ message }) => message);
    })()`);
    expect(told).toBe("network");
    await page.context().close();
  });

  test("bare sendBeacon: as text, as a form, and as JSON with its preflight, though the page is closed", async () => {
    const page = await open(pages.own);
    const taken = await page.evaluate(`[
      navigator.sendBeacon(${JSON.stringify(stream)}, '{"id":"text"}'),
      navigator.sendBeacon(${JSON.stringify(stream)}, new URLSearchParams({ data: '[{"id":"form"}]' })),
      navigator.sendBeacon(${JSON.stringify(stream)}, new Blob(['{"id":"json"}'], { type: "application/json" })),
    ]`);
    expect(taken).toEqual([true, true, true]);
    // The preflight of the third needs the page for a moment, which is why beacons should be texts.
    await vi.waitFor(async () => expect(await ids()).toContain("json"), { timeout: 10_000 });
    await page.evaluate(`navigator.sendBeacon(${JSON.stringify(stream)}, '{"id":"last"}')`);
    await page.close();
    await vi.waitFor(async () => expect((await ids()).toSorted()).toEqual(["form", "json", "last", "text"]), {
      timeout: 10_000,
    });
  });

  test("fetch: with headers that need a preflight, and with none", async () => {
    const page = await open(pages.own);
    const told = await page.evaluate(`(async () => {
      const plain = await fetch(${JSON.stringify(stream)}, { method: "POST", body: '{"id":"plain"}' });
      const headers = { "content-type": "application/json", "idempotency-key": "k" };
      const asked = await fetch(${JSON.stringify(stream)}, { method: "POST", headers, body: '{"id":"asked"}' });
      const zipped = await new Response(
        new Blob(['{"id":"zipped"}']).stream().pipeThrough(new CompressionStream("gzip")),
      ).arrayBuffer();
      const small = await fetch(${JSON.stringify(`${stream}&compression=gzip`)}, { method: "POST", body: zipped });
      const bad = await fetch(${JSON.stringify(stream)}, { method: "POST", body: "{" });
      return [await plain.json(), await asked.json(), await small.json(), bad.status, (await bad.json()).type];
    })()`);
    const taken = { accepted: 1, duplicates: 0, rejected: [] };
    expect(told).toEqual([taken, taken, taken, 400, "urn:kombu-edge:problem:malformed-json"]);
    expect(await ids()).toEqual(["plain", "asked", "zipped"]);
    await page.context().close();
  });

  test("a page of a foreign origin gets nothing in, by fetch, by beacon, or through the snippet", async () => {
    const page = await open(pages.foreign);
    const told = await page.evaluate(`(async () => {
      const readable = await fetch(${JSON.stringify(stream)}, { method: "POST", body: '{"id":"f1"}' }).catch(({ name }) => name);
      const preflighted = await fetch(${JSON.stringify(stream)}, {
        method: "POST", headers: { "content-type": "application/json" }, body: '{"id":"f2"}',
      }).catch(({ name }) => name);
      navigator.sendBeacon(${JSON.stringify(stream)}, '{"id":"f3"}');
      await fetch(${JSON.stringify(stream)}, { method: "POST", mode: "no-cors", body: '{"id":"f4"}' });
      const sender = eventSender(${JSON.stringify(stream)}, { delay: 0, attempts: 1 });
      return [readable, preflighted, await sender.send({ id: "f5" }).catch(({ message }) => message)];
    })()`);
    expect(told).toEqual(["TypeError", "TypeError", "network"]);
    expect(await ids()).toEqual([]);
    await page.context().close();
  });
});

test("the snippet takes no more than 1 KB", async () => {
  const { code } = await transform(await readFile(SNIPPET, "utf8"), {
    loader: "ts",
    format: "esm",
    minify: true,
  });
  expect(gzipSync(code, { level: 9 }).byteLength).toBeLessThanOrEqual(1_024);
});

async function servePage(snippet: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === "/snippet.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(snippet);
    } else {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end(
          `<script type="module">import { eventSender } from "/snippet.js"; window.eventSender = eventSender;</script>`,
        );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
