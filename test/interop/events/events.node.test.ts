/**
 * @module Events end to end: posted to the Worker in workerd, through a real Redis, to tasks that ran on a real Celery
 * worker, once.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { describeEachCelery } from "../celery/each.ts";
import type { CeleryVersion } from "../celery/python.ts";
import { useWorld } from "../webhooks/world.ts";

await describeEachCelery("events to", suite);

function suite(version: CeleryVersion): void {
  const world = useWorld(version, "events", ["-Q", "celery,clicks"]);
  const { command } = world;

  async function post(stream: string, body: string): Promise<unknown> {
    const url = `${world.worker.url}/v1/events/${stream}?write_key=pk_${stream}`;
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body,
    });
    return [answer.status, await answer.json()];
  }

  /** Waits until the workers have nothing left to do. */
  async function done(): Promise<void> {
    const left = async () =>
      await Promise.all([command("LLEN", "celery"), command("LLEN", "clicks"), command("HLEN", "unacked")]);
    for (const end = Date.now() + 20_000; (await left()).some((count) => count !== 0); await pause(50)) {
      if (Date.now() > end) throw new Error(`tasks are left:\n${world.celery.log().slice(-2_000)}`);
    }
  }

  /** All runs for an event. */
  const runs = (source: string, id: string) => world.runsAt(`ran:${source}:${id}`);

  test("a batch becomes tasks that ran once, by the routes of Celery; repeated, at once too, none runs again", async () => {
    const ids = Array.from({ length: 40 }, () => randomUUID());
    const lines = ids.map((id, n) => JSON.stringify({ id, type: "view", n, page: "/Zoë 🎉" }));
    const body = [...lines.slice(0, 20), '{"id":"broken",', ...lines.slice(20)].join("\n");
    const rejected = [{ index: 20, line: 21, code: "malformed-json", detail: expect.any(String) }];
    expect(await post("clicks", body)).toEqual([202, { accepted: 40, duplicates: 0, rejected }]);
    await done();
    const again = await Promise.all(Array.from({ length: 4 }, () => post("clicks", body)));
    expect(again).toEqual(new Array(4).fill([202, { accepted: 0, duplicates: 40, rejected }]));
    await done();
    const all = await Promise.all(ids.map((id) => runs("/events/clicks", id)));
    expect(all.map((each) => each.length)).toEqual(new Array(40).fill(1));
    expect(new Set(all.map(([run]) => run!.id)).size).toBe(40);
    expect(all[7]).toEqual([
      {
        task: "events.click",
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-000000000001$/),
        event: {
          specversion: "1.0",
          id: ids[7],
          source: "/events/clicks",
          type: "clicks.view",
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          datacontenttype: "application/json",
          data: { id: ids[7], type: "view", n: 7, page: "/Zoë 🎉" },
        },
        repr: `(<clicks.view ${ids[7]}>,)`,
      },
    ]);
    expect(world.celery.log()).not.toMatch(/Traceback|ERROR|CRITICAL/);
  });

  test("an event of which the guard was forgotten runs again as the same task", async () => {
    const id = randomUUID();
    const body = JSON.stringify({ id });
    await post("clicks", body);
    await done();
    const key = `_kombu-edge.guard.events.["clicks","/events/clicks","${id}"]`;
    expect(await command("DEL", key)).toBe(1);
    expect(await post("clicks", body)).toEqual([202, { accepted: 1, duplicates: 0, rejected: [] }]);
    await done();
    const [first, second, ...others] = await runs("/events/clicks", id);
    expect(others).toEqual([]);
    expect(second!.id).toBe(first!.id);
  });

  test("a raw stream's task has the data alone", async () => {
    const id = randomUUID();
    const body = `{"id":"${id}","source":"own","big":9007199254740993,"list":[null,1.5]}`;
    expect(await post("plain", body)).toEqual([202, { accepted: 1, duplicates: 0, rejected: [] }]);
    await done();
    const [run, ...others] = await runs("own", id);
    expect(others).toEqual([]);
    expect([run!.task, run!.repr]).toEqual(["events.plain", `(<plain.event ${id}>,)`]);
    const [text] = (await command("LRANGE", `ran:own:${id}`, "0", "-1")) as string[];
    expect(text).toContain(
      `"event": {"id": "${id}", "source": "own", "big": 9007199254740993, "list": [null, 1.5]}`,
    );
  });
}
