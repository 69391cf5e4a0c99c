/**
 * @module Webhooks end to end: signed by the senders' own libraries, through the Worker in workerd and a real Redis, to
 * tasks that ran on a real Celery worker, once.
 */
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../../local/index.ts";
import { describeEachCelery } from "../celery/each.ts";
import { type CeleryVersion, type PythonProcess, startWorker } from "../celery/python.ts";
import { SENDERS, type Sender, type Sent } from "./senders.ts";
import { startWebhookWorker, type WebhookWorker } from "./worker.ts";

/** What a task left behind. */
interface Run {
  readonly task: string;
  readonly id: string;
  readonly event: Record<string, unknown>;
  readonly repr: string;
}

const pause = async (milliseconds: number) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
};

await describeEachCelery("webhooks to", suite);

function suite(version: CeleryVersion): void {
  let redis: LocalRedis;
  let worker: WebhookWorker;
  let celery: PythonProcess;

  beforeAll(async () => {
    redis = await startLocalRedis({ store: "server" });
    const environment = {
      REDIS_URL: redis.redisUrl!,
      PYTHONPATH: fileURLToPath(new URL(".", import.meta.url)),
    };
    [worker, celery] = await Promise.all([
      startWebhookWorker(redis),
      startWorker(version, "webhooks", ["-P", "threads", "-c", "4", "-I", "receiver"], environment),
    ]);
  }, 60_000);

  afterAll(async () => {
    await celery?.stop();
    await worker?.close();
    await redis?.close();
  });

  async function command(...words: string[]): Promise<unknown> {
    const answer = await fetch(redis.url, {
      method: "POST",
      headers: { authorization: `Bearer ${redis.token}` },
      body: JSON.stringify(words),
    });
    return ((await answer.json()) as { result: unknown }).result;
  }

  async function post({ name }: Sender, { headers, body }: Sent): Promise<[number, string]> {
    const answer = await fetch(`${worker.url}/v1/webhooks/${name}`, { method: "POST", headers, body });
    return [answer.status, await answer.text()];
  }

  /** All runs for a delivery, once there is one and nothing is left to be done. */
  async function runs({ name }: Sender, id: string): Promise<Run[]> {
    const key = `ran:/webhooks/${name}:${id}`;
    for (const end = Date.now() + 15_000; (await command("LLEN", key)) === 0; await pause(50)) {
      if (Date.now() > end) throw new Error(`nothing ran:\n${celery.log().slice(-2_000)}`);
    }
    while ((await command("LLEN", "celery")) !== 0 || (await command("HLEN", "unacked")) !== 0)
      await pause(50);
    return ((await command("LRANGE", key, "0", "-1")) as string[]).map((text) => JSON.parse(text) as Run);
  }

  describe.each(SENDERS.map((sender) => [sender.name, sender] as const))("%s", (name, sender) => {
    test("a request becomes a task that ran, with the event as it was sent", async () => {
      const id = randomUUID();
      expect(await post(sender, await sender.make(id))).toEqual(sender.answer);
      const [run, ...others] = await runs(sender, id);
      expect(others).toEqual([]);
      expect(run!.event).toEqual(sender.event(id));
      expect(run!.task).toBe(`webhooks.${name}`);
      expect(run!.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-/);
      // What monitors and logs show of a task is not the payload.
      expect(run!.repr).toMatch(/^\(<[\w.]+ [0-9a-f-]{36}>,\)$/);
    });

    test("sent again it ran once, and the sender is told the same", async () => {
      const id = randomUUID();
      const sent = await sender.make(id);
      for (let time = 0; time < 3; time++) expect(await post(sender, sent)).toEqual(sender.answer);
      expect(await runs(sender, id)).toHaveLength(1);
    });

    test("sent sixteen times at the same moment it ran once", async () => {
      const id = randomUUID();
      const sent = await sender.make(id);
      const answers = await Promise.all(Array.from({ length: 16 }, () => post(sender, sent)));
      expect(answers).toEqual(new Array(16).fill(sender.answer));
      expect(await runs(sender, id)).toHaveLength(1);
    });

    test("altered it is refused, nothing runs, and the genuine one is not suppressed by it", async () => {
      const id = randomUUID();
      const { headers, body } = await sender.make(id);
      // Still JSON, or still a form, so that only the signature can tell.
      const altered = body.startsWith("{") ? body.replace(/42|[a-z](?="[,}])/, "!") : `${body}&Body=hello`;
      expect(altered).not.toBe(body);
      const [status, text] = await post(sender, { headers, body: altered });
      expect([status, text]).toEqual([expect.toSatisfy((code) => code === 401 || code === 403), ""]);
      expect(await post(sender, { headers, body })).toEqual(sender.answer);
      expect(await runs(sender, id)).toHaveLength(1);
    });
  });

  test("AWS was asked for its certificate once, and for nothing else", () => {
    expect(worker.fetched).toEqual([
      "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-sample.pem",
    ]);
  });
}
