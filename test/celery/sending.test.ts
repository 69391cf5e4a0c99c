/** @module How many requests, which commands, and what the defaults put on the wire. */
import { beforeEach, describe, expect, test } from "vitest";
import { Celery, type CeleryOptions, chain, chord, group, signature } from "../../src/celery/index.ts";
import { Channel, clearBindingCache, RefusedError } from "../../src/index.ts";
import { GUARD_SCRIPT } from "../../src/redis/guard.ts";
import { DEFAULTS_THAT_DIFFER } from "./differences.ts";
import { Recorder } from "./recorder.ts";

beforeEach(() => clearBindingCache());

const add = (...args: unknown[]) => signature("tasks.add", args);

function setUp(options: CeleryOptions = {}) {
  const recorder = new Recorder();
  const app = new Celery(new Channel(recorder), options);
  const names = () => recorder.requests.map(({ commands }) => commands.map(([name]) => name));
  const messages = () =>
    recorder.commands
      .filter(([name]) => name === "LPUSH")
      .flatMap(([, , ...pushed]) => pushed.map((text) => JSON.parse(text)));
  return { recorder, app, names, messages };
}

describe("one request", () => {
  test("for a task, with its queue's binding; then for the push alone", async () => {
    const { app, names } = setUp();
    await app.sendTask("tasks.add");
    await app.sendTask("tasks.add");
    expect(names()).toEqual([["SADD", "LPUSH"], ["LPUSH"]]);
  });

  test("for a task and its event", async () => {
    const { app, names, recorder } = setUp({ taskSendSentEvent: true });
    await app.sendTask("tasks.add");
    expect(names()).toEqual([["SADD", "PUBLISH", "LPUSH"]]);
    expect(recorder.commands[1]![1]).toBe("/0.celeryev/task.sent");
  });

  test("for a chain", async () => {
    const { app, names, messages } = setUp();
    await app.apply(chain(add(1, 1), add(2), add(3), add(4), add(5)));
    expect(names()).toEqual([["SADD", "LPUSH"]]);
    expect(messages()).toHaveLength(1);
  });

  test("for a group of 100: one push, all or nothing", async () => {
    const { app, names, messages, recorder } = setUp();
    const tasks = Array.from({ length: 100 }, (_task, index) => add(index, index));
    await app.apply(group(...tasks));
    expect(names()).toEqual([["SADD", "LPUSH"]]);
    expect(recorder.requests[0]!.atomic).toBe(true);
    expect(messages().map(({ headers }) => headers.group_index)).toEqual(tasks.map((_task, index) => index));
    expect(new Set(messages().map(({ properties }) => properties.delivery_tag)).size).toBe(100);
  });

  test("for a chord, whose size is written before its header is pushed", async () => {
    const { app, names, recorder } = setUp();
    const result = await app.apply(chord([add(1, 1), add(2, 2)], signature("tasks.xsum")));
    expect(names()).toEqual([["SADD", "SETEX", "LPUSH"]]);
    expect(recorder.requests[0]!.atomic).toBe(true);
    expect(recorder.commands[1]).toEqual([
      "SETEX",
      `celery-taskset-meta-${result.parent!.id}.s`,
      "604800",
      "2",
    ]);
  });

  test("more for a chord whose results are in another database", async () => {
    const results = new Recorder();
    const { app, names } = setUp({ resultBackend: new Channel(results), resultKeyprefix: "app_" });
    const result = await app.apply(chord([add(1, 1)], signature("tasks.xsum")));
    expect(names()).toEqual([["SADD", "LPUSH"]]);
    expect(results.commands).toEqual([
      ["SETEX", `app_celery-taskset-meta-${result.parent!.id}.s`, "604800", "1"],
    ]);
  });

  test("that is sent again writes a chord's size again", async () => {
    const { app, recorder, names } = setUp();
    recorder.answers.set(`EVAL ${GUARD_SCRIPT}`, [[1, [1]]]);
    const { multi } = recorder;
    recorder.multi = () => {
      recorder.multi = multi;
      const exec = () =>
        Promise.reject(Object.assign(new TypeError("fetch failed"), { code: "ECONNREFUSED" }));
      return new Proxy({} as ReturnType<typeof multi>, {
        get: (_target, name) => (name === "exec" ? exec : () => {}),
      });
    };
    const result = await app.apply(chord([add(1, 1)], signature("tasks.xsum")), { retry: true });
    expect(result.sent!.status).toBe("delivered");
    expect(names()).toEqual([["SADD", "SETEX", "EVAL"]]);
  });

  test("whose bookkeeping fails is an error", async () => {
    const { app, recorder } = setUp();
    const { multi } = recorder;
    recorder.multi = () => {
      const pipeline = multi.call(recorder);
      const exec = async () => {
        const replies = (await pipeline.exec({ keepErrors: true })) as unknown[];
        return replies.map((reply, index) => (index === 1 ? { error: "OOM command not allowed" } : reply));
      };
      return new Proxy(pipeline, {
        get: (target, name) => (name === "exec" ? exec : Reflect.get(target, name)),
      });
    };
    const sending = app.apply(chord([add(1, 1)], signature("tasks.xsum")));
    await expect(sending).rejects.toMatchObject({ code: "back-pressure" });
  });

  test("that fails leaves the caller with the error", async () => {
    const { app, recorder } = setUp();
    recorder.exec = async () => {
      throw Object.assign(new Error("WRONGTYPE Operation against a key"), { name: "UpstashError" });
    };
    await app.sendTask("tasks.add").catch(() => {});
    await expect(app.sendTask("tasks.add")).rejects.toBeInstanceOf(RefusedError);
  });
});

