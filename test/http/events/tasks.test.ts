/** @module Events of a stream whose target is a Celery task. */
import { describe, expect, inject, it } from "vitest";
import { gateway } from "../../../src/http/gateway.ts";
import { environment, expectProblem, fresh, landed, redis, requestsDuring } from "../client.ts";
import { NDJSON, stream, WRITE_KEY } from "./stream.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A stream whose events are tasks in the default queue of Celery. */
function taskStream(...[options, config]: Parameters<typeof stream>) {
  const made = stream({ to: { task: "events.click" }, ...options }, config);
  const tasks = async (queue = "celery") =>
    (await landed(`${made.prefix}${queue}`)).map(({ envelope, body }) => ({
      ...envelope,
      id: envelope.headers.id as string,
      argument: JSON.parse(body)[0][0],
      body,
    }));
  return { ...made, tasks };
}

describe("an event as a task", () => {
  it("is a message of Celery's protocol 2 with the event as its one argument", async () => {
    const { send, tasks } = taskStream();
    const answer = await send({
      body: '{"id":"e1","type":"view","time":"2026-11-24T10:00:00Z","page":"/Zoë"}',
    });
    expect([answer.status, answer.body]).toEqual([202, { accepted: 1, duplicates: 0, rejected: [] }]);
    const [task, ...others] = await tasks();
    expect(others).toEqual([]);
    expect(JSON.parse(task!.body)).toEqual([
      [
        {
          specversion: "1.0",
          id: "e1",
          source: "/events/clicks",
          type: "clicks.view",
          time: "2026-11-24T10:00:00.000Z",
          datacontenttype: "application/json",
          data: { id: "e1", type: "view", time: "2026-11-24T10:00:00Z", page: "/Zoë" },
        },
      ],
      {},
      { callbacks: null, errbacks: null, chain: null, chord: null },
    ]);
    expect(task!.headers).toMatchObject({
      lang: "js",
      task: "events.click",
      id: expect.stringMatching(UUID),
      root_id: task!.id,
      parent_id: null,
      retries: 0,
      // What monitors and logs show of a task is not the payload.
      argsrepr: "(<clicks.view e1>,)",
      kwargsrepr: "{}",
    });
    expect([task!["content-type"], task!["content-encoding"]]).toEqual(["application/json", "utf-8"]);
    expect(task!.properties).toMatchObject({
      correlation_id: task!.id,
      delivery_info: { exchange: "", routing_key: "celery" },
    });
  });

  it("is the data alone in a raw stream, with numbers as they were sent", async () => {
    const { send, tasks } = taskStream({ format: "raw" });
    await send({ body: '{"id":"e1","big":12345678901234567890,"float":1.0}' });
    expect((await tasks())[0]!.body).toBe(
      '[[{"id":"e1","big":12345678901234567890,"float":1.0}],{},{"callbacks":null,"errbacks":null,"chain":null,"chord":null}]',
    );
  });

  it("is text where a raw stream's bytes are UTF-8, else bytes", async () => {
    const { send, tasks } = taskStream({ format: "raw" });
    const event = { specversion: "1.0", source: "/s", type: "t", datacontenttype: "image/png" };
    const body = JSON.stringify([
      { ...event, id: "1", data_base64: btoa("hello") },
      { ...event, id: "2", data_base64: "/wA=" },
    ]);
    expect((await send({ body })).body).toMatchObject({ accepted: 2 });
    expect((await tasks()).map(({ argument }) => argument)).toEqual([
      "hello",
      { __type__: "base64", __value__: "/wA=" },
    ]);
  });

  it("shows monitors no more than the beginning of a long id, whole characters of it", async () => {
    const { send, tasks } = taskStream();
    // The cut after 400 units falls into the second of a pair.
    const event = {
      specversion: "1.0",
      source: "/s",
      type: "t",
      id: `${"i".repeat(395)}🎉${"i".repeat(99)}`,
    };
    expect((await send({ body: JSON.stringify(event) })).body).toMatchObject({ accepted: 1 });
    expect((await tasks())[0]!.headers.argsrepr).toBe(`(<t ${"i".repeat(395)}\ufffd`);
  });
});

