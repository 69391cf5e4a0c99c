/** @module Every option of a call, on a real worker: what the task saw, and what became of it. */
import { describe, expect, test } from "vitest";
import { msgpack } from "../../../src/envelope/msgpack.ts";
import { yaml } from "../../../src/envelope/yaml.ts";
import {
  DateTime,
  Decimal,
  Exchange,
  PlainDate,
  Queue,
  registerSerializer,
  UUID,
} from "../../../src/index.ts";
import { pause, type World } from "./world.ts";

interface SeenRequest {
  readonly args: readonly unknown[];
  readonly delivery_info: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

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
