/** @module The canvas on real workers: what it comes to, who is called when it fails, and how many requests it takes. */
import { describe, expect, test } from "vitest";
import { chain, chord, chunks, group, map, starmap, type Task } from "../../../src/celery/index.ts";
import type { World } from "./world.ts";

export function canvasTests(world: () => World): void {
  const add = (): Task<[number, number], number> => world().app.task("tasks.add");
  const mul = (): Task<[number, number], number> => world().app.task("tasks.mul");
  const xsum = (): Task<[number[]], number> => world().app.task("tasks.xsum");
  const boom = (): Task<[], never> => world().app.task("tasks.boom");
  const counted = async <Result>(send: () => Promise<Result>): Promise<Result> => {
    const before = world().count();
    const result = await send();
    expect(world().count() - before).toBe(1);
    return result;
  };
  const onerr = () => world().app.signature("tasks.onerr");

  describe("chain", () => {
    test("of 5, in one request", async () => {
      const five = chain(add().s(1, 1), add().s(2), mul().s(3), add().si(5, 5), mul().s(2));
      const result = await counted(() => five.applyAsync());
      expect(await result.get()).toBe(20);
      const ids = [];
      for (let at = result.parent; at; at = at.parent) ids.push(at.id);
      expect(ids).toHaveLength(4);
      expect((await world().app.asyncResult(ids[0]!).read()).result).toBe(10);
      const meta = await result.read();
      expect(meta.parentId).toBe(ids[0]);
    });

    test("fails as a whole, with errbacks for the one that failed", async () => {
      const result = await chain(add().s(1, 1), boom().s(), mul().s(3)).linkError(onerr()).applyAsync();
      await expect(result.get()).rejects.toMatchObject({ excType: "ValueError" });
      const failed = result.parent!.id;
      expect(await world().marks(`error:${failed}`)).toEqual([[failed, "ValueError('boom', 42)"]]);
    });

    test("in message protocol 1", async () => {
      const app = world().appWith({ taskProtocol: 1 });
      const result = await app.apply(chain(add().s(1, 1), add().s(2), mul().s(3)));
      expect(await result.get()).toBe(12);
    });

    test("that ends in a group comes to a list", async () => {
      const result = await chain(add().s(1, 1), group(add().s(1), add().s(2))).applyAsync();
      expect(await result.get()).toEqual([3, 4]);
    });

    test("under an idempotency key names the same tasks again", async () => {
      const signature = chain(add().s(1, 1), mul().s(2));
      const first = await signature.applyAsync({ idempotencyKey: "chain-1" });
      const second = await signature.applyAsync({ idempotencyKey: "chain-1" });
      expect(second.sent!.status).toBe("duplicate");
      expect(await second.get()).toBe(4);
      expect([second.id, second.parent!.id]).toEqual([first.id, first.parent!.id]);
    });
  });

  describe("group", () => {
    test("of 100, in one request", async () => {
      const tasks = Array.from({ length: 100 }, (_task, index) => add().s(index, index));
      const result = await counted(() => group<number>(...tasks).applyAsync());
      const values = await result.get();
      expect(values).toHaveLength(100);
      expect(values.reduce((sum, value) => sum + value, 0)).toBe(9900);
      expect(values[99]).toBe(198);
      expect(await result.completedCount()).toBe(100);
      expect((await result.read())[7]!.groupId).toBe(result.id);
    });

    test("saved here is restored in Python, and found again here", async () => {
      const result = await group(add().s(1, 1), add().s(2, 2)).applyAsync();
      await result.save();
      expect(await world().ask("restore", result.id)).toEqual([2, 4]);
      const found = await world().app.groupResult(result.id);
      expect(await found!.get()).toEqual([2, 4]);
      await found!.forget();
      expect(await world().app.groupResult(result.id)).toBeUndefined();
    });

    test("with a failed member gives its error, or all there is", async () => {
      const result = await group(add().s(1, 1), boom().s()).linkError(onerr()).applyAsync();
      await expect(result.get()).rejects.toMatchObject({ code: "task-failed", excMessage: "('boom', 42)" });
      expect(await result.get({ propagate: false })).toMatchObject([2, { excType: "ValueError" }]);
      expect(await result.failed()).toBe(true);
      const failed = result.ids[1];
      expect(await world().marks(`error:${failed}`)).toHaveLength(1);
    });

    test("map, starmap and chunks", async () => {
      const echo = world().app.task("tasks.types");
      expect(await (await map(echo.s(), [1, "a"]).applyAsync()).get()).toEqual([["int"], ["str"]]);
      const pairs = [
        [1, 1],
        [2, 2],
        [3, 3],
      ];
      expect(await (await starmap(add().s(), pairs).applyAsync()).get()).toEqual([2, 4, 6]);
      expect(await (await chunks(add().s(), pairs, 2).applyAsync()).get()).toEqual([[2, 4], [6]]);
    });
  });

  describe("chord", () => {
    test("of 100, in one request, with its body's result", async () => {
      const header = Array.from({ length: 100 }, (_task, index) => add().s(index, index));
      const result = await counted(() => chord(header, xsum().s()).applyAsync());
      expect(await result.get()).toBe(9900);
      const [left] = await world().channel.send([["EXISTS", `celery-taskset-meta-${result.parent!.id}.s`]]);
      expect(left).toEqual({ result: 0 });
    });

    test("gives its body the results in the header's order", async () => {
      const echo = world().app.task<unknown[], { args: [number[]] }>("tasks.echo");
      const header = [starmap(add().s(), [[1, 1]]), chain(add().s(1, 2), mul().s(2)), add().s(4, 4)];
      expect((await (await chord(header, echo.s()).applyAsync()).get()).args).toEqual([[[2], 6, 8]]);
    });

    test("with a failing member: the body fails and its errback is called", async () => {
      const result = await chord([add().s(2, 2), boom().s()], xsum().s().onError(onerr())).applyAsync();
      await expect(result.get()).rejects.toMatchObject({
        excType: "ChordError",
        excMessage: expect.stringMatching(/^Dependency .* raised ValueError\('boom', 42\)$/),
      });
      expect(await world().marks(`error:${result.id}`)).toHaveLength(1);
    });

    test("with an empty header calls its body with an empty list", async () => {
      expect(await (await chord([], xsum().s()).applyAsync()).get()).toBe(0);
    });

    test("with a group as its body", async () => {
      const result = await chord([add().s(1, 1), add().s(2, 2)], group(xsum().s(), xsum().s())).applyAsync();
      expect(await result.get()).toEqual([6, 6]);
    });
  });

  describe("nested", () => {
    test("chain(group(task, chord), task), in one request", async () => {
      const inner = chord([add().s(1, 2), add().s(3, 4)], xsum().s());
      const result = await counted(() =>
        chain(group(add().s(1, 1), inner), xsum().s(), mul().s(2)).applyAsync(),
      );
      expect(await result.get()).toBe(24);
    });

    test("started by workers, several levels deep", async () => {
      const inner = chain(add().s(2), group(add().s(1), add().s(2)), xsum().s(), mul().s(2));
      const outer = chain(
        add().s(1, 1),
        group(add().s(1), inner),
        xsum().s(),
        mul().s(2),
        group(add().s(1), add().s(2)),
        xsum().s(),
      );
      const result = await counted(() => outer.applyAsync());
      expect(await result.get()).toBe(103);
    });

    test.for(["before the chord", "in its header", "in a chord in its header"])(
      "a failure %s is seen",
      async (where) => {
        const first = where === "before the chord" ? boom().s() : add().s(1, 1);
        const members =
          where === "in a chord in its header"
            ? [chord([boom().si(), add().si(1, 1)], xsum().s()), add().s(1)]
            : [where === "in its header" ? boom().s() : add().s(1), add().s(1)];
        const result = await chain(first, group(...members), xsum().s(), mul().s(2)).applyAsync();
        await expect(result.get({ timeout: 6_000 })).rejects.toMatchObject({ code: "task-failed" });
      },
    );

    test("a chord whose member ends in a group is refused", async () => {
      const header = [chain(add().s(1, 1), group(add().s(1), add().s(2)))];
      await expect(chord(header, xsum().s()).applyAsync()).rejects.toMatchObject({
        code: "invalid-argument",
        field: "canvas.header[0]",
      });
    });
  });
}
