/** @module What real workers stored, read back; and waiting. */
import * as valibot from "valibot";
import { describe, expect, test } from "vitest";
import {
  type AsyncResult,
  Celery,
  type CeleryOptions,
  chain,
  ResultInvalidError,
  ResultTimeoutError,
  signature,
  type TaskError,
} from "../../src/celery/index.ts";
import { parsePython } from "../../src/celery/python_json.ts";
import { Channel, Decimal, PlainDate, UUID } from "../../src/index.ts";
import vectors from "../vectors/celery.json" with { type: "json" };
import { Recorder } from "./recorder.ts";

function stored(text: string | null, options: CeleryOptions = {}): AsyncResult {
  const recorder = new Recorder();
  const prefix = options.resultKeyprefix ?? "";
  recorder.answers.set(`MGET ${prefix}celery-task-meta-id`, [text]);
  return new Celery(new Channel(recorder), options).asyncResult("id");
}

describe.each(["celery_5_6_2", "celery_5_2_6"] as const)("a state stored by %s", (version) => {
  const samples = vectors.worker_result_samples[version];

  test("of a success", async () => {
    const result = stored(samples.success.value);
    expect(await result.get()).toBe(5);
    const meta = await result.read();
    // 5.2 writes UTC without saying so.
    expect(meta.dateDone!.toISOString()).toMatch(/^2026-11-23T23:25:\d\d\.\d{3}Z$/);
    expect(await result.successful()).toBe(true);
  });

  test("of a failure", async () => {
    const error = (await stored(samples.failure).get({ propagate: false })) as TaskError;
    expect(error).toMatchObject({
      excType: "ValueError",
      excArguments: ["boom", 42],
      excMessage: "('boom', 42)",
    });
  });

  test("of a retry is not final", async () => {
    const result = stored(samples.retry);
    expect([await result.state(), await result.ready()]).toEqual(["RETRY", false]);
    await expect(result.get({ timeout: 20 })).rejects.toBeInstanceOf(ResultTimeoutError);
  });

  test("of an expired task", async () => {
    await expect(stored(samples.expired).get()).rejects.toMatchObject({
      code: "task-revoked",
      message: "TaskRevokedError: expired",
    });
  });

  test("with children, a group, and everything that result_extended adds", async () => {
    const children = await stored(samples.link_parent).children();
    expect(children.map(({ id }) => id)).toEqual(["00000000-0000-4000-9000-000000000007"]);
    expect((await stored(samples.group_member).read()).groupId).toBe("00000000-0000-4000-9000-000000000100");
    expect((await stored(samples.extended_success).read()).extended).toMatchObject({
      name: "tasks.echo",
      queue: "celery",
    });
  });
});

