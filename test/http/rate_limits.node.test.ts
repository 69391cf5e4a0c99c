/** @module Rate limits by workerd's own rate-limiting binding, which forgets at the turn of each period. */
import { createHmac } from "node:crypto";
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Bundled, startBundled } from "../bundled.ts";

const SECRET = "It's a Secret to Everybody";
const JUNK = "}{ junk";

let worker: Bundled;

beforeAll(async () => {
  worker = await startBundled(new URL("./rate_limits.workerd.ts", import.meta.url), {
    UPSTASH_REDIS_REST_URL: inject("redisHttpUrl"),
    UPSTASH_REDIS_REST_TOKEN: inject("redisHttpToken"),
    GITHUB_WEBHOOK_SECRET: SECRET,
    BY_ADDRESS: limit("1001", 3, 60),
    BY_KEY: limit("1002", 2, 60),
    FOR_TEN_SECONDS: limit("1003", 1, 10),
  });
});

afterAll(async () => {
  await worker?.stop();
});

function limit(namespace: string, count: number, period: 10 | 60) {
  return { type: "rate-limit" as const, namespace, simple: { limit: count, period } };
}

/** Waits until so many seconds of a period are left: its turn must not fall between two requests of a test. */
async function roomIn(period: number, seconds: number): Promise<void> {
  const left = period * 1000 - (Date.now() % (period * 1000));
  if (left < seconds * 1000) await pause(left + 50);
}

interface Told {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

async function post(path: string, address: string, body: string, headers: object = {}): Promise<Told> {
  const answer = await fetch(worker.url + path, {
    method: "POST",
    body,
    headers: { ...headers, "cf-connecting-ip": address },
  });
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), text: await answer.text() };
}

const event = (address: string, key: string, stream = "both") =>
  post(`/v1/events/${stream}?write_key=${key}`, address, '{"page":"/"}');

function hook(address: string, { secret = SECRET, source = "both" } = {}): Promise<Told> {
  const body = '{"ref":"refs/heads/main"}';
  return post(`/v1/webhooks/${source}`, address, body, {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": crypto.randomUUID(),
    "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  });
}

/** Begins a body and does not end it: the status that comes all the same, or `undefined` when none does for a second. */
async function unended(path: string, address: string): Promise<number | undefined> {
  const open = request(worker.url + path, {
    method: "POST",
    headers: { "cf-connecting-ip": address, "content-type": "application/json" },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    open.on("response", (answer) => resolve(answer.statusCode)).on("error", reject);
  });
  open.write('{"junk":');
  const first = await Promise.race([status, pause(1000)]);
  status.catch(() => {});
  open.destroy();
  return first as number | undefined;
}

async function length(queue: string): Promise<number> {
  const answer = await fetch(inject("redisHttpUrl"), {
    method: "POST",
    headers: { authorization: `Bearer ${inject("redisHttpToken")}` },
    body: JSON.stringify(["LLEN", queue]),
  });
  return ((await answer.json()) as { result: number }).result;
}

/** One after the other. */
async function times(count: number, send: () => Promise<Told>): Promise<Told[]> {
  const told = [];
  for (let turn = 0; turn < count; turn++) told.push(await send());
  return told;
}

const statuses = (told: readonly Told[]) => told.map(({ status }) => status);

describe("a stream", () => {
  test("limits junk from one address, and neither another address nor a real key pays for it", async () => {
    await roomIn(60, 15);
    const junk = await times(5, () => post("/v1/events/both", "203.0.113.1", JUNK));
    // The first three are parsed.
    expect(statuses(junk)).toEqual([400, 400, 400, 429, 429]);
    expect(junk[4]!.retryAfter).toBe("10");
    expect(JSON.parse(junk[4]!.text).type).toBe("urn:kombu-edge:problem:rate-limited");
    const guesses = await times(4, () => event("203.0.113.2", "pk_wrong_key"));
    expect(statuses(guesses)).toEqual([401, 401, 401, 429]);
    const sent = await times(2, () => event("203.0.113.3", "pk_first_key"));
    expect(statuses(sent)).toEqual([202, 202]);
  });

  test("limits a key once it is known, from however many addresses, and no other key", async () => {
    await roomIn(60, 15);
    const before = await length("limits-both");
    const addresses = ["203.0.113.11", "203.0.113.12", "203.0.113.13", "2001:db8::1"];
    const sent = [];
    for (const address of addresses) sent.push(await event(address, "pk_second_key"));
    expect(statuses(sent)).toEqual([202, 202, 429, 429]);
    expect(sent[3]!.retryAfter).toBe("10");
    expect((await event("203.0.113.11", "pk_third_key")).status).toBe(202);
    expect((await length("limits-both")) - before).toBe(3);
  });

  test("does not wait for the body of a limited address", async () => {
    await roomIn(60, 15);
    expect(await unended("/v1/events/both", "203.0.113.21")).toBeUndefined();
    await times(2, () => post("/v1/events/both", "203.0.113.21", JUNK));
    expect(await unended("/v1/events/both", "203.0.113.21")).toBe(429);
  });

  test("lets in again whoever waits for as long as it was told", async () => {
    await roomIn(10, 4);
    const sent = await times(2, () => event("203.0.113.31", "pk_first_key", "brief"));
    expect(statuses(sent)).toEqual([202, 429]);
    await pause(Number(sent[1]!.retryAfter) * 1000);
    expect((await event("203.0.113.31", "pk_first_key", "brief")).status).toBe(202);
  });
});

describe("a source", () => {
  test("limits forgeries from one address, then verified events, each by its own budget", async () => {
    await roomIn(60, 15);
    const forged = await times(4, () => hook("203.0.113.41", { secret: "wrong" }));
    expect(statuses(forged)).toEqual([401, 401, 401, 429]);
    expect([forged[3]!.retryAfter, forged[3]!.text]).toEqual(["10", ""]);
    const addresses = ["203.0.113.42", "203.0.113.43", "203.0.113.44"];
    const sent = [];
    for (const address of addresses) sent.push(await hook(address));
    expect(statuses(sent)).toEqual([200, 200, 429]);
    expect([sent[2]!.retryAfter, sent[2]!.text]).toEqual(["10", ""]);
    expect(await length("limits-hooks")).toBe(2);
    // Another source, and a stream of the same name, by the same bindings.
    expect((await hook("203.0.113.41", { source: "other" })).status).toBe(200);
    expect((await event("203.0.113.41", "pk_fourth_key")).status).toBe(202);
  });

  test("does not wait for the body of a limited address", async () => {
    await roomIn(60, 15);
    expect(await unended("/v1/webhooks/other", "203.0.113.51")).toBeUndefined();
    await times(2, () => hook("203.0.113.51", { secret: "wrong", source: "other" }));
    expect(await unended("/v1/webhooks/other", "203.0.113.51")).toBe(429);
  });
});
