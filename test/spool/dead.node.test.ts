/** @module Dead letters: of every reason, listed, replayed, discarded. */

import * as v from "valibot";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { spool } from "../../src/http/routes/spool.ts";
import { redis, startWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => await world?.stop());
beforeEach(async () => {
  const ids = (await redis("ZRANGE", INDEX, "0", "-1")) as string[];
  if (ids.length > 0) await redis("DEL", INDEX, ...ids.map((id) => `${INDEX}.${id}`));
});

const INDEX = "_kombu-edge.spool.dead";
const QUEUE = "/v1/queues";

async function dead(count: number) {
  await vi.waitFor(async () => expect(await redis("ZCARD", INDEX)).toBe(count), {
    timeout: 20_000,
    interval: 50,
  });
  const { status, body } = await world.ask("GET", "/v1/spool");
  expect(status).toBe(200);
  v.parse(spool.schemas!.Spool!, body);
  return body;
}

/** A message to a queue that turns out to be something else: refused when it is drained. */
async function refused(queue: string, body: unknown, headers?: Record<string, string>) {
  await redis("SET", queue, "not a list");
  await world.fail("401");
  const answer = await world.ask("POST", `${QUEUE}/${queue}/messages`, body, headers);
  expect(answer.body.status).toBe("spooled");
  return answer.body.delivery_tag as string;
}