describe("where its tasks go", () => {
  const celery = { taskDefaultQueue: "default", taskRoutes: { "billing.*": { queue: "billing" } } };

  it.each([
    [{ task: "events.click" }, "default"],
    [{ task: "billing.charge" }, "billing"],
    [{ task: "billing.charge", queue: "own" }, "own"],
  ])("%j is in %s", async (to, queue) => {
    const { send, tasks } = taskStream({ to }, { celery });
    expect((await send({ body: '{"id":1}' })).body).toMatchObject({ accepted: 1 });
    expect((await tasks(queue)).map(({ headers }) => headers.task)).toEqual([to.task]);
  });

  it("needs the variables of the section celery: 503, and nothing is queued", async () => {
    const security = { privateKeyVariable: "NO_SUCH_KEY", certificateVariable: "NO_SUCH_CERTIFICATE" };
    const { send, tasks } = taskStream({}, { celery: { security } as never });
    const answer = await send({ body: '[{"id":1},{"id":2}]' });
    expectProblem(answer, 503, "not-configured", { accepted: 0, duplicates: 0 });
    expect(await tasks()).toEqual([]);
  });
});

describe("which task an event is", () => {
  it("the same one when it comes again after the guard was forgotten", async () => {
    const { send, tasks, prefix } = taskStream();
    const body = '[{"id":"a"},{"id":"b"}]';
    expect((await send({ body })).body).toMatchObject({ accepted: 2, duplicates: 0 });
    expect((await send({ body })).body).toMatchObject({ accepted: 0, duplicates: 2 });
    const guards = await redis.keys(`${prefix}_kombu-edge.guard.*`);
    expect(guards).toHaveLength(2);
    await redis.del(...guards);
    expect((await send({ body })).body).toMatchObject({ accepted: 2, duplicates: 0 });
    const ids = (await tasks()).map(({ id }) => id);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(2);
  });

  it("another one in another stream, and one of its own without an id", async () => {
    const queue = fresh("tasks");
    const globalKeyprefix = `${fresh("test")}:`;
    const to = { task: "t", queue };
    const two = gateway({
      channel: { globalKeyprefix },
      streams: { one: { to, writeKeys: [WRITE_KEY] }, two: { to, writeKeys: [WRITE_KEY] } },
    });
    const event = { specversion: "1.0", id: "1", source: "/s", type: "t" };
    for (const name of ["one", "two"]) {
      for (const body of [JSON.stringify(event), '{"n":1}', '{"n":1}']) {
        const url = `https://gateway.test/v1/events/${name}?write_key=${WRITE_KEY}`;
        expect((await two.fetch(new Request(url, { method: "POST", body }), environment())).status).toBe(202);
      }
    }
    const ids = (await landed(`${globalKeyprefix}${queue}`)).map(({ envelope }) => envelope.headers.id);
    expect(new Set(ids).size).toBe(6);
  });

  it("the Idempotency-Key's and the place's, for events without an id", async () => {
    const { send, tasks } = taskStream();
    const sent = { headers: { "idempotency-key": "k1" }, body: '[{"n":1},{"n":2}]' };
    expect((await send(sent)).body).toMatchObject({ accepted: 2, duplicates: 0 });
    expect((await send(sent)).body).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(new Set((await tasks()).map(({ id }) => id)).size).toBe(2);
  });
});

describe("a batch of 1 000 with 10 bad events", () => {
  const lines = Array.from({ length: 1_000 }, (_, index) =>
    index % 100 === 7 ? `{"id":"e${index}",` : JSON.stringify({ id: `e${index}` }),
  ).join("\n");

  it("becomes 990 tasks in one request to Redis, and none again", async () => {
    const { send, tasks } = taskStream();
    const { result: first, requests } = await requestsDuring(() => send({ headers: NDJSON, body: lines }));
    expect(first.body).toMatchObject({ accepted: 990, duplicates: 0 });
    expect(requests).toBe(1);
    expect(first.body.rejected.map(({ index }: { index: number }) => index)).toEqual([
      7, 107, 207, 307, 407, 507, 607, 707, 807, 907,
    ]);
    const all = await tasks();
    expect(all.map(({ argument }) => argument.id)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => `e${index}`).filter(
        (id) => !id.endsWith("07") && id !== "e7",
      ),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(990);
    const again = await requestsDuring(() => send({ headers: NDJSON, body: lines }));
    expect(again.result.body).toMatchObject({ accepted: 0, duplicates: 990 });
    expect(again.requests).toBe(1);
    expect(await tasks()).toHaveLength(990);
  });

  it("lands once when the first answer is lost", async () => {
    const { send, tasks } = taskStream();
    const url = `${inject("faultProxyUrl")}/reset-after/1/${crypto.randomUUID()}`;
    const answer = await send({
      body: '[{"id":1},{"n":2}]',
      env: environment({ UPSTASH_REDIS_REST_URL: url }),
    });
    expect(answer.body).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect(await tasks()).toHaveLength(2);
  });
});
