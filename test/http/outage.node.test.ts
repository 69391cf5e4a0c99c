/** @module What senders are told while Redis is away, and what comes back of itself: a real workerd before a real Redis. */
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../local/index.ts";
import { Channel } from "../../src/channel.ts";
import type { Command } from "../../src/redis/client.ts";
import { type Bundled, startBundled } from "../bundled.ts";
import { type CountingProxy, startCountingProxy } from "../delivery/counting_proxy.ts";
import { deploy } from "../deployed.ts";
import { startFaultProxy } from "../faults.ts";

const SECRET = "It's a Secret to Everybody";
const TOKEN = "all-of-it";

let local: LocalRedis;
let counting: CountingProxy;
let faults: Awaited<ReturnType<typeof startFaultProxy>>;
let worker: Bundled;

beforeAll(async () => {
  // A Redis of this file's own: it is emptied, and runs out of memory.
  local = await startLocalRedis({ store: inject("redisStore") });
  counting = await startCountingProxy(local.url);
  faults = await startFaultProxy(local.url);
  worker = await startBundled(new URL("./outage.workerd.ts", import.meta.url), {
    UPSTASH_REDIS_REST_URL: local.url,
    UPSTASH_REDIS_REST_TOKEN: local.token,
    GITHUB_WEBHOOK_SECRET: SECRET,
    API_TOKEN: TOKEN,
  });
});

afterAll(async () => {
  await worker?.stop();
  await faults?.close();
  await counting?.close();
  await local?.close();
});

/** A way to Redis that fails the first so many requests. */
function broken(fault: string, times: number) {
  const name = crypto.randomUUID();
  return {
    redis: `${faults.url}/${fault}/${times}/${name}`,
    requests: async () => Number(await (await fetch(`${faults.url}/count/${name}`)).text()),
  };
}