describe("reasons", () => {
  test("refused; nothing of the message or its key is shown; replayed when it is mended", async () => {
    const key = "an order number that is nobody's business";
    const tag = await refused("dead-refused", { card: "4111" }, { "idempotency-key": key });
    const body = await dead(1);
    expect(body).toEqual({
      enabled: true,
      count: 1,
      next: null,
      dead: [
        {
          id: expect.any(String),
          reason: "refused",
          exchange: "",
          routing_key: "dead-refused",
          delivery_tag: tag,
          queues: ["dead-refused"],
          accepted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          died_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          attempts: 1,
        },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(/4111|nobody/);
    const [{ id }] = body.dead;
    const failed = await world.ask("POST", "/v1/spool/replay", { ids: [id] });
    expect(failed).toMatchObject({ status: 207, body: { count: 1, results: [{ status: 502 }] } });
    await redis("DEL", "dead-refused");
    const replayed = await world.ask("POST", "/v1/spool/replay", { ids: [id, "unknown"] });
    expect(replayed).toMatchObject({
      status: 207,
      body: {
        count: 0,
        results: [{ id, status: "delivered", delivery_tag: tag, queues: ["dead-refused"] }, { status: 404 }],
      },
    });
    v.parse(spool.schemas!.Replayed!, replayed.body);
    expect(await redis("LLEN", "dead-refused")).toBe(1);
    expect(await redis("EXISTS", `${INDEX}.${id}`)).toBe(0);
  });

  test("unroutable: replayed once somebody is bound, all at once by asking for none by name", async () => {
    const path = "/v1/exchanges/dead-nobody/messages?routing_key=k&type=direct";
    await world.fail("401");
    const first = await world.ask("POST", path, { n: 1 });
    await dead(1);
    // An isolate that has just looked in vain does not look again within a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await world.fail("401");
    const second = await world.ask("POST", path, { n: 2 });
    expect([first, second].map((answer) => answer.body.status)).toEqual(["spooled", "spooled"]);
    const listed = await dead(2);
    expect(listed.dead).toMatchObject([
      { reason: "unroutable", exchange: "dead-nobody", routing_key: "k", queues: [] },
      { reason: "unroutable" },
    ]);
    expect((await world.ask("POST", "/v1/spool/replay")).body.results).toMatchObject([
      { status: 422 },
      { status: 422 },
    ]);
    await redis("SADD", "_kombu.binding.dead-nobody", "k\x06\x16\x06\x16dead-somebody");
    const { status, body } = await world.ask("POST", "/v1/spool/replay");
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { count: 0, results: [{ queues: ["dead-somebody"] }, { queues: ["dead-somebody"] }] },
    });
    expect(await redis("LLEN", "dead-somebody")).toBe(2);
  });
});

test("pages, discarding", async () => {
  for (const n of [1, 2, 3, 4, 5]) {
    await refused(`dead-page-${n}`, { n });
    await dead(n);
  }
  const page = async (from?: string) =>
    (await world.ask("GET", `/v1/spool?limit=2${from ? `&from=${encodeURIComponent(from)}` : ""}`)).body;
  const first = await page();
  const second = await page(first.next);
  const third = await page(second.next);
  const keys = [first, second, third].flatMap(({ dead }) =>
    dead.map((one: { routing_key: string }) => one.routing_key),
  );
  expect(keys).toEqual([1, 2, 3, 4, 5].map((n) => `dead-page-${n}`));
  expect([first.count, third.next]).toEqual([5, null]);
  const [{ id }] = first.dead;
  expect((await world.ask("DELETE", `/v1/spool/${id}`)).status).toBe(204);
  expect((await world.ask("DELETE", `/v1/spool/${id}`)).status).toBe(404);
  expect((await world.ask("GET", "/v1/spool")).body.count).toBe(4);
});

test("the routes refuse what is not theirs", async () => {
  expect((await world.ask("GET", "/v1/spool?from=x")).body).toMatchObject({ status: 400, field: "from" });
  expect((await world.ask("GET", "/v1/spool?limit=0")).body).toMatchObject({ status: 400, field: "limit" });
  expect((await world.ask("POST", "/v1/spool/replay", { ids: [] })).body).toMatchObject({ field: "ids" });
  expect((await world.ask("POST", "/v1/spool/replay", { id: 1 })).body).toMatchObject({ field: "id" });
  const none = await world.ask("POST", "/v1/spool/replay", { ids: ["x"] });
  expect(none).toMatchObject({ status: 207, body: { results: [{ status: 404 }] } });
});

test("a message that Redis refuses too often ends in the dead-letter queue, and from there with the others", async () => {
  const impatient = await startWorld({ maxBatchTimeout: 0, maxRetries: 0 });
  try {
    await impatient.fail("401", 2);
    const { body } = await impatient.ask("POST", `${QUEUE}/dead-exhausted/messages`, { n: 1 });
    expect(body.status).toBe("spooled");
    const listed = await dead(1);
    expect(listed.dead).toMatchObject([
      { reason: "exhausted", routing_key: "dead-exhausted", delivery_tag: body.delivery_tag, attempts: null },
    ]);
    expect((await world.ask("POST", "/v1/spool/replay")).status).toBe(202);
    expect(await redis("LLEN", "dead-exhausted")).toBe(1);
  } finally {
    await impatient.stop();
  }
});

test("without its binding there is no spool: 503, and when to come again", async () => {
  const unbound = await startWorld(null);
  try {
    await unbound.fail("reset-before");
    const { status, body, headers } = await unbound.ask("POST", `${QUEUE}/dead-unbound/messages`, { n: 1 });
    expect({ status, type: body.type }).toEqual({
      status: 503,
      type: "urn:kombu-edge:problem:outcome-unknown",
    });
    expect(headers.get("retry-after")).toBe("5");
    expect((await unbound.ask("GET", "/v1/spool")).body.enabled).toBe(false);
  } finally {
    await unbound.stop();
  }
});

test("a Redis that stays away: what waits comes again, and lands once", async () => {
  const before = await world.requests();
  await world.fail("reset-after", 2);
  const { body } = await world.ask("POST", `${QUEUE}/dead-patient/messages`, { n: 1 });
  expect(body.status).toBe("spooled");
  // The publish itself and the first drain were applied and not answered; the second drain comes five seconds later.
  await vi.waitFor(async () => expect(await world.requests()).toBe(before + 3), {
    timeout: 30_000,
    interval: 200,
  });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await redis("LLEN", "dead-patient")).toBe(1);
  expect(await world.requests()).toBe(before + 3);
}, 60_000);
