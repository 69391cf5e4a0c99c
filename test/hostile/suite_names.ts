/** @module Names: in every place of a path, and in every place where a queue can be named. */
import { beforeAll, describe, expect, test } from "vitest";
import { PATH_NAMES, RESERVED } from "./names.ts";
import { each } from "./pool.ts";
import { fill, type Known } from "./routes.ts";
import { AUTHORIZED, type World } from "./world.ts";

/** Where a queue is named in a body. */
const PLACES: readonly [target: string, body: (queue: string) => unknown][] = [
  ["/v1/messages", (routing_key) => ({ routing_key, body: 1 })],
  ["/v1/messages", (routing_key) => ({ exchange: "", routing_key, body: 1 })],
  ["/v1/messages", (reply_to) => ({ routing_key: "hostile", body: 1, properties: { reply_to } })],
  ["/v1/tasks/hostile", (queue) => ({ queue })],
  ["/v1/tasks/hostile", (reply_to) => ({ reply_to })],
  ["/v1/tasks/hostile", (queue) => ({ link: { task: "hostile", queue } })],
  [
    "/v1/tasks/hostile",
    (queue) => ({ link: [{ task: "hostile", link_error: [{ task: "hostile", queue }] }] }),
  ],
  ["/v1/tasks/hostile", (reply_to) => ({ link_error: { task: "hostile", reply_to } })],
  ["/v1/tasks/hostile", (routing_key) => ({ exchange: "", routing_key })],
  ["/v1/tasks", (queue) => ({ task: "hostile", queue })],
  ["/v1/tasks", (queue) => ({ chain: [{ task: "hostile" }, { task: "hostile", queue }] })],
  ["/v1/tasks", (queue) => ({ chain: [{ group: [{ task: "hostile", queue }] }] })],
  ["/v1/tasks", (queue) => ({ group: [{ task: "hostile" }], queue })],
  ["/v1/tasks", (queue) => ({ chord: { header: [{ task: "hostile", queue }], body: { task: "hostile" } } })],
  ["/v1/tasks", (queue) => ({ chord: { header: [{ task: "hostile" }], body: { task: "hostile", queue } } })],
  ["/api/task/send-task/hostile", (queue) => ({ queue })],
  ["/api/task/async-apply/hostile", (queue) => ({ queue })],
  ["/api/task/async-apply/hostile", (reply_to) => ({ reply_to })],
  ["/api/task/apply/hostile", (queue) => ({ queue, timeout: 0 })],
];

/** The suite. */
export function names(world: () => World, routes: () => readonly Known[]): void {
  describe("names", () => {
    beforeAll(async () => {
      await world().redis("DEL", "_kombu.binding.hostile-kept", "unacked", "unacked_index");
      await world().redis("SADD", "_kombu.binding.hostile-kept", "a\u0006\u0016\u0006\u0016kept");
      await world().redis("HSET", "unacked", "tag", "kept");
      await world().redis("ZADD", "unacked_index", 1, "tag");
    });

    test.each(PATH_NAMES.map((name) => [name.slice(0, 40), name]))("%s in every path", async (_, name) => {
      const paths = routes().filter(({ path }) => path.includes("{"));
      await each(paths, async ({ method, path, hasBody }) => {
        const target = fill(path, name);
        const headers = [...AUTHORIZED, ["content-type", "application/json"] as const];
        await world().attack(
          { method, target, headers, ...(hasBody && { body: "{}" }) },
          { byRuntime: true },
        );
      });
    });

    test("none of Kombu's own is a queue in a path", async () => {
      const paths = routes().filter(({ path }) => path.includes("{queue}"));
      expect(paths.length).toBeGreaterThanOrEqual(3);
      for (const name of RESERVED) {
        await each(paths, async ({ method, path }) => {
          const target = fill(path, encodeURIComponent(name));
          await world().attack({ method, target, headers: AUTHORIZED, body: "1" }, { statuses: [400] });
        });
      }
    });

    test("none of Kombu's own is a queue in a body", async () => {
      for (const name of RESERVED) {
        await each(PLACES, async ([target, body]) => {
          const headers = [...AUTHORIZED, ["content-type", "application/json"] as const];
          await world().attack({ target, headers, body: JSON.stringify(body(name)) }, { statuses: [400] });
        });
        const binding = JSON.stringify({ queue: name, routing_key: "k", type: "topic" });
        const target = "/v1/exchanges/hostile/bindings";
        const headers = [...AUTHORIZED, ["content-type", "application/json"] as const];
        await world().attack({ method: "PUT", target, headers, body: binding }, { statuses: [400] });
      }
    });

    test("what Kombu keeps is as it was", async () => {
      const { redis } = world();
      expect(await redis("SMEMBERS", "_kombu.binding.hostile-kept")).toEqual([
        "a\u0006\u0016\u0006\u0016kept",
      ]);
      expect(await redis("HGETALL", "unacked")).toEqual(["tag", "kept"]);
      expect(await redis("ZCARD", "unacked_index")).toBe(1);
      expect(await redis("EXISTS", "unacked_mutex", "_kombu.binding.", "_kombu", "_kombu-edge.guard.x")).toBe(
        0,
      );
      await redis("DEL", "_kombu.binding.hostile-kept", "unacked", "unacked_index");
    });

    test("patterns and separators in routing keys and exchanges", async () => {
      const keys = [
        "#",
        "*",
        "#.#.#.#",
        "*.".repeat(500),
        "**",
        "*a",
        "(a+)+$",
        "\u0006\u0016",
        "\u0000",
        "a\nb",
        "^$",
        "\\",
      ];
      for (const key of keys) {
        const routing = `routing_key=${encodeURIComponent(key)}&type=topic`;
        const name = encodeURIComponent(key);
        const json = [...AUTHORIZED, ["content-type", "application/json"] as const];
        const binding = JSON.stringify({ queue: "hostile-bound", routing_key: key, type: "topic" });
        const bindings = "/v1/exchanges/hostile-topic/bindings";
        await world().attack({ method: "PUT", target: bindings, headers: json, body: binding });
        for (const target of [
          `/v1/exchanges/hostile-topic/messages?${routing}`,
          `/v1/exchanges/${name}/messages?${routing}`,
        ]) {
          await world().attack({ target, headers: AUTHORIZED, body: "1" });
        }
        await world().attack({
          method: "GET",
          target: `/v1/exchanges/${name}/route?${routing}`,
          headers: AUTHORIZED,
        });
        await world().attack({ method: "GET", target: bindings, headers: AUTHORIZED }, { statuses: [200] });
        await world().attack({ method: "DELETE", target: bindings, headers: json, body: binding });
      }
    });

    test("queries that repeat, contradict or never end", async () => {
      const queries = [
        "a=1&a=2",
        "%=1",
        "__proto__=1",
        "constructor=x",
        "priority=1e999",
        "priority=NaN",
        "wait=-1",
      ];
      queries.push(
        "&".repeat(10_000),
        `x=${"y".repeat(8_000)}`,
        "routing_key=%ff",
        "wait=0&wait=0",
        "terminate=maybe",
      );
      for (const query of queries) {
        await each(routes(), async ({ method, path }) => {
          const target = `${fill(path)}?${query}`;
          await world().attack({ method, target, headers: AUTHORIZED, body: "{}" }, { byRuntime: true });
        });
      }
    });
  });
}