async function ask(
  method: string,
  path: string,
  redis: string,
  init: { body?: string; headers?: object } = {},
) {
  const begin = Date.now();
  const answer = await fetch(worker.url + path, {
    method,
    ...(init.body !== undefined && { body: init.body }),
    headers: { authorization: `Bearer ${TOKEN}`, "x-redis": redis, ...init.headers },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    retryAfter: answer.headers.get("retry-after"),
    body: text.startsWith("{") ? JSON.parse(text) : text,
    took: Date.now() - begin,
  };
}

const publish = (redis: string, path = "/v1/queues/outage/messages", headers: object = {}) =>
  ask("POST", path, redis, { body: "x", headers });

function hook(source: string, redis: string, id: string = crypto.randomUUID()) {
  const body = '{"ref":"refs/heads/main"}';
  return ask("POST", `/v1/webhooks/${source}`, redis, {
    body,
    headers: {
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": id,
      "x-hub-signature-256": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`,
    },
  });
}

async function run(...command: Command): Promise<unknown> {
  const [reply] = await new Channel(local).send([command]);
  if ("error" in reply!) throw reply.error;
  return reply!.result;
}

describe("the circuit", () => {
  test("opens over requests, answers at once, lets /readyz ask, and closes behind a probe's back", async () => {
    const { redis, requests } = broken("reset-before", 4);
    for (let count = 0; count < 3; count++) {
      const answer = await publish(redis);
      expect([answer.status, answer.body.type]).toEqual([503, "urn:kombu-edge:problem:outcome-unknown"]);
    }
    const open = await publish(redis);
    expect([open.status, open.retryAfter, open.body.type, open.body.retry_after]).toEqual([
      503,
      "1",
      "urn:kombu-edge:problem:unavailable",
      1,
    ]);
    const told = await hook("queue", redis);
    expect([told.status, told.retryAfter, told.body]).toEqual([503, "1", ""]);
    expect(await requests()).toBe(3);
    // It tells how Redis is now, not how it was.
    expect((await ask("GET", "/readyz", redis)).status).toBe(503);
    expect(await requests()).toBe(4);
    await pause(600);
    expect((await publish(redis)).status).toBe(503);
    await pause(200);
    expect(await requests()).toBe(5);
    expect((await publish(redis)).status).toBe(202);
  });

  test("is closed by a /readyz that finds Redis there", async () => {
    const { redis } = broken("reset-before", 3);
    for (let count = 0; count < 3; count++) await publish(redis);
    expect((await publish(redis)).body.type).toBe("urn:kombu-edge:problem:unavailable");
    await pause(1_050);
    expect((await ask("GET", "/readyz", redis)).status).toBe(200);
    expect((await publish(redis)).status).toBe(202);
  });

  test("is there in the Worker as it is deployed, whose modules load when they are needed", async () => {
    const { redis, requests } = broken("reset-before", 5);
    const deployed = await deploy({
      UPSTASH_REDIS_REST_URL: redis,
      UPSTASH_REDIS_REST_TOKEN: local.token,
      API_TOKEN: TOKEN,
    });
    try {
      const send = async () =>
        (
          await fetch(new URL("/v1/queues/outage/messages", deployed.url), {
            method: "POST",
            headers: { authorization: `Bearer ${TOKEN}` },
            body: "x",
          })
        ).status;
      for (let count = 0; count < 8; count++) expect(await send()).toBe(503);
      expect(await requests()).toBe(5);
      await pause(1_050);
      expect(await send()).toBe(503);
      await pause(200);
      expect(await send()).toBe(202);
    } finally {
      await deployed.stop();
    }
  });

  test("other databases are not affected", async () => {
    const { redis } = broken("reset-before", 4);
    for (let count = 0; count < 4; count++) await publish(redis);
    expect((await publish(broken("pass", 0).redis)).status).toBe(202);
  });
});

describe("a sender with a limit of seconds is answered within it", () => {
  const bind = async () =>
    void (await run("SADD", "_kombu.binding.routed", "k\x06\x16^k$\x06\x16outage-routed"));

  test("3 s: nothing is answered", async () => {
    const { redis, requests } = broken("stall", 9);
    const id = crypto.randomUUID();
    const { status, took } = await hook("queue", redis, id);
    expect(status).toBe(503);
    expect(took).toBeGreaterThan(2_000);
    expect(took).toBeLessThan(3_000);
    expect(await requests()).toBe(1);
    // What was applied in silence is not doubled by the sender's next attempt.
    expect((await hook("queue", local.url, id)).status).toBe(200);
    expect(await run("LLEN", "outage-hooks")).toBe(1);
  });

  test("3 s: the table is read first, and the push is not answered", async () => {
    await bind();
    const { redis, requests } = broken("stall-push", 9);
    const { status, took } = await hook("exchange", redis);
    expect(status).toBe(503);
    expect(took).toBeLessThan(3_000);
    expect(await requests()).toBe(2);
  });

  test("3 s: two slow requests are enough time for both", async () => {
    await bind();
    const { redis, requests } = broken("slow", 9);
    const { status, took } = await hook("exchange", redis);
    expect(status).toBe(200);
    expect(took).toBeGreaterThan(1_900);
    expect(took).toBeLessThan(3_000);
    expect(await requests()).toBe(2);
  });

  test("2 s: they are not", async () => {
    await bind();
    const { redis } = broken("slow", 9);
    const { status, took } = await hook("hasty", redis);
    expect(status).toBe(503);
    expect(took).toBeLessThan(2_000);
  });
});

describe("bindings that Redis lost", () => {
  const send = (exchange: string, more = "") =>
    publish(counting.url, `/v1/exchanges/${exchange}/messages?routing_key=a.b${more}`);
  const commands = () =>
    counting.taken().map((request) => request.commands.map(([name]) => name!.toUpperCase()));
  const HEALED = "#\x06\x16^.*?$\x06\x16outage-healed";

  test("are written again from the configuration, in the request that pushes", async () => {
    counting.taken();
    expect((await send("healed")).body.queues).toEqual(["outage-healed"]);
    expect(commands()).toEqual([["SADD", "LPUSH", "SMEMBERS"]]);
    await run("FLUSHALL");
    // Within the table's age it is not noticed; the message gets where it should all the same.
    expect((await send("healed")).body).toMatchObject({ status: "delivered", queues: ["outage-healed"] });
    expect(commands()).toEqual([["LPUSH"]]);
    await pause(350);
    expect((await send("healed")).body).toMatchObject({ status: "delivered", queues: ["outage-healed"] });
    expect(commands()).toEqual([["SADD", "LPUSH", "SMEMBERS"]]);
    expect(await run("SMEMBERS", "_kombu.binding.healed")).toEqual([HEALED]);
    await run("DEL", "_kombu.binding.healed");
    await pause(350);
    expect((await send("healed")).status).toBe(202);
    expect(commands()).toEqual([["SADD", "LPUSH", "SMEMBERS"]]);
    expect(await run("SMEMBERS", "_kombu.binding.healed")).toEqual([HEALED]);
    expect(await run("LLEN", "outage-healed")).toBe(3);
  });

  test("and that nobody configured make what follows unroutable, until somebody binds again", async () => {
    const bind = () => run("SADD", "_kombu.binding.lost", "#\x06\x16^.*?$\x06\x16outage-lost");
    await bind();
    counting.taken();
    expect((await send("lost")).status).toBe(202);
    await run("FLUSHALL");
    await pause(350);
    // By the old table, while the new one is read in the same request.
    expect((await send("lost")).body.queues).toEqual(["outage-lost"]);
    expect(commands()).toEqual([["SMEMBERS"], ["LPUSH"], ["LPUSH", "SMEMBERS"]]);
    const answer = await send("lost");
    expect([answer.status, answer.body.type]).toEqual([422, "urn:kombu-edge:problem:unroutable"]);
    expect(answer.body.detail).toContain("the exchange has no bindings");
    const optional = await send("lost", "&mandatory=false");
    expect(optional.body).toMatchObject({ status: "unroutable", warnings: ["the exchange has no bindings"] });
    await bind();
    expect((await send("lost")).body.queues).toEqual(["outage-lost"]);
  });
});

const tcp = inject("redisStore") === "server";

test.skipIf(!tcp)(
  `a Redis without memory: 429, whether guarded or not, and the circuit stays closed${tcp ? "" : " (SKIPPED: no Redis server)"}`,
  async () => {
    const admin = createClient({ url: local.redisUrl! });
    await admin.connect();
    try {
      await admin.configSet("maxmemory", "1");
      for (let count = 0; count < 4; count++) {
        for (const headers of [{}, { "idempotency-key": `oom-${count}` }]) {
          const answer = await publish(local.url, "/v1/queues/outage-oom/messages", headers);
          expect([answer.status, answer.retryAfter, answer.body.type]).toEqual([
            429,
            "30",
            "urn:kombu-edge:problem:back-pressure",
          ]);
        }
      }
      const told = await hook("queue", local.url);
      expect([told.status, told.retryAfter]).toEqual([429, "30"]);
    } finally {
      await admin.configSet("maxmemory", "0");
      await admin.close();
    }
    expect(
      (await publish(local.url, "/v1/queues/outage-oom/messages", { "idempotency-key": "oom-0" })).status,
    ).toBe(202);
    expect(await run("LLEN", "outage-oom")).toBe(1);
  },
);
