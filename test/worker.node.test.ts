/** @module The Worker as it is deployed: bundled, in a workerd of its own, asked over HTTP. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Deployed, deploy } from "./deployed.ts";

let worker: Deployed;
let url: URL;

beforeAll(async () => {
  worker = await deploy({
    UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
    UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
    API_TOKEN: "secret",
  });
  url = worker.url;
});

afterAll(async () => {
  await worker?.stop();
});

async function redis(...command: string[]): Promise<unknown> {
  const answer = await fetch(inject("redisHttpUrl"), {
    method: "POST",
    headers: { authorization: `Bearer ${inject("redisHttpToken")}` },
    body: JSON.stringify(command),
  });
  return ((await answer.json()) as { result: unknown }).result;
}

test("publishes a body of 1 MB over HTTP, in chunks without a length", async () => {
  const text = JSON.stringify({ text: "é".repeat(500_000) });
  const body = new Blob([text]).stream();
  const answer = await fetch(new URL("/v1/queues/worker-large/messages", url), {
    method: "POST",
    headers: { authorization: "Bearer secret", "content-type": "application/json" },
    body,
    duplex: "half",
  } as RequestInit);
  expect(answer.status).toBe(202);
  const envelope = JSON.parse((await redis("RPOP", "worker-large")) as string);
  expect(Buffer.from(envelope.body, "base64").toString()).toBe(text);
});

async function sendTooMuch(): Promise<Response | undefined> {
  const piece = new Uint8Array(262_144);
  let pieces = 0;
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(piece);
      if (++pieces === 40) controller.close();
    },
  });
  try {
    return await fetch(new URL("/v1/queues/worker-endless/messages", url), {
      method: "POST",
      headers: { authorization: "Bearer secret" },
      body,
      duplex: "half",
    } as RequestInit);
  } catch (error) {
    const { code } = (error as Error).cause as { code?: string };
    if (code === "EPIPE" || code === "ECONNRESET" || code === "UND_ERR_SOCKET") return undefined;
    throw error;
  }
}

test("refuses more than its limit while it arrives", async () => {
  // A server that refuses early may close while the client still writes, and the answer is lost with the connection.
  let answer: Response | undefined;
  for (let attempt = 0; answer === undefined && attempt < 20; attempt++) answer = await sendTooMuch();
  expect(answer?.status).toBe(413);
  expect(await redis("EXISTS", "worker-endless")).toBe(0);
});

test("is closed, healthy, ready and described", async () => {
  const statuses = [];
  for (const path of ["/v1/queues", "/healthz", "/readyz", "/openapi.json", "/nothing"]) {
    const answer = await fetch(new URL(path, url));
    statuses.push([answer.status, answer.headers.get("content-type")]);
  }
  expect(statuses).toEqual([
    [401, "application/problem+json"],
    [200, "application/json"],
    [200, "application/json"],
    [200, "application/json"],
    [404, "application/problem+json"],
  ]);
});

test("answers many at once, warm, over one binding table", async () => {
  const ask = (method: string, path: string, body: string) =>
    fetch(new URL(path, url), {
      method,
      headers: { authorization: "Bearer secret", "content-type": "application/json" },
      body,
    });
  await ask("PUT", "/v1/exchanges/worker/bindings", '{"queue":"worker-q","routing_key":"#","type":"topic"}');
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      ask("POST", "/v1/exchanges/worker/messages?routing_key=a&type=topic", String(index)),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(new Array(30).fill(202));
  expect(await redis("LLEN", "worker-q")).toBe(30);
});
