/** @module Everything that publishes spools, and lands once: messages of every kind, batches, tasks, canvases, webhooks, events. */
import { createHmac } from "node:crypto";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { bodies, redis, startWorld, type World } from "./world.ts";

const GITHUB = "a secret of github's";
let world: World;
beforeAll(async () => {
  world = await startWorld({ maxBatchTimeout: 1 }, { GITHUB_WEBHOOK_SECRET: GITHUB });
});
afterAll(async () => await world?.stop());

/** Waits until a list is as long as it should be, and then whether it stays so. */
async function landed(list: string, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await redis("LLEN", list)).toBe(count), {
    timeout: 20_000,
    interval: 50,
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await redis("LLEN", list)).toBe(count);
}

async function bind(exchange: string, queue: string, routingKey: string): Promise<void> {
  const body = { queue, routing_key: routingKey, type: "topic" };
  expect((await world.ask("PUT", `/v1/exchanges/${exchange}/bindings`, body)).status).toBe(204);
}

/** What a deployment answers that found Redis away, and lost nothing. */
const SPOOLED = { status: "spooled", delivery_tag: expect.any(String) };

describe("one message", () => {
  test("with an idempotency key: asked for again, it is a duplicate, before and after the drain", async () => {
    const key = { "idempotency-key": crypto.randomUUID() };
    const path = "/v1/queues/spool-key/messages";
    await world.fail("reset-before", 2);
    const first = await world.ask("POST", path, { n: 1 }, key);
    expect(first.body).toEqual({ ...SPOOLED, queues: ["spool-key"] });
    await landed("spool-key", 1);
    const again = await world.ask("POST", path, { n: 1 }, key);
    expect(again).toMatchObject({ status: 200, body: { status: "duplicate" } });
    expect(again.body.delivery_tag).toBe(first.body.delivery_tag);
    expect(await redis("LLEN", "spool-key")).toBe(1);
  });

  test("to a topic exchange whose queues are known: to all of them", async () => {
    await bind("spool-topic", "spool-a", "order.*");
    await bind("spool-topic", "spool-b", "#");
    const path = "/v1/exchanges/spool-topic/messages?routing_key=order.paid&type=topic";
    expect((await world.ask("POST", path, { n: 0 })).body.status).toBe("delivered");
    await world.fail("reset-after");
    const { body } = await world.ask("POST", path, { n: 1 });
    expect(body).toEqual({ ...SPOOLED, queues: expect.arrayContaining(["spool-a", "spool-b"]) });
    await landed("spool-a", 2);
    await landed("spool-b", 2);
    expect(await bodies("spool-a")).toEqual([{ n: 0 }, { n: 1 }]);
  });

  test("to an exchange that this isolate does not know: Redis is asked when it is back", async () => {
    await redis("SADD", "_kombu.binding.spool-unknown", "k\x06\x16\x06\x16spool-u");
    await world.fail("quota");
    const path = "/v1/exchanges/spool-unknown/messages?routing_key=k&type=direct";
    expect((await world.ask("POST", path, { n: 1 })).body).toEqual({ ...SPOOLED, queues: [] });
    await landed("spool-u", 1);
  });

  test.skipIf(inject("redisTcpUrl") === "")(
    "to a fanout exchange: to who listens when it is back",
    async () => {
      const listener = createClient({ url: inject("redisTcpUrl") });
      await listener.connect();
      const heard: unknown[] = [];
      await listener.subscribe("/0.spool-fanout", (message) =>
        heard.push(JSON.parse(message).properties.delivery_tag),
      );
      await world.fail("reset-before");
      const { body } = await world.ask("POST", "/v1/exchanges/spool-fanout/messages?type=fanout", { n: 1 });
      expect(body).toEqual({ ...SPOOLED, queues: [] });
      await vi.waitFor(() => expect(heard).toEqual([body.delivery_tag]), { timeout: 10_000 });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(heard).toHaveLength(1);
      await listener.close();
    },
  );
});

test("a batch: in its order, more than one batch of the queue holds", async () => {
  const messages = Array.from({ length: 230 }, (_, n) => ({ routing_key: "spool-batch", body: { n } }));
  await world.fail("reset-after");
  const { status, body } = await world.ask("POST", "/v1/messages", messages);
  expect(status).toBe(202);
  expect(new Set(body.results.map((result: { status: string }) => result.status))).toEqual(
    new Set(["spooled"]),
  );
  await landed("spool-batch", 230);
  expect(await bodies("spool-batch")).toEqual(messages.map((message) => message.body));
});

test("a batch that Redis never got: in its order too", async () => {
  const messages = Array.from({ length: 150 }, (_, n) => ({ routing_key: "spool-batch-2", body: n }));
  await world.fail("reset-before");
  expect((await world.ask("POST", "/v1/messages", messages)).status).toBe(202);
  await landed("spool-batch-2", 150);
  expect(await bodies("spool-batch-2")).toEqual(messages.map((message) => message.body));
});

