/** @module What is refused before it is sent, because a worker would crash on it or drop it without a word (spec celery §2.5). */
import { describe, expect, test } from "vitest";
import { Celery, type CeleryOptions, signature, type TaskOptions } from "../../src/celery/index.ts";
import { Channel, InvalidArgumentError } from "../../src/index.ts";
import { Recorder } from "./recorder.ts";

const appWith = (options: CeleryOptions = {}) => {
  const recorder = new Recorder();
  return { recorder, app: new Celery(new Channel(recorder), options) };
};

describe("options that are refused, by name", () => {
  test.for<[string, unknown]>([
    ["eta", ""],
    ["eta", 0],
    ["eta", false],
    ["eta", {}],
    ["eta", "tomorrow"],
    ["eta", new Date(Number.NaN)],
    ["expires", ""],
    ["expires", Number.POSITIVE_INFINITY],
    ["countdown", "5"],
    ["countdown", Number.NaN],
    ["taskId", ""],
    ["taskId", 5],
    ["priority", 10],
    ["priority", -1],
    ["priority", 1.5],
    ["timeLimit", 0],
    ["softTimeLimit", -1],
    ["retries", null as unknown as number],
    ["retries", 0.5],
    ["queue", ""],
    ["queue", 7],
    ["serializer", ""],
    ["ignoreResult", "yes"],
    ["deliveryMode", 3],
    ["link", { task: "tasks.add" }],
    ["linkError", [{}]],
    ["headers", "text"],
    ["headers", []],
    ["stamps", { customer: 5 }],
    ["stamps", { task_id: "x" }],
    ["properties", { chain: [] }],
    ["countDown", 5],
    ["__type__", 5],
  ])("%s: %j", async ([name, value]) => {
    const { app, recorder } = appWith();
    const sending = app.sendTask("tasks.add", { [name]: value } as TaskOptions);
    if (name === "retries" && value === null) {
      // Nothing said is the default; the header is a number all the same.
      await sending;
      const message = JSON.parse(recorder.commands.find(([command]) => command === "LPUSH")![2]!);
      expect(message.headers.retries).toBe(0);
      return;
    }
    await expect(sending).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(sending).rejects.toMatchObject({ field: expect.stringMatching(new RegExp(`^${name}`)) });
    expect(recorder.commands).toEqual([]);
  });

  test.for(["task", "id", "eta", "timelimit", "retries", "compression", "stamps"])(
    "the header %s",
    async (name) => {
      const { app } = appWith();
      const sending = app.sendTask("tasks.add", { headers: { [name]: "x" } });
      await expect(sending).rejects.toMatchObject({ field: `headers.${name}` });
    },
  );

  test("a header that Kombu would take for a typed value", async () => {
    const headers = { poison: { __type__: "nonsense", __value__: 1 } };
    await expect(appWith().app.sendTask("tasks.add", { headers })).rejects.toMatchObject({
      code: "encode-error",
    });
  });

  test("a soft limit above the hard one, which would switch both off", async () => {
    const sending = appWith().app.sendTask("tasks.add", { timeLimit: 1, softTimeLimit: 5 });
    await expect(sending).rejects.toMatchObject({ field: "softTimeLimit" });
  });

  test.for<[string, unknown]>([
    ["args", "12"],
    ["args", { 0: 1 }],
    ["kwargs", ["x"]],
    ["kwargs", "x"],
  ])("%s: %j", async ([name, value]) => {
    const sending = appWith().app.sendTask("tasks.add", { [name]: value } as object);
    await expect(sending).rejects.toMatchObject({ field: name });
  });

  test("a task without a name", async () => {
    await expect(appWith().app.sendTask("")).rejects.toMatchObject({ field: "task" });
    expect(() => signature("")).toThrow(InvalidArgumentError);
  });

  test("arguments that JSON has no words for", async () => {
    const { app, recorder } = appWith();
    await expect(app.sendTask("tasks.add", { args: [undefined] })).rejects.toMatchObject({
      code: "encode-error",
    });
    await expect(app.sendTask("tasks.add", { args: [() => 1] })).rejects.toMatchObject({
      field: "body[0][0]",
    });
    expect(recorder.commands).toEqual([]);
  });
});

describe("settings that are refused, by name", () => {
  test.for<[string, unknown]>([
    ["taskProtocol", 3],
    ["taskQueues", ["celery"]],
    ["taskRoutes", "celery"],
    ["taskRoutes", { "tasks.*": { qeue: "x" } }],
    ["visibilityTimeout", 0],
    ["visibilityTimeout", "1h"],
    ["origin", 5],
    ["taskDefaultQeue", "x"],
  ])("%s: %j", ([name, value]) => {
    expect(() => appWith({ [name]: value } as CeleryOptions)).toThrow(InvalidArgumentError);
    expect(() => appWith({ [name]: value } as CeleryOptions)).toThrow(name);
  });

  test("a queue that may not be created", async () => {
    const { app } = appWith({ taskCreateMissingQueues: false });
    await expect(app.sendTask("tasks.add", { queue: "other" })).rejects.toMatchObject({ field: "queue" });
  });

  test("an auth serialiser without a key", async () => {
    const { app } = appWith();
    await expect(app.sendTask("tasks.add", { serializer: "auth" })).rejects.toMatchObject({
      code: "not-configured",
    });
  });
});

describe("an app's settings", () => {
  /** Tells how often it was read. */
  const counted = (values: string[]) => {
    const state = { reads: 0 };
    const get = () => values[state.reads++] ?? values.at(-1);
    return { state, options: Object.defineProperty({}, "taskDefaultQueue", { get, enumerable: true }) };
  };
  const queueOf = async (options: CeleryOptions) => {
    const { app, recorder } = appWith(options);
    await app.sendTask("tasks.add");
    return recorder.commands.find(([command]) => command === "LPUSH")![1];
  };

  test("are read for each app, as long as they can change", async () => {
    const options: CeleryOptions = { taskDefaultQueue: "first" };
    expect(await queueOf(options)).toBe("first");
    options.taskDefaultQueue = "second";
    expect(await queueOf(options)).toBe("second");
  });

  test("are read once when they are frozen", async () => {
    const { state, options } = counted(["steady"]);
    Object.freeze(options);
    expect(await queueOf(options)).toBe("steady");
    const { reads } = state;
    expect(reads).toBeGreaterThan(0);
    expect(await queueOf(options)).toBe("steady");
    expect(state.reads).toBe(reads);
  });

  test("that are frozen and wrong are refused each time", () => {
    const options = Object.freeze({ taskProtocol: 3 as 2 });
    for (let time = 0; time < 2; time++)
      expect(() => appWith(options)).toThrow('"taskProtocol" must be 1 or 2');
  });
});

test.each([null, 5, true, "", 1n])("settings that are no object are refused (%s)", (options) => {
  expect(() => appWith(options as CeleryOptions)).toThrow('"options" must be an object');
});
