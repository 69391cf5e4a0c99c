/** @module How a canvas is taken apart and what is refused; what workers make of it is tested on real ones. */
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type AsyncResult,
  Celery,
  chain,
  chord,
  chunks,
  type GroupResult,
  group,
  map,
  signature,
  starmap,
} from "../../src/celery/index.ts";
import { Channel, InvalidArgumentError } from "../../src/index.ts";
import { Recorder } from "./recorder.ts";

const a = signature("a");
const b = signature("b");
const c = signature("c");
const d = signature("d");

async function sent(canvas: Parameters<Celery["apply"]>[0]) {
  const recorder = new Recorder();
  await new Celery(new Channel(recorder)).apply(canvas);
  return recorder.commands
    .filter(([name]) => name === "LPUSH")
    .flatMap(([, , ...messages]) => messages)
    .map((text) => {
      const { body, headers } = JSON.parse(text);
      return {
        task: headers.task as string,
        group: headers.group as string | null,
        embed: JSON.parse(atob(body))[2],
      };
    });
}

describe("a canvas in normal form", () => {
  test("chains in chains are one chain", async () => {
    const [message] = await sent(chain(chain(a, b), chain(c, d)));
    expect(message!.task).toBe("a");
    expect(message!.embed.chain.map(({ task }: { task: string }) => task)).toEqual(["d", "c", "b"]);
  });

  test("a chain of one is its task, a group of one in a chain its member", async () => {
    expect(await sent(chain(a))).toMatchObject([{ task: "a", embed: { chain: null } }]);
    expect(await sent(chain(group(a), b))).toMatchObject([{ task: "a", embed: { chain: [{ task: "b" }] } }]);
  });

  test("groups in groups are one group", async () => {
    const messages = await sent(group(a, group(b, group(c, d))));
    expect(messages.map(({ task }) => task)).toEqual(["a", "b", "c", "d"]);
    expect(new Set(messages.map((message) => message.group)).size).toBe(1);
  });

  test("what follows a group is a chord's body, what follows a chord belongs to it", async () => {
    const messages = await sent(chain(group(a, b), c, d));
    expect(messages.map(({ task }) => task)).toEqual(["a", "b"]);
    const { chord: body } = messages[0]!.embed;
    expect(body.task).toBe("celery.chain");
    expect(body.kwargs.tasks.map(({ task }: { task: string }) => task)).toEqual(["c", "d"]);
  });

  test("an inner chain's options go where Celery applies them", async () => {
    const inner = chain(b, c).set({ queue: "inner" }).linkError(d);
    const [message] = await sent(chain(a, inner));
    const [last, first] = message!.embed.chain;
    expect([first.options.queue, last.options.queue]).toEqual(["inner", undefined]);
    expect([first, last].map(({ options }) => options.link_error[0].task)).toEqual(["d", "d"]);
  });

  test("signatures that were put into a canvas are not changed by sending it", async () => {
    const before = JSON.stringify([a, b, c]);
    const canvas = chord([a, chain(b, c)], d);
    const text = JSON.stringify(canvas);
    await sent(canvas);
    await sent(canvas);
    expect(JSON.stringify([a, b, c])).toBe(before);
    expect(JSON.stringify(canvas)).toBe(text);
  });

  test("immutable signatures take no arguments", async () => {
    const recorder = new Recorder();
    const app = new Celery(new Channel(recorder));
    const fixed = signature("a", [1]).set({ immutable: true });
    await app.apply(fixed, { args: [0] });
    await app.apply(signature("a", [1]), { args: [0], kwargs: { k: 1 } });
    const bodies = recorder.commands
      .filter(([name]) => name === "LPUSH")
      .map(([, , text]) => JSON.parse(atob(JSON.parse(text!).body)).slice(0, 2));
    expect(bodies).toEqual([
      [[1], {}],
      [[0, 1], { k: 1 }],
    ]);
  });
});

describe("a canvas that is refused", () => {
  test.for<[string, () => Parameters<Celery["apply"]>[0], string]>([
    ["a chord's member that ends in a group", () => chord([chain(a, group(b, c))], d), "canvas.header[0]"],
    ["so does a chord's body", () => chord([a, chord([b], group(c, d))], d), "canvas.header[1]"],
    [
      "deep inside",
      () => chain(a, group(b, chord([chain(a, group(b, c))], d)), c),
      "canvas[1].header[1].header[0]",
    ],
    ["an empty group", () => group(...([] as [])), "group"],
    ["a chain of something else", () => chain(a, "b" as never), "chain[1]"],
    ["chunks of nothing", () => chunks(a, [[1]], 0), "size"],
    ["a starmap of what is no list", () => starmap(a, [1 as never]), "items[0]"],
    ["a callback on a group", () => group(a, b).link(c), "link"],
  ])("%s", async ([, make, field]) => {
    const sending = (async () => await sent(make()))();
    await expect(sending).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(sending).rejects.toMatchObject({ field });
  });

  test("keyword arguments for a canvas", async () => {
    const app = new Celery(new Channel(new Recorder()));
    await expect(app.apply(chain(a, b), { kwargs: { x: 1 } })).rejects.toMatchObject({ field: "kwargs" });
    expect(() => group(a, b).clone({ kwargs: { x: 1 } })).toThrow(InvalidArgumentError);
  });

  test("a signature without an app, applied by itself", async () => {
    await expect(a.delay()).rejects.toMatchObject({ field: "signature" });
  });
});

test("types follow the tasks", () => {
  const app = new Celery(new Channel(new Recorder()));
  const add = app.task<[number, number], number>("add");
  const text = app.task<[number], string>("text");
  expectTypeOf(add.delay).parameters.toEqualTypeOf<[number, number]>();
  expectTypeOf(add.delay).returns.resolves.toEqualTypeOf<AsyncResult<number>>();
  expectTypeOf(chain(add.s(1, 2), text.s()).applyAsync()).resolves.toEqualTypeOf<AsyncResult<string>>();
  expectTypeOf(chord([add.s(1, 2)], text.s()).applyAsync()).resolves.toEqualTypeOf<AsyncResult<string>>();
  expectTypeOf(group<number>(add.s(1, 2)).applyAsync()).resolves.toEqualTypeOf<GroupResult<number>>();
  expectTypeOf(map(text.s(), [1, 2]).applyAsync()).resolves.toEqualTypeOf<AsyncResult<string[]>>();
  // @ts-expect-error: the second argument is a number.
  void (() => add.delay(1, "2"));
});
