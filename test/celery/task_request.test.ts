/** @module JSON requests: what they become, which tasks they name, and where they are wrong. */
import { describe, expect, test } from "vitest";
import { parseState } from "../../src/celery/backend.ts";
import { flowerRequest, flowerTask, taskRequest } from "../../src/celery/index.ts";
import { InvalidArgumentError } from "../../src/index.ts";

describe("a request", () => {
  test("for a task by the path's name", () => {
    const { signature, tasks } = taskRequest(
      {
        args: [1],
        kwargs: { a: 2 },
        task_id: "id-1",
        countdown: 5,
        expires: "2026-12-01T00:00:00Z",
        time_limit: 10,
        soft_time_limit: 5,
        ignore_result: false,
        routing_key: "k",
        shadow: null,
      },
      "billing.charge",
    );
    expect(tasks).toEqual(["billing.charge"]);
    expect(signature.toJSON()).toEqual({
      task: "billing.charge",
      args: [1],
      kwargs: { a: 2 },
      options: {
        task_id: "id-1",
        countdown: 5,
        expires: "2026-12-01T00:00:00+00:00",
        time_limit: 10,
        soft_time_limit: 5,
        ignore_result: false,
        routing_key: "k",
      },
      subtask_type: null,
      immutable: false,
    });
  });

  test("for a canvas names every task in it, callbacks and bodies too", () => {
    const { tasks, signature } = taskRequest({
      chain: [
        { task: "a", link: { task: "a.link", link_error: [{ task: "a.link.error" }] } },
        {
          chord: {
            header: [{ task: "h1" }, { group: [{ task: "h2" }, { chain: [{ task: "h3" }] }] }],
            body: { task: "b" },
          },
        },
      ],
      link_error: { task: "oops", immutable: true },
      queue: "q",
    });
    expect([...tasks].sort()).toEqual(["a", "a.link", "a.link.error", "b", "h1", "h2", "h3", "oops"]);
    expect(signature.task).toBe("celery.chain");
    expect(signature.toJSON().options).toMatchObject({
      queue: "q",
      link_error: [{ task: "oops", immutable: true }],
    });
  });

  test.for<[unknown, string]>([
    [null, "body"],
    [[], "body"],
    [{}, "body"],
    [{ task: "a", chain: [] }, "body"],
    [{ task: "" }, "task"],
    [{ task: "a", args: "x" }, "args"],
    [{ chain: [] }, "chain"],
    [{ chain: [{ task: "a" }, { task: "b", kwargs: [] }] }, "chain[1].kwargs"],
    [{ chain: [{ task: "a" }, { task: "b", time_limit: 0 }] }, "chain[1].time_limit"],
    [{ chain: [{ task: "a", time_limit: 1, soft_time_limit: 2 }] }, "chain[0].soft_time_limit"],
    [{ chain: [{ task: "a", timeLimit: 1 }] }, "chain[0].timeLimit"],
    [{ group: [{ task: "a", link: { task: 5 } }] }, "group[0].link.task"],
    [{ chord: { header: {}, body: { task: "b" } } }, "chord.header"],
    [{ chord: { header: [{ task: "a" }] } }, "chord.body"],
    [{ chord: [], link: [] }, "chord"],
    [{ task: "a", group_id: "g" }, "group_id"],
    [{ task: "a", chord: { header: [], body: { task: "b" } } }, "body"],
    [{ task: "a", headers: { task: "b" } }, "headers.task"],
    [{ task: "a", immutable: 1 }, "immutable"],
    [{ group: [{ task: "a" }], args: [1] }, "args"],
    [{ task: "celery.chord", kwargs: { header: [], body: { task: "hidden" } } }, "task"],
    [{ task: "celery.starmap", kwargs: { task: { task: "hidden" }, it: [] } }, "task"],
  ])("%j is wrong at %s", ([json, field]) => {
    expect(() => taskRequest(json)).toThrow(InvalidArgumentError);
    try {
      taskRequest(json);
    } catch (error) {
      expect(error).toMatchObject({ field });
    }
  });

  test("that is nested without end is refused", () => {
    let json: object = { task: "a" };
    for (let depth = 0; depth < 60; depth++) json = { chain: [json] };
    expect(() => taskRequest(json)).toThrow("is nested deeper than 50");
  });
});

describe("Flower's JSON", () => {
  test("requests with its spellings", () => {
    const body = { args: [1], countdown: "10", expires: 60, eta: "2026-12-01 10:00:00.000000", queue: "q" };
    expect(flowerRequest(body, "tasks.add").signature.toJSON()).toMatchObject({
      task: "tasks.add",
      options: { countdown: 10, expires: 60, eta: "2026-12-01T10:00:00.000000+00:00", queue: "q" },
    });
    expect(() => flowerRequest({ countdown: "soon" }, "tasks.add")).toThrow(InvalidArgumentError);
  });

  test("answers", () => {
    expect(flowerTask(parseState("id", null))).toEqual({ "task-id": "id", state: "PENDING" });
    const success = parseState("id", '{"status":"SUCCESS","result":{"a":1}}');
    expect(flowerTask(success)).toEqual({ "task-id": "id", state: "SUCCESS", result: { a: 1 } });
    const failure =
      '{"status":"FAILURE","result":{"exc_type":"KeyError","exc_message":["x"]},"traceback":"Traceback"}';
    expect(flowerTask(parseState("id", failure))).toEqual({
      "task-id": "id",
      state: "FAILURE",
      result: "KeyError('x')",
      traceback: "Traceback",
    });
  });
});
