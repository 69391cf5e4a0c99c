/** @module What became of events: published once, reported one by one, known again. */
import { describe, expect, inject, it, vi } from "vitest";
import { environment, expectProblem, redis, requestsDuring } from "../client.ts";
import { NDJSON, Promises, stream } from "./stream.ts";

describe("a batch of 1 000 with 10 bad events", () => {
  const bad = (index: number) => index % 100 === 7;
  const lines = Array.from({ length: 1_000 }, (_, index) =>
    bad(index) ? `{"id":"e${index}",` : JSON.stringify({ id: `e${index}`, type: "view" }),
  ).join("\n");

  it("publishes 990 once in one request, reports 10, and publishes none again", async () => {
    const { send, queued } = stream();
    const { result: first, requests } = await requestsDuring(() => send({ headers: NDJSON, body: lines }));
    expect(first.status).toBe(202);
    expect(requests).toBe(1);
    expect(first.body).toMatchObject({ accepted: 990, duplicates: 0 });
    expect(
      first.body.rejected.map(({ index, code }: { index: number; code: string }) => [index, code]),
    ).toEqual([7, 107, 207, 307, 407, 507, 607, 707, 807, 907].map((index) => [index, "malformed-json"]));
    const ids = (await queued()).map(({ id }) => id);
    expect(ids).toEqual(
      Array.from({ length: 1_000 }, (_, index) => index)
        .filter((i) => !bad(i))
        .map((i) => `e${i}`),
    );
    const second = await send({ headers: NDJSON, body: lines });
    expect(second.body).toMatchObject({ accepted: 0, duplicates: 990 });
    expect(second.body.rejected).toHaveLength(10);
    expect(await queued()).toHaveLength(990);
  });
});

describe("identity", () => {
  it("is the source and the id, within a stream", async () => {
    const { send, queued } = stream();
    const event = (source: string, id: string) => ({ specversion: "1.0", id, source, type: "t" });
    const body = JSON.stringify([event("/a", "1"), event("/b", "1"), event("/a", "2"), event("/a", "1")]);
    expect((await send({ body })).body).toEqual({ accepted: 3, duplicates: 1, rejected: [] });
    expect((await queued()).map(({ source, id }) => source + id)).toEqual(["/a1", "/b1", "/a2"]);
  });

  it("is never assumed: events without an id are never duplicates", async () => {
    const { send, queued } = stream();
    const body = '[{"n":1},{"n":1},{"id":"","n":1},{"id":null},{"id":{}}]';
    expect((await send({ body })).body).toMatchObject({ accepted: 5, duplicates: 0 });
    expect((await send({ body })).body).toMatchObject({ accepted: 5, duplicates: 0 });
    const ids = (await queued()).map(({ id }) => id);
    expect(new Set(ids).size).toBe(10);
  });

  it("may be the Idempotency-Key with the place, for events without an id", async () => {
    const { send } = stream();
    const sent = { headers: { "idempotency-key": "k1" }, body: '[{"n":1},{"n":2}]' };
    expect((await send(sent)).body).toMatchObject({ accepted: 2, duplicates: 0 });
    expect((await send(sent)).body).toMatchObject({ accepted: 0, duplicates: 2 });
    expect((await send({ ...sent, headers: { "idempotency-key": "k2" } })).body).toMatchObject({
      accepted: 2,
    });
  });

  it("is remembered for as long as the stream says, an event without one for a minute", async () => {
    const { send, prefix } = stream({ dedupe: 600 });
    await send({ body: '[{"id":"x"},{"n":1}]' });
    const keys = (await redis.keys(`${prefix}_kombu-edge.guard.*`)).sort();
    expect(keys).toHaveLength(2);
    expect(keys).toContain(`${prefix}_kombu-edge.guard.events.["clicks","/events/clicks","x"]`);
    const ages = (await Promise.all(keys.map((key) => redis.ttl(key)))).sort((one, other) => one - other);
    expect(ages[0]).toBeGreaterThan(50);
    expect(ages[0]).toBeLessThanOrEqual(60);
    expect(ages[1]).toBeGreaterThan(590);
    expect(ages[1]).toBeLessThanOrEqual(600);
  });

  it("of any length is a key of bounded length", async () => {
    const { send, prefix } = stream();
    const event = { specversion: "1.0", id: "i".repeat(20_000), source: "s", type: "t" };
    const body = JSON.stringify(event);
    expect((await send({ body })).body).toMatchObject({ accepted: 1 });
    expect((await send({ body })).body).toMatchObject({ duplicates: 1 });
    const [key] = await redis.keys(`${prefix}_kombu-edge.guard.*`);
    expect(key!.length).toBeLessThan(120);
  });

  it("does not matter where it is turned off", async () => {
    const { send } = stream({ dedupe: false });
    expect((await send({ body: '[{"id":"x"},{"id":"x"}]' })).body).toMatchObject({
      accepted: 2,
      duplicates: 0,
    });
  });
});

