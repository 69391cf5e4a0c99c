/** @module What cannot be queued is never a 2xx, and is not doubled when the sender comes again. */
import { describe, expect, inject, test } from "vitest";
import { environment, fresh, redis } from "../client.ts";
import { githubSender, line, logged, VARIABLES } from "./sender.ts";

const unanswerable = environment({ ...VARIABLES, UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });

describe("what cannot be stored", () => {
  test("because nobody is bound is 503, and lands when the sender comes back", async () => {
    const [exchange, queue] = [fresh("webhooks"), fresh("late")];
    const config = { exchanges: { [exchange]: { type: "topic" } }, channel: { missCooldown: 0 } } as const;
    const { name, send, ask } = githubSender({ to: { exchange } }, config);
    const delivery = { id: "waits" };
    const { result, lines } = await logged(() => send(delivery));
    expect([result.status, result.headers.get("retry-after"), result.text]).toEqual([503, "30", ""]);
    expect(lines).toEqual([
      { event: "exchange-without-bindings", exchange },
      line({ source: name, status: 503, code: "unroutable", messages: 1, failed: 1 }),
    ]);
    await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
      json: { queue, routing_key: "#", type: "topic" },
    });
    expect((await send(delivery)).status).toBe(200);
    expect(await redis.llen(queue)).toBe(1);
  });

  test("at one target of several is completed by the retry, and the others are not doubled", async () => {
    const [good, bad] = [fresh("good"), fresh("bad")];
    await redis.hset(bad, { in: "the way" });
    const { name, send } = githubSender({ to: [{ queue: good }, { queue: bad }] });
    const delivery = { id: "half" };
    const { result, lines } = await logged(() => send(delivery));
    expect(result.status).toBe(503);
    expect(lines).toEqual([line({ source: name, status: 503, code: "refused", messages: 2, failed: 1 })]);
    expect((await logged(() => send(delivery))).result.status).toBe(503);
    await redis.del(bad);
    expect((await send(delivery)).status).toBe(200);
    expect([await redis.llen(good), await redis.llen(bad)]).toEqual([1, 1]);
  });

  test("because Redis is away is 503", async () => {
    const { name, send } = githubSender({ to: { queue: "q" } });
    const { result, lines } = await logged(() => send({ env: unanswerable }));
    expect([result.status, result.headers.get("retry-after"), result.text]).toEqual([503, "30", ""]);
    expect(lines).toEqual([
      line({ source: name, status: 503, code: "outcome-unknown", messages: 1, failed: 1 }),
    ]);
  });

  test("because no database is configured is 503", async () => {
    const { send } = githubSender({ to: { queue: "q" } });
    const { result, lines } = await logged(() => send({ env: VARIABLES }));
    expect(result.status).toBe(503);
    expect(lines).toMatchObject([{ code: "not-configured", failed: 1 }]);
  });

  test("within the sender's patience is 503 in time, and not doubled by the retry", async () => {
    const queue = fresh("slow");
    const { send } = githubSender({ to: { queue }, deadline: 0.9 });
    const env = environment({
      ...VARIABLES,
      UPSTASH_REDIS_REST_URL: `${inject("faultProxyUrl")}/stall/1/${fresh("stall")}`,
    });
    const begin = Date.now();
    const { result, lines } = await logged(() => send({ id: "slow", env }));
    expect(result.status).toBe(503);
    expect(lines).toMatchObject([{ code: "timed-out", failed: 1 }]);
    expect(Date.now() - begin).toBeLessThan(900);
    expect((await send({ id: "slow", env })).status).toBe(200);
    expect(await redis.llen(queue)).toBe(1);
  });

  test("because the answer was lost is asked for again at once, and lands once", async () => {
    const queue = fresh("lost");
    const { send } = githubSender({ to: { queue } });
    const url = `${inject("faultProxyUrl")}/reset-after/1/${fresh("lost")}`;
    const answer = await send({ env: environment({ ...VARIABLES, UPSTASH_REDIS_REST_URL: url }) });
    expect(answer.status).toBe(200);
    expect(await redis.llen(queue)).toBe(1);
  });

  test("goes to the dead-letter queue where there is one", async () => {
    const dead = fresh("dead");
    const { send } = githubSender(
      { to: { exchange: fresh("nobody") } },
      { channel: { deadletterQueue: dead } },
    );
    expect((await send()).status).toBe(200);
    expect(await redis.llen(dead)).toBe(1);
  });
});
