/** @module What follows a task on a real worker: its result or none, callbacks, errbacks; and that it runs once. */
import { describe, expect, test } from "vitest";
import { pause, type World } from "./world.ts";

export function callbackTests(world: () => World): void {
  describe("results and callbacks", () => {
    test("a result that is to be ignored is not stored, and without a word the task decides", async () => {
      const { app } = world();
      const ignored = await app.sendTask("tasks.mark", { args: ["ignore-1"], ignoreResult: true });
      const declared = await app.sendTask("tasks.ignored", { args: ["ignore-2"] });
      expect(await world().marks("ignore-1")).toEqual([[]]);
      expect(await world().marks("ignore-2")).toEqual(["ran"]);
      await pause(200);
      expect([await ignored.state(), await declared.state()]).toEqual(["PENDING", "PENDING"]);
    });

    test("link is called with the result, and is the task's child", async () => {
      const { app } = world();
      const link = [
        app.signature("tasks.mul", { args: [10], taskId: "linked" }),
        app.signature("tasks.mark", { args: ["linked"], immutable: true }),
      ];
      const result = await app.sendTask("tasks.add", { args: [2, 2], link: [link[0]!, link[1]!] });
      expect(await app.asyncResult("linked").get()).toBe(40);
      expect(await world().marks("linked")).toEqual([[]]);
      expect(await result.get()).toBe(4);
      expect(await result.children()).toHaveLength(1);
    });

    test("errbacks are called, inline or as tasks", async () => {
      const { app } = world();
      const inline = await app.sendTask("tasks.boom", { linkError: app.signature("tasks.onerr") });
      const bound = await app.sendTask("tasks.boom", { linkError: app.signature("tasks.onerr_bound") });
      expect(await world().marks(`error:${inline.id}`)).toEqual([[inline.id, "ValueError('boom', 42)"]]);
      expect(await world().marks(`error:${bound.id}`)).toEqual([[bound.id, bound.id]]);
    });

    test("an idempotency key sends once, and both answers name the same task", async () => {
      const options = { args: ["once"], idempotencyKey: "delivery-7" };
      const first = await world().app.sendTask("tasks.mark", options);
      const second = await world().app.sendTask("tasks.mark", options);
      expect([first.sent!.status, second.sent!.status]).toEqual(["delivered", "duplicate"]);
      expect(second.id).toBe(first.id);
      await second.get();
      expect(await world().marks("once")).toEqual([[]]);
    });

    test("a guarded retry runs once", async () => {
      const result = await world().app.sendTask("tasks.mark", { args: ["retry"], retry: true });
      await result.get();
      expect(await world().marks("retry")).toEqual([[]]);
    });
  });
}
