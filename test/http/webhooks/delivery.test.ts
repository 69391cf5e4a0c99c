/** @module From a verified webhook to its queues: what is stored, and how often. */
import { describe, expect, test } from "vitest";
import { mac } from "../../webhooks/signing.ts";
import { client, environment, fresh, landed, redis, requestsDuring } from "../client.ts";
import { bodies, githubSender, line, logged } from "./sender.ts";

describe("an event", () => {
  test("is in its queue, as a CloudEvents object, before the sender gets its answer", async () => {
    const queue = fresh("events");
    const { name, send } = githubSender({ to: { queue } });
    const answer = await send({
      id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      event: "issues",
      body: '{"action":"opened","issue":{"id":73464126123456789012,"title":"Zoë 🎉"}}',
    });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    const [message] = await landed(queue);
    expect(message!.body).toContain('"id":73464126123456789012,');
    expect(JSON.parse(message!.body)).toEqual({
      specversion: "1.0",
      id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      source: `/webhooks/${name}`,
      type: `${name}.issues.opened`,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      datacontenttype: "application/json",
      data: {
        action: "opened",
        issue: { id: Number(73464126123456789012n), title: "Zoë 🎉" },
      },
    });
    expect(message!.envelope).toMatchObject({
      "content-type": "application/json",
      "content-encoding": "utf-8",
    });
  });

  test("becomes a task with an id that a redelivery has too", async () => {
    const queue = fresh("tasks");
    const { send } = githubSender({ to: { task: "webhooks.github", queue }, dedupe: 1 });
    const delivery = { id: "3f0c4e0e-0001", body: '{"zen":"Keep it logically awesome."}', event: "ping" };
    expect((await send(delivery)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect((await send(delivery)).status).toBe(200);
    const [first, second] = await landed(queue);
    const { headers } = first!.envelope;
    expect(headers).toMatchObject({
      task: "webhooks.github",
      lang: "js",
      argsrepr: "(<ping 3f0c4e0e-0001>,)",
    });
    expect(headers.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(second!.envelope.headers.id).toBe(headers.id);
    const [args, kwargs] = JSON.parse(first!.body);
    expect(args).toHaveLength(1);
    expect(args[0]).toMatchObject({ id: "3f0c4e0e-0001", data: { zen: "Keep it logically awesome." } });
    expect(kwargs).toEqual({});
  });

  test("goes by an exchange with the routing key made from it, to every queue that is bound", async () => {
    const [exchange, one, other] = [fresh("webhooks"), fresh("one"), fresh("other")];
    const { name, send, ask } = githubSender(
      { to: { exchange } },
      { exchanges: { [exchange]: { type: "topic" } } },
    );
    for (const [queue, routing_key] of [
      [one, "*.pull_request.#"],
      [other, `${name}.pull_request.opened`],
    ]) {
      await ask("PUT", `/v1/exchanges/${exchange}/bindings`, { json: { queue, routing_key, type: "topic" } });
    }
    const answer = await send({ event: "pull_request", body: '{"action":"opened","number":7}' });
    expect(answer.status).toBe(200);
    for (const queue of [one, other]) {
      const [message] = await landed(queue);
      expect(message!.envelope.properties.delivery_info).toEqual({
        exchange,
        routing_key: `${name}.pull_request.opened`,
      });
    }
  });

  test("reaches several targets in one request, each task under its own id", async () => {
    const [queue, other, third] = [fresh("audit"), fresh("tasks"), fresh("tasks")];
    const to = [{ queue }, { task: "a.b", queue: other }, { task: "c.d", queue: third }];
    const { send } = githubSender({ to });
    // The tasks' queues are declared once, then known.
    await send();
    const { result, requests } = await requestsDuring(() => send());
    expect([result.status, requests]).toEqual([200, 1]);
    const sizes = await Promise.all([queue, other, third].map((list) => redis.llen(list)));
    expect(sizes).toEqual([2, 2, 2]);
    const [[one], [two]] = [await landed(other), await landed(third)];
    expect(one!.envelope.headers.id).not.toBe(two!.envelope.headers.id);
  });

  test("is passed on byte for byte as raw", async () => {
    const queue = fresh("raw");
    const { send } = githubSender({ to: { queue }, format: "raw" });
    const body = '{"a": 1.50,\n "b" :9007199254740993}';
    expect((await send({ body })).status).toBe(200);
    const binary = Uint8Array.of(0xff, 0x00, 0x80);
    expect((await send({ body: binary })).status).toBe(200);
    const [text, bytes] = await landed(queue);
    expect(text!.body).toBe(body);
    expect(text!.envelope["content-type"]).toBe("application/json");
    expect([...bytes!.bytes]).toEqual([255, 0, 128]);
    // It said JSON and was none: no consumer is to fail on that.
    expect(bytes!.envelope["content-type"]).toBe("application/data");
  });

  test("that no consumer could decode is wrapped as bytes, not refused", async () => {
    const queue = fresh("poison");
    const { send } = githubSender({ to: { queue } });
    const body = `{"deep":${"[".repeat(700)}${"]".repeat(700)}}`;
    expect((await send({ body })).status).toBe(200);
    const [event] = await bodies(queue);
    expect(event.data).toBeUndefined();
    expect(atob(event.data_base64)).toBe(body);
  });

  test("with half a character in its id is wrapped too", async () => {
    const queue = fresh("halved");
    const ask = client({ sources: { box: { preset: "stripe", secrets: ["S"], to: { queue } } } });
    const body = '{"id":"evt_\\ud83c","type":"a"}';
    const time = String(Math.floor(Date.now() / 1000));
    const signature = await mac("SHA-256", "whsec_x", `${time}.${body}`, "hex");
    const answer = await ask("POST", "/v1/webhooks/box", {
      token: undefined,
      env: environment({ S: "whsec_x" }),
      headers: { "content-type": "application/json", "stripe-signature": `t=${time},v1=${signature}` },
      body,
    });
    expect(answer.status).toBe(200);
    const [event] = await bodies(queue);
    expect([event.id, atob(event.data_base64)]).toEqual(["evt_\ufffd", body]);
  });

  test("that is larger than a message may be is 413: coming again would not help", async () => {
    const { name, send } = githubSender({ to: { queue: "never" } }, { channel: { maximumMessageSize: 300 } });
    const { result, lines } = await logged(() => send({ body: JSON.stringify({ text: "x".repeat(500) }) }));
    expect([result.status, result.text]).toEqual([413, ""]);
    expect(lines).toEqual([line({ source: name, status: 413, code: "invalid-argument", failed: 1 })]);
  });

  test("for a fanout exchange that nobody listens to is stored nowhere, and so 503", async () => {
    const exchange = fresh("news");
    const { send } = githubSender({ to: { exchange } }, { exchanges: { [exchange]: { type: "fanout" } } });
    const { result, lines } = await logged(() => send());
    expect(result.status).toBe(503);
    expect(lines).toMatchObject([{ code: "unroutable", messages: 1, failed: 1 }]);
  });
});

describe("filters", () => {
  test("choose by type and by what is in the event; what nobody wants is acknowledged and not queued", async () => {
    const [drafts, all] = [fresh("drafts"), fresh("all")];
    const { send } = githubSender({
      routes: [
        {
          events: ["pull_request.*", "!*.closed"],
          where: [{ path: "$.pull_request.draft", equals: true }],
          to: { queue: drafts },
        },
        { events: ["pull_request.**"], to: { queue: all } },
      ],
    });
    for (const [action, draft] of [
      ["opened", true],
      ["opened", false],
      ["closed", true],
    ]) {
      const body = JSON.stringify({ action, pull_request: { draft } });
      expect((await send({ event: "pull_request", body })).status).toBe(200);
    }
    const { result, requests } = await requestsDuring(() => send({ event: "push" }));
    expect([result.status, requests]).toEqual([200, 0]);
    const types = async (queue: string) =>
      (await bodies(queue)).map(({ data }) => [data.action, data.pull_request.draft]);
    expect(await types(drafts)).toEqual([["opened", true]]);
    expect(await types(all)).toEqual([
      ["opened", true],
      ["opened", false],
      ["closed", true],
    ]);
  });
});
