/** @module `GET /v1/tasks/{id}` as server-sent events, over states that the test writes into the result backend. */
import { Hono } from "hono";
import { expect, inject, test, vi } from "vitest";
import { gateway } from "../../../src/http/gateway.ts";
import { client, environment, expectProblem, fresh, redis, TOKEN } from "../client.ts";
import { store } from "./asking.ts";

const app = gateway({ celery: { maximumStream: 2 } });

/** Opens a stream. */
async function open(
  id: string,
  headers: Record<string, string> = {},
  more: { query?: string; env?: object } = {},
) {
  const request = new Request(`https://gateway.test/v1/tasks/${id}${more.query ?? ""}`, {
    headers: { authorization: `Bearer ${TOKEN}`, accept: "text/event-stream", ...headers },
  });
  return await app.fetch(request, more.env ?? environment());
}

interface Event {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  // biome-ignore lint/suspicious/noExplicitAny: an event is looked at, not used
  readonly data?: any;
}

/** Events as an EventSource reads them, comments left out. */
async function* events(response: Response): AsyncGenerator<Event> {
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(
    new TextDecoderStream(),
  ) as unknown as AsyncIterable<string>) {
    rest += chunk;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const lines = rest
        .slice(0, end)
        .split("\n")
        .filter((line) => !line.startsWith(":"));
      rest = rest.slice(end + 2);
      const { data, ...event } = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
      if (lines.length > 0) yield { ...event, ...(data !== undefined && { data: JSON.parse(data) }) };
    }
  }
}

test("every change is told, custom states and meta included, to the final one", async () => {
  const id = fresh("stream");
  const response = await open(id);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const seen: Event[] = [];
  for await (const event of events(response)) {
    seen.push(event);
    const done = seen.length - 1;
    if (done === 1) await store(id, "PROGRESS", { done: 1, of: 2 });
    if (done === 2) await store(id, "PROGRESS", { done: 2, of: 2 });
    if (done === 3) await store(id, "MY STATE", null);
    if (done === 4) await store(id, "SUCCESS", "line\nline");
  }
  const [retry, ...states] = seen;
  expect(retry).toEqual({ retry: "1000" });
  expect(states.map(({ event, data }) => [event, data.task_id, data.state, data.ready, data.result])).toEqual(
    [
      ["state", id, "PENDING", false, null],
      ["state", id, "PROGRESS", false, { done: 1, of: 2 }],
      ["state", id, "PROGRESS", false, { done: 2, of: 2 }],
      ["state", id, "MY STATE", false, null],
      ["state", id, "SUCCESS", true, "line\nline"],
    ],
  );
  expect(new Set(states.map((event) => event.id)).size).toBe(5);
});

test("a client that comes back is told what it has not seen; after the final state it is told to stay away", async () => {
  const id = fresh("again");
  await store(id, "PROGRESS", { done: 1 });
  const first = events(await open(id));
  await first.next();
  const { value: progress } = await first.next();
  await first.return(undefined);
  await store(id, "SUCCESS", 1);
  const later = [];
  for await (const event of events(await open(id, { "last-event-id": progress!.id! }))) later.push(event);
  expect(later.slice(1)).toMatchObject([{ event: "state", data: { state: "SUCCESS" } }]);
  const over = await open(id, { "last-event-id": later.at(-1)!.id! });
  expect([over.status, await over.text()]).toEqual([204, ""]);
});

test("what has been seen is not told again", async () => {
  const id = fresh("seen");
  await store(id, "PROGRESS", { done: 1 });
  const first = events(await open(id));
  await first.next();
  const { value: progress } = await first.next();
  await first.return(undefined);
  const text = await (await open(id, { "last-event-id": progress!.id! }, { query: "?wait=0.3" })).text();
  expect(text).toBe("retry: 1000\n\n: no more time\n\n");
});

test("it ends when its time is over, the configured time at most", async () => {
  for (const [query, least, most] of [
    ["?wait=0.2", 190, 1_500],
    ["?wait=900", 1_950, 4_000],
    ["", 1_950, 4_000],
  ] as const) {
    const before = Date.now();
    const text = await (await open(fresh("over"), {}, { query })).text();
    expect(text).toMatch(
      /^retry: 1000\n\nid: [0-9a-f]{16}\nevent: state\ndata: \{.*\}\n\n: no more time\n\n$/,
    );
    expect(Date.now() - before).toBeGreaterThanOrEqual(least);
    expect(Date.now() - before).toBeLessThan(most);
  }
});

