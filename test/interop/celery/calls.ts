/** @module The options of a call, on a real worker: what the task saw of them. */
import { describe, expect, test } from "vitest";
import { msgpack } from "../../../src/envelope/msgpack.ts";
import { yaml } from "../../../src/envelope/yaml.ts";
import { DateTime, Decimal, PlainDate, registerSerializer, UUID } from "../../../src/index.ts";
import type { SeenRequest, World } from "./world.ts";

export function callTests(world: () => World): void {
  registerSerializer(yaml);
  registerSerializer(msgpack);

  describe("arguments", () => {
    test("arrive as they were given", async () => {
      const args = ["héllo ☃ 𝄞 \u2028", -1.5, true, null, { ключ: [1, { deep: [] }] }, 12345678901234567890n];
      const kwargs = { day: "2026-11-23", size: 0 };
      const result = await world().app.sendTask("tasks.echo", { args, kwargs });
      expect(await result.get()).toEqual({ args, kwargs });
      const inPython = await world().ask("value", result.id);
      expect((inPython as { kwargs: unknown }).kwargs).toEqual(kwargs);
    });

    test("not a number and infinity come through both ways", async () => {
      const result = await world().app.sendTask("tasks.echo", {
        args: [Number.NaN, Number.POSITIVE_INFINITY],
      });
      expect(await result.get()).toEqual({ args: [Number.NaN, Number.POSITIVE_INFINITY], kwargs: {} });
    });

    test("typed values are Python's own where Kombu knows them", async () => {
      const args = [
        new Date("2026-01-02T03:04:05Z"),
        new DateTime("2026-01-02T03:04:05.000001"),
        new PlainDate("2026-01-02"),
        new Decimal("1.10"),
        new UUID("11111111-1111-4111-8111-111111111111"),
        new Uint8Array([255]),
      ];
      const result = await world().app.sendTask("tasks.types", { args });
      const known = ["datetime", "datetime", "date", "Decimal", "UUID", "bytes"];
      const expected = world().version.name === "5.2" ? known.map(() => "dict") : known;
      expect(await result.get()).toEqual(expected);
    });

    test.for(["yaml", "msgpack"])("by the serialiser %s", async (serializer) => {
      const result = await world().app.sendTask("tasks.echo", {
        args: [1, "zwei"],
        kwargs: { c: null },
        serializer,
      });
      expect(await result.get()).toEqual({ args: [1, "zwei"], kwargs: { c: null } });
    });

    test("compressed", async () => {
      const result = await world().app.sendTask("tasks.echo", {
        args: ["a".repeat(5000)],
        compression: "gzip",
      });
      expect(await result.get()).toEqual({ args: ["a".repeat(5000)], kwargs: {} });
    });

    test("by message protocol 1", async () => {
      const app = world().appWith({ taskProtocol: 1 });
      const link = app.signature("tasks.mark", { args: ["v1-link"], immutable: true });
      const result = await app.sendTask("tasks.add", { args: [2, 3], link });
      expect(await result.get()).toBe(5);
      expect(await world().marks("v1-link")).toEqual([[]]);
    });
  });

  describe("self.request", () => {
    test("holds every option", async () => {
      const result = await world().app.sendTask<SeenRequest>("tasks.request", {
        args: [1, "two"],
        kwargs: { three: 3 },
        taskId: "my task 1",
        shadow: "shown",
        headers: { "x-tenant": "acme", n: 5 },
        priority: 9,
        timeLimit: 30,
        softTimeLimit: 20,
        expires: 600,
        retries: 2,
        rootId: "root-1",
        parentId: "parent-1",
        groupId: "group-1",
        groupIndex: 4,
        replyTo: "replies",
        correlationId: "correlation-1",
        messageId: "message-1",
        appId: "edge-app",
        userId: "user-1",
        type: "kind",
        deliveryMode: 1,
        argsrepr: "(hidden)",
        kwargsrepr: "{hidden}",
        origin: "gen7@somewhere",
        stamps: { customer: "acme", tiers: ["gold", "silver"] },
      });
      expect(result.id).toBe("my task 1");
      const seen = await result.get();
      expect(seen).toMatchObject({
        id: "my task 1",
        task: "tasks.request",
        args: [1, "two"],
        kwargs: { three: 3 },
        shadow: "shown",
        retries: 2,
        root_id: "root-1",
        parent_id: "parent-1",
        group: "group-1",
        group_index: 4,
        timelimit: [30, 20],
        reply_to: "replies",
        correlation_id: "correlation-1",
        argsrepr: "(hidden)",
        kwargsrepr: "{hidden}",
        origin: "gen7@somewhere",
        lang: "js",
        custom: { "x-tenant": "acme", n: 5 },
        delivery_info: { exchange: "", routing_key: "celery", priority: 9 },
      });
      expect(Date.parse(seen.expires as string) - Date.now()).toBeGreaterThan(590_000);
      expect(seen.stamps).toEqual({ customer: "acme", tiers: ["gold", "silver"] });
      expect(seen.stamped_headers).toEqual(["customer", "tiers"]);
    });

    test("without options says what Celery's own says", async () => {
      const result = await world().app.sendTask<SeenRequest>("tasks.request");
      const seen = await result.get();
      expect(seen).toMatchObject({
        id: result.id,
        root_id: result.id,
        parent_id: null,
        retries: 0,
        eta: null,
      });
      expect(seen).toMatchObject({ args: [], kwargs: {}, argsrepr: "()", kwargsrepr: "{}", group: null });
      expect(seen).toMatchObject({
        callbacks: null,
        errbacks: null,
        chain: null,
        chord: null,
        timelimit: [null, null],
      });
    });
  });
}
