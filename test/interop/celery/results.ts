/** @module Results over HTTP: states as they change, errors, and what becomes of them. */
import { describe, expect, test } from "vitest";
import { ResultTimeoutError, TaskError } from "../../../src/celery/index.ts";
import type { World } from "./world.ts";

export function resultTests(world: () => World): void {
  describe("results", () => {
    test("watch shows custom states and their meta, then the end", async () => {
      const result = await world().app.sendTask("tasks.progress", { args: [3] });
      const seen: unknown[] = [];
      for await (const { status, result: value } of result.watch({ interval: 20, intervalMax: 60 })) {
        if (status !== "PENDING") seen.push([status, value]);
      }
      expect(seen).toEqual([
        ["PROGRESS", { done: 1, of: 3 }],
        ["PROGRESS", { done: 2, of: 3 }],
        ["PROGRESS", { done: 3, of: 3 }],
        ["SUCCESS", "finished"],
      ]);
    });

    test("a worker that tracks tells when it started, and who it is", async () => {
      const result = await world().app.sendTask("tasks.slow", { args: ["started", 0.6], queue: "prefork" });
      const states = [];
      for await (const meta of result.watch({ interval: 20, intervalMax: 50 })) states.push(meta);
      const started = states.find(({ status }) => status === "STARTED");
      expect(started!.result).toMatchObject({ hostname: "prefork@test" });
      expect(states.at(-1)!.extended).toMatchObject({
        name: "tasks.slow",
        worker: "prefork@test",
        queue: "prefork",
      });
      expect(Math.abs(states.at(-1)!.dateDone!.getTime() - Date.now())).toBeLessThan(5_000);
    });

    test("a failure becomes a TaskError with Python's exception", async () => {
      const result = await world().app.sendTask("tasks.boom");
      const error = (await result.get({ propagate: false })) as TaskError;
      expect(error).toBeInstanceOf(TaskError);
      expect(error.message).toBe("ValueError: ('boom', 42)");
      expect(error).toMatchObject({
        code: "task-failed",
        taskId: result.id,
        state: "FAILURE",
        excType: "ValueError",
        excModule: "builtins",
        excArguments: ["boom", 42],
      });
      expect(error.traceback).toContain("raise ValueError");
      expect(await result.failed()).toBe(true);
    });

    test("a task that workers do not know fails", async () => {
      const result = await world().app.sendTask("tasks.unheard_of");
      await expect(result.get()).rejects.toMatchObject({ excType: "NotRegistered" });
    });

    test("waiting ends in time, and when it is told to", async () => {
      const result = world().app.asyncResult("nobody-knows-it");
      await expect(result.get({ timeout: 150 })).rejects.toThrow(ResultTimeoutError);
      await expect(result.get({ signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
        name: "TimeoutError",
      });
      expect(await result.state()).toBe("PENDING");
    });

    test("forget removes it", async () => {
      const result = await world().app.sendTask("tasks.add", { args: [1, 2] });
      expect(await result.get()).toBe(3);
      await result.forget();
      expect(await result.state()).toBe("PENDING");
    });

    test("integers of any size come back whole", async () => {
      const result = await world().app.sendTask("tasks.mul", { args: [9007199254740993n, 1000] });
      expect(await result.get()).toBe(9007199254740993000n);
    });
  });
}
