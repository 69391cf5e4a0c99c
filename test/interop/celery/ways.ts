/** @module Which queue a real worker took a task from, when it ran it, and whether at all. */
import { describe, expect, test } from "vitest";
import { Exchange, Queue } from "../../../src/index.ts";
import type { SeenRequest, World } from "./world.ts";

export function wayTests(world: () => World): void {
  describe("routing", () => {
    const keyOf = async (result: { get(): Promise<SeenRequest> }) => (await result.get()).delivery_info;

    test("to a named queue, whose binding is written in the same request", async () => {
      const before = world().count();
      const result = await world().app.sendTask<SeenRequest>("tasks.request", { queue: "other" });
      expect(world().count() - before).toBe(1);
      expect(await keyOf(result)).toMatchObject({ exchange: "", routing_key: "other" });
      expect((await world().channel.bindings("other")).bindings).toMatchObject([{ queue: "other" }]);
    });

    test("by globs, expressions and functions, call options first", async () => {
      const app = world().appWith({
        taskRoutes: [
          (name) => (name === "tasks.nowhere" ? "nowhere" : undefined),
          [
            [/tasks\.req/, { queue: "other", priority: 3 }],
            ["tasks.*", "celery"],
          ],
        ],
      });
      const routed = await app.sendTask<SeenRequest>("tasks.request");
      expect(await keyOf(routed)).toMatchObject({ routing_key: "other", priority: 3 });
      const explicit = await app.sendTask<SeenRequest>("tasks.request", { queue: "billing" });
      expect(await keyOf(explicit)).toMatchObject({ routing_key: "billing", priority: 3 });
    });

    test("to a named exchange, by its bindings", async () => {
      const exchange = new Exchange("billing", { type: "direct" });
      const result = await world().app.sendTask<SeenRequest>("tasks.request", {
        exchange,
        routingKey: "billing",
      });
      expect(await keyOf(result)).toMatchObject({ exchange: "billing", routing_key: "billing" });
    });

    test("to a topic exchange that no worker has declared yet", async () => {
      const exchange = new Exchange("feeds", { type: "topic" });
      const queue = new Queue("other", { exchange, routingKey: "feed.#" });
      const app = world().appWith({ taskQueues: [queue, new Queue("celery")] });
      const result = await app.sendTask<SeenRequest>("tasks.request", { exchange, routingKey: "feed.eu" });
      expect(await keyOf(result)).toMatchObject({ exchange: "feeds", routing_key: "feed.eu" });
    });

    test("to nobody is an error", async () => {
      const sending = world().app.sendTask("tasks.request", { exchange: "nobody", routingKey: "x" });
      await expect(sending).rejects.toMatchObject({ code: "unroutable" });
    });
  });

  describe("time", () => {
    test("a countdown and an eta are kept", async () => {
      const sentAt = Date.now();
      const later = await world().app.sendTask<number>("tasks.now", { countdown: 1.2 });
      const eta = await world().app.sendTask<number>("tasks.now", { eta: new Date(sentAt + 1500) });
      const [first, second] = [await later.get(), await eta.get()];
      expect(first * 1000 - sentAt).toBeGreaterThanOrEqual(1_200);
      expect(first * 1000 - sentAt).toBeLessThan(5_000);
      expect(second * 1000 - sentAt).toBeGreaterThanOrEqual(1_500);
    });

    test("an expired task does not run", async () => {
      const args = ["expired"];
      const result = await world().app.sendTask("tasks.mark", {
        args,
        expires: new Date(Date.now() - 5_000),
      });
      const failure = await result.get({ propagate: false });
      expect(failure).toMatchObject({
        code: "task-revoked",
        excType: "TaskRevokedError",
        excMessage: "expired",
      });
      expect(await world().marks("expired", 1, 0)).toEqual([]);
    });

    test("an eta beyond the visibility timeout is warned of", async () => {
      const app = world().appWith({ visibilityTimeout: 60 });
      const soon = await app.sendTask("tasks.add", { args: [1, 1], countdown: 59, queue: "unused" });
      const late = await app.sendTask("tasks.add", { args: [1, 1], countdown: 61, queue: "unused" });
      expect(soon.warnings).toEqual([]);
      expect(late.warnings).toEqual([expect.stringContaining("visibility timeout of 60 seconds")]);
      await world().channel.purgeQueue("unused");
    });

    test("limits end a task", async () => {
      const { app } = world();
      const hard = await app.sendTask("tasks.slow", { args: ["hard", 20], queue: "prefork", timeLimit: 1 });
      await expect(hard.get({ timeout: 15_000 })).rejects.toMatchObject({ excType: "TimeLimitExceeded" });
      const soft = await app.sendTask("tasks.slow", {
        args: ["soft", 20],
        queue: "prefork",
        softTimeLimit: 1,
      });
      await expect(soft.get({ timeout: 15_000 })).rejects.toMatchObject({ excType: "SoftTimeLimitExceeded" });
      expect(await world().marks("hard")).toEqual(["begin"]);
      expect(await world().marks("soft")).toEqual(["begin"]);
    });
  });
}
