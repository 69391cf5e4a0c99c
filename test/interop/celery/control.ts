/** @module Remote control of real workers. */
import { describe, expect, test } from "vitest";
import { Exchange, Queue } from "../../../src/index.ts";
import { pause, type World } from "./world.ts";

export function controlTests(world: () => World): void {
  const main = { destination: ["main@test"] };
  const prefork = { destination: ["prefork@test"] };

  describe("control", () => {
    test("ping is answered by every worker, and leaves nothing behind", async () => {
      expect(await world().app.control.ping()).toEqual({
        "main@test": { ok: "pong" },
        "prefork@test": { ok: "pong" },
      });
      const [keys, members] = await world().channel.send([
        ["KEYS", "*.reply.celery.pidbox"],
        ["SMEMBERS", "_kombu.binding.reply.celery.pidbox"],
      ]);
      expect([keys, members]).toEqual([{ result: [] }, { result: [] }]);
    });

    test("destinations and patterns choose the workers", async () => {
      const { control } = world().app;
      expect(Object.keys(await control.ping(main))).toEqual(["main@test"]);
      const matched = await control.ping({ pattern: "pre*", matcher: "glob", timeout: 600 });
      expect(Object.keys(matched)).toEqual(["prefork@test"]);
    });

    test("inspect asks what workers know", async () => {
      const ask = world().app.control.inspect(main);
      const queues = (await ask.activeQueues())["main@test"] as { name: string }[];
      expect(queues.map(({ name }) => name).sort()).toEqual(["billing", "celery", "other"]);
      expect((await ask.registered())["main@test"]).toContain("tasks.add");
      expect((await ask.stats())["main@test"]).toMatchObject({ total: expect.anything() });
      expect((await ask.conf())["main@test"]).toBeDefined();
      expect((await ask.clock())["main@test"]).toMatchObject({ clock: expect.any(Number) });
      expect((await ask.reserved())["main@test"]).toBeInstanceOf(Array);
      const later = await world().app.sendTask("tasks.add", {
        args: [1, 1],
        countdown: 60,
        taskId: "scheduled",
      });
      await pause(300);
      expect((await ask.scheduled())["main@test"]).toMatchObject([{ request: { id: "scheduled" } }]);
      await later.revoke();
    });

    test("active tasks are seen while they run", async () => {
      const result = await world().app.sendTask("tasks.slow", { args: ["active", 1] });
      await world().marks("active");
      const active = (await world().app.control.inspect(main).active())["main@test"];
      expect(active).toMatchObject([{ id: result.id, name: "tasks.slow" }]);
      const asked = (await world().app.control.inspect(main).queryTask(result.id))["main@test"];
      expect(asked).toMatchObject({ [result.id]: ["active", { name: "tasks.slow" }] });
      await result.get();
    });

    test("a revoked task does not run", async () => {
      const result = await world().app.sendTask("tasks.mark", { args: ["revoked"], countdown: 1 });
      await pause(300);
      expect(await result.revoke()).toBeGreaterThanOrEqual(2);
      const ids = (await world().app.control.inspect(main).revoked())["main@test"];
      expect(ids).toContain(result.id);
      await expect(result.get()).rejects.toMatchObject({ code: "task-revoked", excMessage: "revoked" });
      await pause(1_000);
      expect(await world().marks("revoked", 1, 0)).toEqual([]);
    });

    test("tasks are revoked by their stamps, by workers that know of stamps", async () => {
      const { app } = world();
      const stamps = { customer: "leaving" };
      const result = await app.sendTask("tasks.mark", { args: ["stamped"], countdown: 1.2, stamps });
      await pause(200);
      await app.control.revokeByStampedHeaders({ customer: ["leaving"] });
      const marks = await world().marks("stamped", 1, 3_000);
      expect(marks).toEqual(world().version.name === "5.2" ? [[]] : []);
      const state = world().version.name === "5.2" ? "SUCCESS" : "REVOKED";
      await result.get({ propagate: false });
      expect(await result.state()).toBe(state);
    });

    test("a fanout exchange reaches every worker that listens", async () => {
      const { app } = world();
      const options = { exchange: "news", exchangeType: "fanout", routingKey: "celery" } as const;
      await app.control.addConsumer("news.main", { ...options, ...main });
      await app.control.addConsumer("news.prefork", { ...options, ...prefork });
      // Workers subscribe when they get to it; a probe that is no message is passed over, and counted.
      await expect
        .poll(
          async () => {
            const probes = await world().channel.send([
              ["PUBLISH", "/0.news", ""],
              ["PUBLISH", "/0.news/celery", ""],
            ]);
            return Math.max(...probes.map((reply) => ("result" in reply ? Number(reply.result) : 0)));
          },
          { timeout: 10_000 },
        )
        .toBe(2);
      const news = new Queue("news", { exchange: new Exchange("news", { type: "fanout" }) });
      const sender = world().appWith({ taskQueues: [new Queue("celery"), news] });
      await sender.sendTask("tasks.mark", { args: ["news"], queue: "news" });
      expect(await world().marks("news", 2)).toEqual([[], []]);
      await app.control.cancelConsumer("news.main", main);
      await app.control.cancelConsumer("news.prefork", prefork);
    });

    test("terminate kills a task that runs", async () => {
      const result = await world().app.sendTask("tasks.slow", { args: ["killed", 30], queue: "prefork" });
      expect(await world().marks("killed")).toEqual(["begin"]);
      await world().app.control.revoke(result.id, { terminate: true, signal: "SIGKILL" });
      await expect(result.get()).rejects.toMatchObject({ code: "task-revoked" });
      // The process is replaced, and the next task runs.
      const next = await world().app.sendTask("tasks.add", { args: [1, 1], queue: "prefork" });
      expect(await next.get()).toBe(2);
      expect(await world().marks("killed")).toEqual(["begin"]);
    });

    test("rate and time limits are taken over", async () => {
      const { control } = world().app;
      await control.rateLimit("tasks.types", "10/m", main);
      await control.timeLimit("tasks.slow", { hard: 60, soft: 50, ...prefork });
      await pause(300);
      const registered = (await control.inspect(main).registered("rate_limit"))["main@test"];
      expect(registered).toContain("tasks.types [rate_limit=10/m]");
      await control.rateLimit("tasks.types", 0, main);
      expect(world().workers.prefork.log()).toContain(
        "New time limits for tasks of type tasks.slow: soft=50 hard=60",
      );
    });

    test("consumers are added and cancelled", async () => {
      const { app } = world();
      await app.control.addConsumer("added", main);
      const result = await app.sendTask("tasks.add", { args: [3, 4], queue: "added" });
      expect(await result.get()).toBe(7);
      await app.control.cancelConsumer("added", main);
      await pause(300);
      const queues = (await app.control.inspect(main).activeQueues())["main@test"] as { name: string }[];
      expect(queues.map(({ name }) => name)).not.toContain("added");
    });

    test("pools are told to grow and to shrink", async () => {
      const { control } = world().app;
      const replies = async (method: string) => await control.request(method, { n: 1 }, prefork);
      expect(await replies("pool_grow")).toEqual({ "prefork@test": { ok: "pool will grow" } });
      expect(await replies("pool_shrink")).toEqual({ "prefork@test": { ok: "pool will shrink" } });
      expect(await control.poolGrow(1, { destination: [] })).toBe(2);
    });

    test("a command that is for workers among themselves is refused", async () => {
      await expect(world().app.control.broadcast("hello")).rejects.toMatchObject({ field: "method" });
    });

    test("purge empties a queue", async () => {
      const { app } = world();
      for (const priority of [0, 9])
        await app.sendTask("tasks.add", { args: [1, 1], queue: "heap", priority });
      expect(await app.control.purge("heap")).toBe(2);
      expect(await world().channel.queueSize("heap")).toBe(0);
    });
  });
}
