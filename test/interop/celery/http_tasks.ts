/** @module `/v1/tasks` on real workers. */
import { describe, expect, test } from "vitest";
import type { HttpWorld } from "./http_world.ts";
import { pause } from "./world.ts";

export function httpTaskTests(world: () => HttpWorld): void {
  describe("/v1/tasks", () => {
    test("a task is started in one request, runs, and its result is waited for", async () => {
      const [started, requests] = await world().counted("POST", "/v1/tasks/tasks.echo", {
        args: ["héllo", 2.5, null],
        kwargs: { day: "2026-11-23" },
      });
      expect([started.status, requests]).toEqual([202, 1]);
      expect(started.body).toEqual({
        task_id: expect.any(String),
        status: "delivered",
        queue: "celery",
      });
      expect(started.headers.get("location")).toBe(`/v1/tasks/${started.body.task_id}`);
      expect(await world().result(started.body.task_id)).toMatchObject({
        task_id: started.body.task_id,
        state: "SUCCESS",
        ready: true,
        result: { args: ["héllo", 2.5, null], kwargs: { day: "2026-11-23" } },
        children: [],
        traceback: null,
      });
    });

    test("the worker's self.request has what was asked for", async () => {
      const { body } = await world().ask("POST", "/v1/tasks/tasks.request", {
        args: [1],
        task_id: "over http",
        shadow: "shown",
        headers: { "x-tenant": "acme" },
        priority: 6,
        expires: 600,
        time_limit: 30,
        soft_time_limit: 20,
        correlation_id: "correlation",
        root_id: "root",
        stamps: { customer: "acme" },
        countdown: 0.5,
      });
      expect(body.task_id).toBe("over http");
      expect((await world().result("over http")).result).toMatchObject({
        id: "over http",
        args: [1],
        shadow: "shown",
        custom: { "x-tenant": "acme" },
        delivery_info: { priority: 6, routing_key: "celery" },
        timelimit: [30, 20],
        correlation_id: "correlation",
        root_id: "root",
        stamps: { customer: "acme" },
        eta: expect.stringMatching(/^20..-..-..T.*\+00:00$/),
      });
    });

    test("link is called with the result, link_error with what failed", async () => {
      await world().ask("POST", "/v1/tasks/tasks.add", {
        args: [70_001, 2],
        link: { task: "tasks.mark", args: ["linked"] },
      });
      const failing = { link_error: { task: "tasks.onerr" } };
      const { body } = await world().ask("POST", "/v1/tasks/tasks.boom", failing);
      expect(await world().world.marks("70003")).toEqual([["linked"]]);
      const [error] = await world().world.marks(`error:${body.task_id}`);
      expect(error).toEqual([body.task_id, expect.stringContaining("boom")]);
    });

    test("a failure is told with Python's exception and traceback", async () => {
      const { body } = await world().ask("POST", "/v1/tasks/tasks.boom", {});
      expect(await world().result(body.task_id)).toMatchObject({
        state: "FAILURE",
        ready: true,
        result: { exc_type: "ValueError", exc_message: ["boom", 42], exc_module: "builtins" },
        traceback: expect.stringContaining("raise ValueError"),
      });
    });

    test("integers of any size come back whole", async () => {
      const answer = await fetch(new URL("/v1/tasks/tasks.mul", world().worker.url), {
        method: "POST",
        headers: { authorization: "Bearer secret", "content-type": "application/json" },
        body: '{"args": [9007199254740993, 1000]}',
      });
      const { task_id } = (await answer.json()) as { task_id: string };
      await world().result(task_id);
      const read = await fetch(new URL(`/v1/tasks/${task_id}`, world().worker.url), {
        headers: { authorization: "Bearer secret" },
      });
      expect(await read.text()).toContain('"result":9007199254740993000,');
    });

    test("custom states and their meta are streamed, to the final one", async () => {
      const { headers } = await world().ask("POST", "/v1/tasks/tasks.progress", { args: [3] });
      const events = await world().streamed(headers.get("location")!);
      const told = events.map(({ data }) => [data.state, data.result]);
      expect(told.filter(([state]) => state !== "PENDING")).toEqual([
        ["PROGRESS", { done: 1, of: 3 }],
        ["PROGRESS", { done: 2, of: 3 }],
        ["PROGRESS", { done: 3, of: 3 }],
        ["SUCCESS", "finished"],
      ]);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    });

    test("a key starts a task once, and both answers name it", async () => {
      const key = { "idempotency-key": "http-once" };
      const json = { args: ["http-once"] };
      const first = await world().ask("POST", "/v1/tasks/tasks.mark", json, key);
      const second = await world().ask("POST", "/v1/tasks/tasks.mark", json, key);
      expect([first.status, second.status]).toEqual([202, 200]);
      expect(second.body).toEqual({ ...first.body, status: "duplicate" });
      await world().result(first.body.task_id);
      await pause(300);
      expect(await world().world.marks("http-once", 2, 300)).toEqual([[]]);
    });
  });

  describe("canvas over HTTP", () => {
    test("a chain of five, in one request", async () => {
      const chain = [
        { task: "tasks.add", args: [1, 1] },
        ...[2, 3, 4, 5].map((n) => ({ task: "tasks.add", args: [n] })),
      ];
      const [{ status, body }, requests] = await world().counted("POST", "/v1/tasks", { chain });
      expect([status, requests, body.parents.length]).toEqual([202, 1, 4]);
      expect((await world().result(body.task_id)).result).toBe(16);
      expect((await world().result(body.parents[0].task_id)).result).toBe(2);
    });

    test("a group of a hundred, in one request", async () => {
      const group = Array.from({ length: 100 }, (_, n) => ({ task: "tasks.add", args: [n, 1] }));
      const [{ status, body }, requests] = await world().counted("POST", "/v1/tasks", { group });
      expect([status, requests, body.task_ids.length]).toEqual([202, 1, 100]);
      expect((await world().result(body.task_ids[99])).result).toBe(100);
      expect((await world().result(body.task_ids[0])).result).toBe(1);
    });

    test("a chord, in one request, with its body's result", async () => {
      const header = Array.from({ length: 10 }, (_, n) => ({ task: "tasks.add", args: [n, n] }));
      const chord = { header, body: { task: "tasks.xsum" } };
      const [{ status, body }, requests] = await world().counted("POST", "/v1/tasks", { chord });
      expect([status, requests]).toEqual([202, 1]);
      expect((await world().result(body.task_id)).result).toBe(90);
    });

    test("a batch, in one request, each with its own answer", async () => {
      const tasks = [
        { task: "tasks.add", args: [1, 2] },
        { task: "tasks.add", args: "no list" },
        {
          chain: [
            { task: "tasks.add", args: [1, 1] },
            { task: "tasks.mul", args: [10] },
          ],
        },
      ];
      const [{ status, body }, requests] = await world().counted("POST", "/v1/tasks", tasks);
      expect([status, requests]).toEqual([207, 1]);
      expect((await world().result(body.results[0].task_id)).result).toBe(3);
      expect(body.results[1]).toMatchObject({ status: 400, field: "args" });
      expect((await world().result(body.results[2].task_id)).result).toBe(20);
    });
  });

  describe("revoke over HTTP", () => {
    test("a revoked task does not run", async () => {
      const { body } = await world().ask("POST", "/v1/tasks/tasks.mark", {
        args: ["http-revoked"],
        countdown: 1,
      });
      await pause(300);
      const [revoked, requests] = await world().counted("DELETE", `/v1/tasks/${body.task_id}`);
      expect([revoked.status, requests]).toEqual([202, 1]);
      expect(revoked.body).toEqual({ task_id: body.task_id, terminate: false, workers: expect.any(Number) });
      expect(revoked.body.workers).toBeGreaterThanOrEqual(2);
      expect(await world().result(body.task_id)).toMatchObject({ state: "REVOKED", ready: true });
      await pause(800);
      expect(await world().world.marks("http-revoked", 1, 0)).toEqual([]);
    });

    test("terminate kills a task that runs", async () => {
      const { body } = await world().ask("POST", "/v1/tasks/tasks.slow", {
        args: ["http-killed", 30],
        queue: "prefork",
      });
      expect(await world().world.marks("http-killed")).toEqual(["begin"]);
      await world().ask("DELETE", `/v1/tasks/${body.task_id}?terminate=true&signal=SIGKILL`);
      expect(await world().result(body.task_id)).toMatchObject({ state: "REVOKED", ready: true });
      expect(await world().world.marks("http-killed")).toEqual(["begin"]);
    });
  });
}
