/** @module 100 000 events in lines over several requests, and bodies made to hurt: memory stays where it is. */

import { request } from "node:http";
import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EventWorker, redis, startEventWorker, TOKEN } from "./worker.ts";

const MIB = 1_048_576;
const HEADERS = { authorization: `Bearer ${TOKEN}`, "content-type": "application/x-ndjson" };

let worker: EventWorker;

beforeAll(async () => {
  await redis("DEL", "bulk");
  worker = await startEventWorker("http://localhost");
});

afterAll(async () => {
  await worker?.close();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Sends a body as it comes, without its length. */
async function send(body: AsyncIterable<unknown>, headers: Record<string, string> = {}): Promise<Answer> {
  return await new Promise<Answer>((resolve, reject) => {
    const options = { method: "POST", headers: { ...HEADERS, ...headers } };
    const post = request(`${worker.url}/v1/events/bulk`, options, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode!, body: JSON.parse(Buffer.concat(chunks).toString()) });
    });
    post.on("error", reject);
    Readable.from(body)
      .on("error", () => {})
      .pipe(post);
  });
}

/** The answer to a body that is refused while it is sent: the connection may break before the answer is read, so once more then. */
async function refusal(body: () => AsyncIterable<unknown>, headers: Record<string, string>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await send(body(), headers)).status;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (attempt === 20 || (code !== "EPIPE" && code !== "ECONNRESET")) throw error;
    }
  }
}

async function* lines(from: number, to: number): AsyncGenerator<string> {
  for (let n = from; n < to; n += 100) {
    let text = "";
    for (let id = n; id < n + 100; id++) {
      text += `${JSON.stringify({ id: `bulk-${id}`, type: "view", page: `/product/${id}`, referrer: "https://search.example/" })}\n`;
    }
    yield text;
  }
}

test("100 000 events in 10 requests: all there, in order, in 100 requests to Redis, in flat memory", async () => {
  await send(lines(0, 10_000));
  await redis("DEL", "bulk");
  const after: number[] = [];
  const requests = worker.requests();
  for (let from = 100_000; from < 200_000; from += 10_000) {
    const answer = await send(lines(from, from + 10_000));
    expect(answer).toEqual({ status: 202, body: { accepted: 10_000, duplicates: 0, rejected: [] } });
    after.push(worker.memory());
  }
  // One for each 1 000 events: so many are in memory at once, and in one script of some milliseconds.
  expect(worker.requests() - requests).toBe(100);
  let expected = 100_000;
  for (let at = 99_999; at >= 0; at -= 10_000) {
    const messages = (await redis("LRANGE", "bulk", String(at - 9_999), String(at))) as string[];
    for (const message of messages.reverse()) {
      const event = JSON.parse(Buffer.from(JSON.parse(message).body, "base64").toString());
      if (event.id !== `bulk-${expected}`) expect(event.id).toBe(`bulk-${expected}`);
      expected++;
    }
  }
  expect(expected).toBe(200_000);
  expect(await redis("LLEN", "bulk")).toBe(100_000);
  const growth = Math.max(...after.slice(5)) - Math.max(...after.slice(0, 5));
  console.info(
    `memory of workerd after each 10 000 events, MiB: ${after.map((bytes) => Math.round(bytes / MIB))}`,
  );
  expect(growth / MIB).toBeLessThan(32);
}, 180_000);

test("the same events again: all are duplicates, none is published", async () => {
  const answer = await send(lines(100_000, 110_000));
  expect(answer.body).toMatchObject({ accepted: 0, duplicates: 10_000 });
  expect(await redis("LLEN", "bulk")).toBe(100_000);
});

test("compressed lines are read as they come", async () => {
  const gzip = createGzip();
  Readable.from(lines(300_000, 310_000)).pipe(gzip);
  const answer = await send(gzip, { "content-encoding": "gzip" });
  expect(answer).toEqual({ status: 202, body: { accepted: 10_000, duplicates: 0, rejected: [] } });
}, 60_000);

test("bodies made to hurt are refused, and memory stays bounded", async () => {
  const before = worker.memory();
  const bomb = gzipSync(Buffer.alloc(500 * MIB, 0x20), { level: 9 });
  expect(bomb.byteLength).toBeLessThan(MIB);
  async function* once(bytes: Buffer) {
    yield bytes;
  }
  async function* endless(piece: Buffer, times: number) {
    for (let n = 0; n < times; n++) yield piece;
  }
  const zipped = { "content-encoding": "gzip" };
  const plain = { "content-type": "text/plain" };
  const peaks: [string, number, number][] = [];
  for (const [name, body, headers, status] of [
    ["a bomb of lines", () => once(bomb), zipped, 413],
    ["a bomb of text", () => once(bomb), { ...zipped, ...plain }, 413],
    ["a line of 30 MB", () => endless(Buffer.alloc(MIB, 0x61), 30), {}, 400],
    ["a text of 30 MB", () => endless(Buffer.alloc(MIB, 0x61), 30), plain, 413],
    ["lines without end", () => endless(Buffer.alloc(MIB, "\n"), 100), {}, 413],
    ["ten thousand lines that are no JSON", () => once(Buffer.from("{\n".repeat(10_000))), {}, 400],
  ] as const) {
    const answers = await Promise.all([refusal(body, headers), refusal(body, headers)]);
    expect([name, ...answers]).toEqual([name, status, status]);
    peaks.push([name, status, Math.round((worker.memory() - before) / MIB)]);
  }
  console.info(`memory of workerd above the start after each, MiB: ${JSON.stringify(peaks)}`);
  for (const [name, , grown] of peaks) expect([name, grown < 128]).toEqual([name, true]);
  // And it still works.
  expect(await send(once(Buffer.from('{"id":"after"}')))).toMatchObject({ status: 202 });
}, 180_000);
