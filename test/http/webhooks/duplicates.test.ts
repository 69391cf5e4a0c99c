/** @module The same delivery again: it lands once, and the sender is told the same. */
import { describe, expect, test } from "vitest";
import { fresh, redis, requestsDuring } from "../client.ts";
import { bodies, githubSender } from "./sender.ts";

describe("a duplicate", () => {
  test("gets the same answer and is not queued again", async () => {
    const queue = fresh("twice");
    const { send } = githubSender({ to: { queue }, answer: { status: 202, body: "ok" } });
    const delivery = { id: "again", body: "{}" };
    const answers = [await send(delivery), await send(delivery), await send({ ...delivery, id: "other" })];
    expect(answers.map(({ status, text }) => [status, text])).toEqual(new Array(3).fill([202, "ok"]));
    expect((await bodies(queue)).map(({ id }) => id)).toEqual(["again", "other"]);
  });

  test("is none with another body: an unsigned id alone is not trusted", async () => {
    const queue = fresh("suppressed");
    const { send } = githubSender({ to: { queue } });
    await send({ id: "same", body: '{"n":1}' });
    await send({ id: "same", body: '{"n":2}' });
    expect((await bodies(queue)).map(({ data }) => data.n)).toEqual([1, 2]);
  });

  test("is one under another unsigned name of the event, where the routing key is made from it", async () => {
    const [exchange, queue] = [fresh("webhooks"), fresh("renamed")];
    const { send, ask } = githubSender(
      { to: { exchange } },
      { exchanges: { [exchange]: { type: "topic" } } },
    );
    await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
      json: { queue, routing_key: "#", type: "topic" },
    });
    await send({ id: "same", event: "push" });
    await send({ id: "same", event: "deployment" });
    expect(await redis.llen(queue)).toBe(1);
  });

  test("among sixteen at the same moment lands once", async () => {
    const [queue, tasks] = [fresh("rush"), fresh("rush")];
    const { send } = githubSender({ to: [{ queue }, { task: "webhooks.github", queue: tasks }] });
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => send({ id: "rush", body: '{"n":1}' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(new Array(16).fill(200));
    expect([await redis.llen(queue), await redis.llen(tasks)]).toEqual([1, 1]);
  });

  test("of a forged one is none: a request that fails verification uses up nothing", async () => {
    const queue = fresh("forged");
    const { send } = githubSender({ to: { queue } });
    const delivery = { id: "evt-1", body: '{"n":1}' };
    const { result, requests } = await requestsDuring(() => send({ ...delivery, secret: "not it" }));
    expect([result.status, requests]).toEqual([401, 0]);
    expect((await send(delivery)).status).toBe(200);
    expect(await redis.llen(queue)).toBe(1);
    // Nor does a duplicate of a good one pass unverified.
    expect((await send({ ...delivery, secret: "not it" })).status).toBe(401);
  });
});