describe("when Redis does not take events", () => {
  const env = (fault: string) =>
    environment({ UPSTASH_REDIS_REST_URL: `${inject("faultProxyUrl")}/${fault}/${crypto.randomUUID()}` });

  it("answers 503 with every event's fate, so that the sender tries again", async () => {
    const { send, queued } = stream();
    const answer = await send({ body: '[{"id":1},{"id":2}]', env: env("reset-before/99") });
    expectProblem(answer, 503, "outcome-unknown", { accepted: 0, duplicates: 0, next_index: 2 });
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.body.rejected).toMatchObject([
      { index: 0, code: "outcome-unknown" },
      { index: 1, code: "outcome-unknown" },
    ]);
    expect(await queued()).toEqual([]);
  });

  it("publishes once when the first answer is lost", async () => {
    const { send, queued } = stream();
    const answer = await send({ body: '[{"id":1},{"n":2}]', env: env("reset-after/1") });
    expect(answer.body).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect(await queued()).toHaveLength(2);
  });

  it("says 429 when the database's quota is used up", async () => {
    const { send } = stream();
    const answer = await send({ body: '{"id":1}', env: env("quota/9") });
    expectProblem(answer, 429, "back-pressure", { accepted: 0 });
    expect(answer.headers.get("retry-after")).toBe("30");
  });

  it("does not read on past a portion that failed", async () => {
    const { send, queued } = stream();
    const body = Array.from({ length: 2_500 }, (_, id) => `{"id":${id}}`).join("\n");
    const answer = await send({ headers: NDJSON, body, env: env("reset-before/99") });
    expectProblem(answer, 503, "outcome-unknown", { accepted: 0, next_index: 1_000 });
    expect(answer.body.rejected).toHaveLength(1_000);
    expect(await queued()).toEqual([]);
  });
});

describe("acknowledgement", () => {
  it("immediate: answers before Redis does, and publishes after", async () => {
    const { send, queued } = stream({ acknowledgement: "immediate" });
    const context = new Promises();
    const answer = await send({ body: '[{"id":1},"x"]', context });
    expect(answer.body).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: "not-an-object" }] });
    expect(await context.done()).toBe(1);
    expect((await queued()).map(({ id }) => id)).toEqual(["1"]);
  });

  it("immediate: what is lost then is in the log, without a word of it", async () => {
    const { send } = stream({ acknowledgement: "immediate" });
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const context = new Promises();
    const url = `${inject("faultProxyUrl")}/reset-before/99/${crypto.randomUUID()}`;
    const answer = await send({
      body: '[{"id":"secret"},{"id":2}]',
      context,
      env: environment({ UPSTASH_REDIS_REST_URL: url }),
    });
    expect(answer.status).toBe(202);
    await context.done();
    expect(log.mock.calls).toEqual([
      [
        '{"event":"after-answer","route":"/v1/events/{stream}","stream":"clicks","failed":2,' +
          '"code":"outcome-unknown"}',
      ],
    ]);
    log.mockRestore();
  });

  it("immediate: waits where the runtime cannot go on after the answer", async () => {
    const { send, queued } = stream({ acknowledgement: "immediate" });
    expect((await send({ body: '{"id":1}' })).body).toMatchObject({ accepted: 1 });
    expect(await queued()).toHaveLength(1);
  });
});