describe("waiting", () => {
  test("for what is under a prefix", async () => {
    const text = '{"status": "SUCCESS", "result": 1}';
    expect(await stored(text, { resultKeyprefix: "p_" }).get()).toBe(1);
  });

  test("asks less and less often", async () => {
    const recorder = new Recorder();
    const result = new Celery(new Channel(recorder)).asyncResult("id");
    await expect(result.get({ timeout: 400, interval: 50 })).rejects.toBeInstanceOf(ResultTimeoutError);
    // At 0, 50, 125, 238, 400.
    expect(recorder.requests.length).toBeGreaterThanOrEqual(4);
    expect(recorder.requests.length).toBeLessThanOrEqual(6);
  });

  test("ends at once when told to", async () => {
    const result = new Celery(new Channel(new Recorder())).asyncResult("id");
    await expect(result.get({ signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  });

  test("watch gives each state once", async () => {
    const recorder = new Recorder();
    const texts = [
      '{"status":"PROGRESS","result":1}',
      '{"status":"PROGRESS","result":1}',
      '{"status":"SUCCESS","result":2}',
    ];
    Object.defineProperty(recorder.answers, "get", { value: () => [texts.shift() ?? null] });
    const result = new Celery(new Channel(recorder)).asyncResult("id");
    const seen = [];
    for await (const { status, result: value } of result.watch({ interval: 1 })) seen.push([status, value]);
    expect(seen).toEqual([
      ["PROGRESS", 1],
      ["SUCCESS", 2],
    ]);
  });

  test("sees that a step before it failed", async () => {
    const recorder = new Recorder();
    const app = new Celery(new Channel(recorder));
    const result = await app.apply(chain(signature("a"), signature("b")));
    const key = `celery-task-meta-${result.id}`;
    recorder.answers.set(`MGET ${key}`, [
      null,
      '{"status":"FAILURE","result":{"exc_type":"KeyError","exc_message":["x"]}}',
    ]);
    const error = await result.get({ timeout: 3_000 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ taskId: result.parent!.id, excType: "KeyError" });
  });

  test("is no use when results are not in Redis, or not JSON", async () => {
    await expect(stored(null, { resultBackend: false }).get()).rejects.toMatchObject({
      code: "not-configured",
    });
    await expect(stored("\x80\x04pickle").get()).rejects.toMatchObject({ code: "encode-error" });
  });
});

describe("Python's JSON", () => {
  test("keeps what JSON.parse would lose or refuse", () => {
    const text =
      '{"a": NaN, "b": [-Infinity, 12345678901234567890, -1e400], "c": "NaN 12345678901234567890", "d": 0.1234567890123456789}';
    expect(parsePython(text)).toEqual({
      a: Number.NaN,
      b: [Number.NEGATIVE_INFINITY, 12345678901234567890n, Number.NEGATIVE_INFINITY],
      c: "NaN 12345678901234567890",
      d: 0.12345678901234568,
    });
  });

  test("revives typed values, and leaves those it does not know", () => {
    const typed = (type: string, value: unknown) => ({ __type__: type, __value__: value });
    const values = {
      at: typed("datetime", "2026-01-02T03:04:05+00:00"),
      on: typed("date", "2026-01-02"),
      price: typed("decimal", "1.10"),
      id: typed("uuid", { hex: "11111111111141118111111111111111" }),
      raw: typed("base64", "/w=="),
      other: typed("set", [1]),
    };
    expect(parsePython(JSON.stringify(values))).toEqual({
      at: new Date("2026-01-02T03:04:05Z"),
      on: new PlainDate("2026-01-02"),
      price: new Decimal("1.10"),
      id: new UUID("11111111-1111-4111-8111-111111111111"),
      raw: new Uint8Array([255]),
      other: values.other,
    });
  });
});

describe("schemas", () => {
  const define = (text: string) => {
    const recorder = new Recorder();
    Object.defineProperty(recorder.answers, "get", {
      value: (key: string) => (key.startsWith("MGET") ? [text] : undefined),
    });
    const app = new Celery(new Channel(recorder));
    const task = app.task<[number, string], number>("t", {
      args: valibot.tuple([valibot.number(), valibot.string()]),
      result: valibot.number(),
    });
    return { recorder, task };
  };

  test("check arguments before anything is sent", async () => {
    const { recorder, task } = define("");
    await expect(task.delay(1, 2 as never)).rejects.toMatchObject({
      code: "invalid-argument",
      field: "args[1]",
    });
    expect(recorder.commands).toEqual([]);
  });

  test("check the result when it is read", async () => {
    const good = define('{"status":"SUCCESS","result":7}');
    expect(await (await good.task.delay(1, "x")).get()).toBe(7);
    const bad = define('{"status":"SUCCESS","result":"7"}');
    await expect((await bad.task.delay(1, "x")).get()).rejects.toBeInstanceOf(ResultInvalidError);
  });
});

describe("a state that somebody else wrote", () => {
  test.each(["null", "5", '"x"', "true"])("%s is no state", async (text) => {
    await expect(stored(text).read()).rejects.toMatchObject({ code: "encode-error" });
  });

  test("keeps the children that are some, and leaves out the rest", async () => {
    const children =
      '[[["a",null],null],1,null,[],[[]],[[5,null],null],[["g",[["p",null],null]],[[["b",null],null],7]]]';
    const { children: read, groupId } = await stored(
      `{"status":"SUCCESS","children":${children},"group_id":5}`,
    ).read();
    expect(read).toEqual([
      [["a", null], null],
      [["g", [["p", null], null]], [[["b", null], null]]],
    ]);
    expect(groupId).toBeUndefined();
  });

  test("children within children, without end, are cut off", async () => {
    const nested = `${'[["g",null],['.repeat(200)}${"]]".repeat(200)}`;
    const { children } = await stored(`{"status":"SUCCESS","children":[${nested}]}`).read();
    expect(JSON.stringify(children).length).toBeLessThan(1_000);
  });

  test("texts without an end take no time", async () => {
    const start = performance.now();
    const text = `${'\\"'.repeat(200_000)}1234567890123456`;
    await expect(stored(text).read()).rejects.toMatchObject({ code: "encode-error" });
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
