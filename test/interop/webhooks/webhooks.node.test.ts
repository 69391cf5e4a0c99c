/**
 * @module Webhooks end to end: signed by the senders' own libraries, through the Worker in workerd and a real Redis, to
 * tasks that ran on a real Celery worker, once.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { describeEachCelery } from "../celery/each.ts";
import type { CeleryVersion } from "../celery/python.ts";
import { SENDERS, type Sender, type Sent } from "./senders.ts";
import { type Run, useWorld } from "./world.ts";

await describeEachCelery("webhooks to", suite);

function suite(version: CeleryVersion): void {
  const world = useWorld(version, "webhooks");
  const { command } = world;

  async function post({ name }: Sender, { headers, body }: Sent): Promise<[number, string]> {
    const answer = await fetch(`${world.worker.url}/v1/webhooks/${name}`, { method: "POST", headers, body });
    return [answer.status, await answer.text()];
  }

  /** All runs for a delivery, once there is one and nothing is left to be done. */
  async function runs({ name }: Sender, id: string): Promise<Run[]> {
    const key = `ran:/webhooks/${name}:${id}`;
    for (const end = Date.now() + 15_000; (await command("LLEN", key)) === 0; await pause(50)) {
      if (Date.now() > end) throw new Error(`nothing ran:\n${world.celery.log().slice(-2_000)}`);
    }
    while ((await command("LLEN", "celery")) !== 0 || (await command("HLEN", "unacked")) !== 0)
      await pause(50);
    return await world.runsAt(key);
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
    expect(world.worker.fetched).toEqual([
      "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-sample.pem",
    ]);
  });
}