describe("tasks", () => {
  const options = (queue: string) => ({ queue });

  test("one", async () => {
    await world.fail("reset-before");
    const { status, body } = await world.ask("POST", "/v1/tasks/tasks.add", {
      args: [2, 3],
      ...options("spool-task"),
    });
    expect({ status, body }).toMatchObject({ status: 202, body: { status: "spooled", queue: "spool-task" } });
    await landed("spool-task", 1);
    const [message] = (await redis("LRANGE", "spool-task", "0", "-1")) as string[];
    expect(JSON.parse(message!).headers.id).toBe(body.task_id);
    // The queue was declared with it.
    expect(
      await redis("SISMEMBER", "_kombu.binding.spool-task", "spool-task\x06\x16\x06\x16spool-task"),
    ).toBe(1);
  });

  test("a chord: its tasks and its size together", async () => {
    await world.fail("reset-before");
    const task = (n: number) => ({ task: "tasks.add", args: [n, n], ...options("spool-chord") });
    const { status, body } = await world.ask("POST", "/v1/tasks", {
      chord: { header: [task(1), task(2), task(3)], body: { task: "tasks.sum", ...options("spool-chord") } },
    });
    expect({ status, body }).toMatchObject({ status: 202, body: { status: "spooled" } });
    await landed("spool-chord", 3);
    const [message] = (await redis("LRANGE", "spool-chord", "0", "-1")) as string[];
    const { group } = JSON.parse(message!).headers;
    const [, size] = (await redis("SCAN", "0", "MATCH", `*${group}.s`, "COUNT", "100000")) as [
      string,
      string[],
    ];
    expect(size).toHaveLength(1);
    expect(await redis("GET", size[0]!)).toBe("3");
  });

  test("a chord whose answer was lost: not twice", async () => {
    await world.fail("reset-after");
    const task = { task: "tasks.add", args: [1, 1], ...options("spool-chord-2") };
    const { body } = await world.ask("POST", "/v1/tasks", { chord: { header: [task, task], body: task } });
    expect(body.status).toBe("spooled");
    expect(await redis("LLEN", "spool-chord-2")).toBe(2);
    await landed("spool-chord-2", 2);
  });

  test("many, and by Flower's API", async () => {
    await world.fail("401");
    const tasks = [1, 2, 3].map((n) => ({ task: "tasks.add", args: [n, n], ...options("spool-tasks") }));
    const many = await world.ask("POST", "/v1/tasks", tasks);
    expect(many.status).toBe(202);
    expect(many.body.results.map((result: { status: string }) => result.status)).toEqual([
      "spooled",
      "spooled",
      "spooled",
    ]);
    await landed("spool-tasks", 3);
    await world.fail("reset-before");
    const flower = await world.ask("POST", "/api/task/send-task/tasks.add", {
      args: [1, 2],
      ...options("spool-flower"),
    });
    expect(flower).toMatchObject({ status: 200, body: { "task-id": expect.any(String) } });
    await landed("spool-flower", 1);
  });
});

test("a webhook: its sender gets its answer, and sending it again changes nothing", async () => {
  const payload = JSON.stringify({ action: "opened", issue: { number: 1 } });
  const delivery = crypto.randomUUID();
  const send = () =>
    world.ask("POST", "/v1/webhooks/github", payload, {
      "x-github-event": "issues",
      "x-github-delivery": delivery,
      "x-hub-signature-256": `sha256=${createHmac("sha256", GITHUB).update(payload).digest("hex")}`,
    });
  const before = (await redis("LLEN", "celery")) as number;
  await world.fail("reset-before", 2);
  expect((await send()).status).toBe(200);
  await landed("celery", before + 1);
  expect((await send()).status).toBe(200);
  expect(await redis("LLEN", "celery")).toBe(before + 1);
});

test("events: counted as accepted", async () => {
  const before = (await redis("LLEN", "clicks")) as number;
  await world.fail("half", 2);
  const events = [1, 2, 3].map((n) => ({ id: `${crypto.randomUUID()}`, type: "click", data: { n } }));
  const { status, body } = await world.ask("POST", "/v1/events/clicks", events);
  expect({ status, body }).toEqual({ status: 202, body: { accepted: 3, duplicates: 0, rejected: [] } });
  await landed("clicks", before + 3);
  expect((await world.ask("POST", "/v1/events/clicks", events)).body).toMatchObject({ duplicates: 3 });
});

describe("what is large", () => {
  test("and can be compressed is spooled", async () => {
    await world.fail("reset-before");
    const { status, body } = await world.ask("POST", "/v1/queues/spool-large/messages", {
      text: "kombu ".repeat(100_000),
    });
    expect({ status, body }).toMatchObject({ status: 202, body: { status: "spooled" } });
    await landed("spool-large", 1);
    expect(await bodies("spool-large")).toEqual([{ text: "kombu ".repeat(100_000) }]);
  });

  test("and cannot is refused whole", async () => {
    await world.fail("401");
    const random = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("hex");
    const bytes = Array.from({ length: 3 }, () => random + crypto.randomUUID());
    const noise = Array.from({ length: 4 }, () =>
      Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString("base64"),
    );
    const { status, body, headers } = await world.ask("POST", "/v1/queues/spool-huge/messages", {
      bytes,
      noise,
    });
    expect(status).toBe(503);
    expect(body.type).toBe("urn:kombu-edge:problem:unavailable");
    expect(body.detail).toMatch(/too large for the spool: \d+ bytes when compressed, of at most 127000$/);
    expect(headers.get("retry-after")).toBe("5");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await redis("LLEN", "spool-huge")).toBe(0);
  });
});

test("what is wrong is refused as ever", async () => {
  expect((await world.ask("POST", "/v1/messages", { routing_key: "q" })).status).toBe(400);
  const unroutable = await world.ask("POST", "/v1/exchanges/spool-nobody/messages?type=direct", {});
  expect(unroutable.status).toBe(422);
  await redis("SET", "spool-string", "x");
  expect((await world.ask("POST", "/v1/queues/spool-string/messages", {})).status).toBe(502);
});