describe("what is sent without being asked for", () => {
  test("differs from Python's defaults where the table says so", async () => {
    const { app, messages } = setUp();
    await app.sendTask("tasks.add");
    const [{ headers, properties }] = messages();
    const ours = Object.fromEntries(DEFAULTS_THAT_DIFFER.map(({ setting, ours }) => [setting, ours]));
    expect(ours).toEqual({
      taskIgnoreResult: headers.ignore_result,
      replyTo: properties.reply_to,
      origin: headers.origin,
      chordExpires: 604_800,
    });
  });

  test("arguments are hidden on request", async () => {
    const { app, messages } = setUp({ redact: true });
    await app.sendTask("tasks.login", { args: ["secret"], kwargs: { password: "secret" } });
    const [{ headers }] = messages();
    expect([headers.argsrepr, headers.kwargsrepr]).toEqual(["(...)", "{...}"]);
  });

  test("a default priority is for task() and signatures, not for sendTask", async () => {
    const { app, messages } = setUp({ taskDefaultPriority: 6 });
    await app.task("tasks.add").delay();
    await app.signature("tasks.add").applyAsync();
    await app.sendTask("tasks.add");
    expect(messages().map(({ properties }) => properties.priority)).toEqual([6, 6, 0]);
  });

  test("a task's own options are for every call, a call's own for that call", async () => {
    const { app, recorder } = setUp();
    const task = app.task("tasks.add", { queue: "mail", priority: 3 });
    await task.delay();
    await task.applyAsync({ priority: 9 });
    await task.s().set({ queue: "bulk" }).applyAsync();
    const lists = recorder.commands.filter(([name]) => name === "LPUSH").map(([, list]) => list);
    expect(lists).toEqual(["mail\x06\x163", "mail\x06\x169", "bulk\x06\x163"]);
  });
});

describe("an idempotency key", () => {
  test("gives the same ids to the same canvas, and guards every message", async () => {
    const { app, recorder } = setUp();
    const pushed = [1, [1]];
    recorder.answers.set(`EVAL ${GUARD_SCRIPT}`, [pushed, pushed]);
    const canvas = group(add(1, 1), chain(add(2, 2), add(3)));
    const first = await app.apply(canvas, { idempotencyKey: "k" });
    const second = await app.apply(canvas, { idempotencyKey: "k" });
    const other = await app.apply(canvas, { idempotencyKey: "l" });
    expect(second.ids).toEqual(first.ids);
    expect(other.ids).not.toEqual(first.ids);
    expect(first.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(recorder.commands.filter(([name]) => name === "LPUSH")).toEqual([]);
    await expect(app.apply(canvas, { idempotencyKey: "" })).rejects.toMatchObject({
      field: "idempotencyKey",
    });
  });
});
