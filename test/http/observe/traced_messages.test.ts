/** @module The request's trace in the headers of its messages, on every route that publishes. */
import { describe, expect, test } from "vitest";
import { client, environment, fresh, landed, TOKEN } from "../client.ts";
import { githubSender, VARIABLES } from "../webhooks/sender.ts";

const TRACE = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "vendor=opaque",
};
const OWN = { traceparent: "00-11111111111111111111111111111111-2222222222222222-01" };
const ask = client();

async function headersIn(list: string): Promise<Record<string, unknown>[]> {
  return (await landed(list)).map(({ envelope }) => envelope.headers);
}

describe("bytes and messages", () => {
  test("bytes", async () => {
    const queue = fresh("traced");
    await ask("POST", `/v1/queues/${queue}/messages`, { body: "x", headers: TRACE });
    await ask("POST", `/v1/queues/${queue}/messages`, { body: "x" });
    await ask("POST", `/v1/queues/${queue}/messages`, { body: "x", headers: { traceparent: "00-nothing" } });
    expect(await headersIn(queue)).toEqual([TRACE, {}, {}]);
  });

  test("messages: one that has a trace of its own keeps it", async () => {
    const queue = fresh("traced");
    const message = { routing_key: queue, body: 1 };
    const json = [message, { ...message, headers: { a: 1 } }, { ...message, headers: OWN }];
    await ask("POST", "/v1/messages", { json, headers: TRACE });
    await ask("POST", "/v1/messages", { json: message, headers: TRACE });
    expect(await headersIn(queue)).toEqual([TRACE, { a: 1, ...TRACE }, OWN, TRACE]);
  });

  test("headers that are no object are refused as without a trace", async () => {
    const json = { routing_key: "never", body: 1, headers: [1] };
    const { body } = await ask("POST", "/v1/messages", { json, headers: TRACE });
    expect(body).toMatchObject({ status: 400, field: "headers" });
  });

  test("not where the configuration says so", async () => {
    const queue = fresh("untraced");
    const untraced = client({ traceparent: false });
    await untraced("POST", `/v1/queues/${queue}/messages`, { body: "x", headers: TRACE });
    expect(await headersIn(queue)).toEqual([{}]);
  });
});

describe("tasks", () => {
  const queue = fresh("traced-tasks");
  const tasks = client({ celery: { taskDefaultQueue: queue } });
  const last = async () => (await landed(queue)).at(-1)!;

  test("one, with Celery's own headers beside it", async () => {
    await tasks("POST", "/v1/tasks/a.b", { headers: TRACE });
    expect((await last()).envelope.headers).toMatchObject({ task: "a.b", lang: "js", ...TRACE });
    await tasks("POST", "/v1/tasks/a.b", { headers: TRACE, json: { headers: { tenant: "acme", ...OWN } } });
    const { headers } = (await last()).envelope;
    expect(headers).toMatchObject({ tenant: "acme", ...OWN });
    expect(headers).not.toHaveProperty("tracestate");
    await tasks("POST", "/v1/tasks/a.b");
    expect((await last()).envelope.headers).not.toHaveProperty("traceparent");
  });

  test("all of a group, a batch and a chord's header", async () => {
    const before = (await landed(queue)).length;
    const group = [{ task: "g1" }, { task: "g2", headers: { x: 1 } }];
    await tasks("POST", "/v1/tasks", { headers: TRACE, json: { group } });
    await tasks("POST", "/v1/tasks", { headers: TRACE, json: [{ task: "b1" }, { task: "b2" }] });
    const chord = { chord: { header: [{ task: "h1" }], body: { task: "body" } } };
    await tasks("POST", "/v1/tasks", { headers: TRACE, json: chord });
    const sent = (await landed(queue)).slice(before).map(({ envelope }) => envelope.headers);
    expect(sent.map(({ task, traceparent }) => [task, traceparent])).toEqual(
      ["g1", "g2", "b1", "b2", "h1"].map((task) => [task, TRACE.traceparent]),
    );
    const [, , { chord: body }] = JSON.parse((await last()).body);
    expect(body.options.headers).toEqual(TRACE);
  });

  test("the later steps of a chain and callbacks, which workers send", async () => {
    const json = {
      chain: [
        { task: "c1", link_error: { task: "e" } },
        { task: "c2", headers: { tenant: "acme" } },
      ],
      headers: { shared: 1 },
    };
    expect((await tasks("POST", "/v1/tasks", { headers: TRACE, json })).status).toBe(202);
    const { envelope, body } = await last();
    expect(envelope.headers).toMatchObject({ task: "c1", ...TRACE });
    const [, , { chain, errbacks }] = JSON.parse(body);
    expect(chain[0].options.headers).toMatchObject(TRACE);
    expect(errbacks[0].options.headers).toEqual(TRACE);
  });

  test("Flower's", async () => {
    const answer = await tasks("POST", "/api/task/async-apply/f.g", { headers: TRACE, json: { args: [1] } });
    expect(answer.status).toBe(200);
    expect((await last()).envelope.headers).toMatchObject({ task: "f.g", ...TRACE });
  });
});