test("silence is broken by comments", async () => {
  const real = Date.now;
  const spy = vi.spyOn(Date, "now").mockImplementation(() => real() * 40);
  try {
    // Forty times as fast: two minutes of a stream in three seconds.
    const response = await gateway({ celery: { maximumStream: 60 } }).fetch(
      new Request(`https://gateway.test/v1/tasks/${fresh("silent")}`, {
        headers: { authorization: `Bearer ${TOKEN}`, accept: "text/event-stream" },
      }),
      environment(),
    );
    expect(await response.text()).toMatch(/\n\n(: still there\n\n)+: no more time\n\n$/);
  } finally {
    spy.mockRestore();
  }
});

test("a client that goes away ends the questions to Redis", async () => {
  const reader = (await open(fresh("gone"))).body!.getReader();
  await reader.read();
  await reader.read();
  await reader.cancel();
  const spy = vi.spyOn(globalThis, "fetch");
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(spy.mock.calls.length).toBeLessThanOrEqual(1);
  spy.mockRestore();
});

test("what fails at once is a problem; what fails later an event", async () => {
  const away = environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
  const refused = await open(fresh("fails"), {}, { env: away });
  expect([refused.status, refused.headers.get("content-type")]).toEqual([503, "application/problem+json"]);
  const id = fresh("fails");
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const seen: Event[] = [];
  for await (const event of events(await open(id))) {
    seen.push(event);
    if (seen.length === 2) await redis.set(`celery-task-meta-${id}`, "pickled");
  }
  expect(seen.at(-1)).toMatchObject({
    event: "problem",
    data: { type: "urn:kombu-edge:problem:result-invalid", status: 502 },
  });
  // The request itself was answered long before.
  expect(warn.mock.calls).toEqual([
    ['{"event":"after-answer","route":"/v1/tasks/{id}","code":"result-invalid"}'],
  ]);
  warn.mockRestore();
});

test("reads go on when one of them fails on the way", async () => {
  const id = fresh("shaky");
  await store(id, "SUCCESS", 7);
  const env = environment({
    UPSTASH_REDIS_REST_URL: `${inject("faultProxyUrl")}/reset-after/1/${fresh("shaky")}`,
  });
  const answer = await client()("GET", `/v1/tasks/${id}?wait=3`, { env });
  expect([answer.status, answer.body.result]).toEqual([200, 7]);
});

test("asks for its right like the plain answer", async () => {
  expectProblem(
    await client()("GET", "/v1/tasks/i", { token: "wrong", headers: { accept: "text/event-stream" } }),
    401,
    "unauthenticated",
  );
});

test("mounted in another application, everything is under its prefix", async () => {
  const host = new Hono();
  host.route("/queue", gateway());
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
  const body = JSON.stringify({ task: "t", queue: fresh("mounted") });
  const started = await host.request("/queue/v1/tasks", { method: "POST", headers, body }, environment());
  const location = started.headers.get("location")!;
  expect(location).toMatch(/^\/queue\/v1\/tasks\/[0-9a-f-]{36}$/);
  const answers = [];
  for (const [method, path, accept] of [
    ["GET", location, "*/*"],
    ["DELETE", location, "*/*"],
    ["GET", `${location}?wait=0.1`, "text/event-stream"],
    ["POST", "/queue/v1/tasks/other", "*/*"],
    ["POST", "/queue/api/task/send-task/other", "*/*"],
  ] as const) {
    const answer = await host.request(
      path,
      { method, headers: { ...headers, accept }, ...(method === "POST" && { body: "{}" }) },
      environment(),
    );
    await answer.text();
    answers.push([answer.status, answer.headers.get("location")?.slice(0, 16)]);
  }
  expect(answers).toEqual([
    [200, undefined],
    [202, undefined],
    [200, undefined],
    [202, "/queue/v1/tasks/"],
    [200, undefined],
  ]);
});
