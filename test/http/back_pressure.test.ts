/** @module What callers and senders are told when a queue is full. */
import { describe, expect, inject, test } from "vitest";
import { resolveConfig } from "../../src/http/config/config.ts";
import type { GatewayConfig } from "../../src/http/gateway.ts";
import { client, environment, expectProblem, fresh, redis, requestsDuring } from "./client.ts";
import { githubSender, line, logged, VARIABLES } from "./webhooks/sender.ts";

/** A gateway whose queue holds one message, and is full. */
async function full(config: GatewayConfig = {}) {
  const queue = fresh("full");
  const limited = { ...config, channel: { maximumDepth: { [queue]: 1 } } };
  const ask = client(limited);
  expect((await ask("POST", `/v1/queues/${queue}/messages`, { body: "x" })).status).toBe(202);
  return { queue, ask, limited };
}

const CONFIGS = [
  [{}, 429, 30],
  [{ backPressure: { status: 503, retryAfter: 7 } }, 503, 7],
  [{ backPressure: { retryAfter: 120 } }, 429, 120],
] as const;

describe.each(CONFIGS)(
  "with %j a full queue is answered %d, to come again after %d seconds",
  (config, status, seconds) => {
    const told = { queue: expect.any(String), retry_after: seconds };

    test("to a publisher", async () => {
      const { queue, ask } = await full(config);
      for (const headers of [{}, { "idempotency-key": "k" }]) {
        const { result: answer, requests } = await requestsDuring(() =>
          ask("POST", `/v1/queues/${queue}/messages`, { body: "x", headers }),
        );
        expectProblem(answer, status, "back-pressure", { ...told, queue, delivery_tag: expect.any(String) });
        expect(answer.headers.get("retry-after")).toBe(String(seconds));
        expect(requests).toBe(0);
      }
      expect(await redis.llen(queue)).toBe(1);
    });

    test("to a publisher of many: for those messages alone, or for all", async () => {
      const { queue, ask } = await full(config);
      const other = fresh("room");
      const messages = (...queues: string[]) => queues.map((name) => ({ routing_key: name, body: 1 }));
      const mixed = await ask("POST", "/v1/messages", { json: messages(queue, other) });
      expect(mixed.status).toBe(207);
      expect(mixed.body.results).toMatchObject([{ status, ...told }, { status: "delivered" }]);
      const none = await ask("POST", "/v1/messages", { json: messages(queue, queue) });
      expectProblem(none, status, "back-pressure", { results: [{ status }, { status }] });
      expect(none.headers.get("retry-after")).toBe(String(seconds));
    });

    test("to a starter of tasks, and a canvas that is to land together lands not at all", async () => {
      const { queue, ask } = await full(config);
      const task = await ask("POST", "/v1/tasks/tasks.add", { json: { queue } });
      expectProblem(task, status, "back-pressure", { queue });
      const room = fresh("room");
      const steps = [
        { task: "a", queue: room },
        { task: "b", queue },
      ];
      const group = await ask("POST", "/v1/tasks", { json: { group: steps } });
      expectProblem(group, status, "back-pressure", { queue });
      expect(await redis.llen(room)).toBe(0);
    });

    test("to a sender of webhooks", async () => {
      const { queue, limited } = await full(config);
      const { name, send } = githubSender({ to: { queue } }, limited);
      const delivery = { id: "waits" };
      const { result, lines } = await logged(() => send(delivery));
      expect([result.status, result.headers.get("retry-after"), result.text]).toEqual([
        status,
        String(seconds),
        "",
      ]);
      expect(lines).toEqual([line({ source: name, status, code: "back-pressure", messages: 1, failed: 1 })]);
      await redis.del(queue);
      await new Promise((resolve) => setTimeout(resolve, 1_050));
      expect((await send(delivery)).status).toBe(200);
      expect(await redis.llen(queue)).toBe(1);
    });

    test("to a sender of events, with what was taken", async () => {
      const { queue, limited } = await full(config);
      const ask = client({ ...limited, streams: { clicks: { to: { queue }, writeKeys: ["pk_some_key"] } } });
      const answer = await ask("POST", "/v1/events/clicks?write_key=pk_some_key", {
        token: undefined,
        json: [{ page: 1 }, { page: 2 }],
      });
      expectProblem(answer, status, "back-pressure", { accepted: 0, rejected: [{ index: 0 }, { index: 1 }] });
      expect(answer.headers.get("retry-after")).toBe(String(seconds));
      expect(await redis.llen(queue)).toBe(1);
    });
  },
);

test("a sender whose other target has room is told 503, as for any mixture of reasons", async () => {
  const { queue, limited } = await full();
  const bad = fresh("bad");
  await redis.hset(bad, { in: "the way" });
  const { send } = githubSender({ to: [{ queue }, { queue: bad }] }, limited);
  const { result } = await logged(() => send());
  expect([result.status, result.headers.get("retry-after")]).toEqual([503, "30"]);
});

test("a quota of Redis is answered by the same rule", async () => {
  const url = `${inject("faultProxyUrl")}/quota/2/${fresh("quota")}`;
  const config = { backPressure: { status: 503, retryAfter: 7 } } as const;
  const answer = await client(config)("POST", "/v1/queues/q/messages", {
    body: "x",
    env: environment({ UPSTASH_REDIS_REST_URL: url }),
  });
  expectProblem(answer, 503, "back-pressure", { retry_after: 7 });
  const { send } = githubSender({ to: { queue: "q" } }, config);
  const { result } = await logged(() =>
    send({ env: environment({ ...VARIABLES, UPSTASH_REDIS_REST_URL: url }) }),
  );
  expect([result.status, result.headers.get("retry-after")]).toEqual([503, "7"]);
});

test.each([
  [{ status: 500 }, "backPressure.status"],
  [{ retryAfter: 0 }, "backPressure.retryAfter"],
  [{ retryAfter: 1.5 }, "backPressure.retryAfter"],
  [{ wait: 1 }, "backPressure.wait"],
  [7, "backPressure"],
])("backPressure %j is refused, naming %s", (backPressure, field) => {
  expect(() => resolveConfig({ backPressure: backPressure as never })).toThrow(
    expect.objectContaining({ field }),
  );
});