describe("webhooks", () => {
  test("as a message and as a task, once verified", async () => {
    const [queue, tasks] = [fresh("traced-hooks"), fresh("traced-hooks")];
    const { send } = githubSender({ to: [{ queue }, { task: "hook", queue: tasks }] });
    expect((await send({ headers: TRACE, secret: "wrong" })).status).toBe(401);
    expect((await send({ headers: TRACE })).status).toBe(200);
    expect(await headersIn(queue)).toEqual([TRACE]);
    expect(await headersIn(tasks)).toEqual([expect.objectContaining({ task: "hook", ...TRACE })]);
  });

  test("bytes that are passed through", async () => {
    const queue = fresh("traced-raw");
    const { send } = githubSender({ to: { queue }, format: "raw" });
    await send({ headers: TRACE });
    expect(await headersIn(queue)).toEqual([TRACE]);
  });
});

describe("events", () => {
  /** An event of its own: another test's of the same id would be the same event. */
  const event = () => ({ id: crypto.randomUUID(), type: "t" });
  const WRITE_KEY = "pk_traced_2026";
  const streamOf = (more: object = {}) => {
    const queue = fresh("traced-events");
    const to = { queue };
    return { queue, ask: client({ streams: { s: { to, writeKeys: [WRITE_KEY], ...more } } }) };
  };

  test("of a sender with a token", async () => {
    const { queue, ask } = streamOf();
    await ask("POST", "/v1/events/s", { json: [event(), event()], headers: TRACE });
    expect(await headersIn(queue)).toEqual([TRACE, TRACE]);
  });

  test("of a sender that has but a write key only where the stream says so", async () => {
    const send = () => ({ token: undefined, json: event(), headers: TRACE });
    const strict = streamOf();
    expect((await strict.ask("POST", `/v1/events/s?write_key=${WRITE_KEY}`, send())).status).toBe(202);
    expect(await headersIn(strict.queue)).toEqual([{}]);
    const open = streamOf({ traceparent: true });
    await open.ask("POST", `/v1/events/s?write_key=${WRITE_KEY}`, send());
    expect(await headersIn(open.queue)).toEqual([TRACE]);
  });

  test("and only there a page may send it", async () => {
    const origin = "https://shop.example";
    for (const [traceparent, allowed] of [
      [false, false],
      [true, true],
    ]) {
      const { ask } = streamOf({ traceparent, origins: [origin] });
      const { headers } = await ask("OPTIONS", "/v1/events/s", { token: undefined, headers: { origin } });
      const names = headers.get("access-control-allow-headers")!.split(", ");
      expect(names.includes("traceparent") && names.includes("tracestate")).toBe(allowed);
    }
  });

  test("a CloudEvent's own attributes are left alone", async () => {
    const { queue, ask } = streamOf();
    const given = { specversion: "1.0", ...event(), source: "/a", ...OWN, tracestate: "own=1" };
    await ask("POST", "/v1/events/s", {
      body: JSON.stringify(given),
      headers: { ...TRACE, "content-type": "application/cloudevents+json" },
    });
    await ask("POST", "/v1/events/s", {
      body: JSON.stringify({ ...given, ...event() }),
      headers: { "content-type": "application/cloudevents+json" },
    });
    const [first, second] = await landed(queue);
    expect(first!.envelope.headers).toEqual(TRACE);
    expect(JSON.parse(first!.body)).toMatchObject({ ...OWN, tracestate: "own=1" });
    expect(second!.envelope.headers).toEqual({});
    expect(JSON.parse(second!.body)).toMatchObject({ ...OWN, tracestate: "own=1" });
  });

  test("as tasks", async () => {
    const queue = fresh("traced-event-tasks");
    const ask = client({ streams: { s: { to: { task: "seen", queue } } } });
    await ask("POST", "/v1/events/s", { json: event(), headers: TRACE });
    expect(await headersIn(queue)).toEqual([expect.objectContaining({ task: "seen", ...TRACE })]);
  });
});

test("what is guarded by a key is not another message for another trace", async () => {
  const queue = fresh("traced-once");
  const headers = { "idempotency-key": "k", authorization: `Bearer ${TOKEN}` };
  const env = environment(VARIABLES);
  const first = await ask("POST", `/v1/queues/${queue}/messages`, {
    body: "x",
    env,
    headers: { ...headers, ...TRACE },
  });
  const second = await ask("POST", `/v1/queues/${queue}/messages`, {
    body: "x",
    env,
    headers: { ...headers, ...OWN },
  });
  expect([first.body.status, second.body.status]).toEqual(["delivered", "duplicate"]);
  expect(await headersIn(queue)).toEqual([TRACE]);
});
