/** @module The line of a request, and its data point: which requests have one, at which level, and what cannot keep it away. */
import { Hono } from "hono";
import { describe, expect, inject, test, vi } from "vitest";
import { gateway } from "../../../src/http/gateway.ts";
import { client, environment, fresh, TOKEN } from "../client.ts";
import { Promises } from "../events/stream.ts";

const LEVELS = ["log", "warn", "error"] as const;

/** Runs something, and gives what was logged meanwhile, with its level. */
async function told(run: () => Promise<unknown>): Promise<[level: string, line: Record<string, unknown>][]> {
  const lines: [string, Record<string, unknown>][] = [];
  const spies = LEVELS.map((level) =>
    vi.spyOn(console, level).mockImplementation((text: string) => void lines.push([level, JSON.parse(text)])),
  );
  try {
    await run();
    return lines;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const failing = {
  serializers: [
    {
      name: "failing",
      contentType: "a/b",
      contentEncoding: "utf-8",
      encode: (): never => {
        throw new RangeError("secret");
      },
    },
  ],
} as const;

describe("the level", () => {
  const away = environment({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
  test.each<[string, string, string, Parameters<ReturnType<typeof client>>[2], number]>([
    ["log", "a success", "/v1/queues/q/messages", { body: "x" }, 202],
    ["log", "a failure of the caller's", "/v1/queues/q/messages?nope=1", { body: "x" }, 400],
    ["warn", "Redis away", "/v1/queues/q/messages", { body: "x", env: away }, 503],
    [
      "error",
      "what nobody foresaw",
      "/v1/messages",
      { json: { routing_key: "q", body: 1, serializer: "failing" } },
      500,
    ],
  ])("%s: %s", async (level, _what, path, more, status) => {
    const ask = client(failing);
    const lines = await told(() => ask("POST", path, more));
    expect(lines).toEqual([[level, expect.objectContaining({ event: "request", status })]]);
  });

  test("warn: too many requests", async () => {
    vi.spyOn(globalThis, "fetch").mockImplementation(
      async () => new Response('{"error":"OOM command not allowed"}', { status: 400 }),
    );
    const lines = await told(() => client()("POST", "/v1/queues/q/messages", { body: "x" }));
    vi.restoreAllMocks();
    expect(lines).toMatchObject([["warn", { status: 429, code: "back-pressure" }]]);
  });
});

test("a thousand parts that nobody foresaw are one line", async () => {
  const message = { routing_key: "q", body: 1, serializer: "failing" };
  const lines = await told(() =>
    client(failing)("POST", "/v1/messages", { json: new Array(1_000).fill(message) }),
  );
  expect(lines).toEqual([
    [
      "error",
      expect.objectContaining({
        status: 207,
        messages: 1_000,
        failed: 1_000,
        code: "internal-error",
        error: "RangeError",
      }),
    ],
  ]);
  expect(JSON.stringify(lines)).not.toContain("secret");
});

describe("the configuration", () => {
  const publish = (log: "requests" | "failures" | "off") => async () => {
    const ask = client({ log, ...failing });
    await ask("POST", `/v1/queues/${fresh("log")}/messages`, { body: "x" });
    await ask("GET", "/v1/nothing");
    const json = [
      { routing_key: fresh("log"), body: 1 },
      { routing_key: "q", body: 1, serializer: "failing" },
    ];
    await ask("POST", "/v1/messages", { json });
  };

  test.each<["requests" | "failures" | "off", number[]]>([
    ["requests", [202, 404, 207]],
    ["failures", [404, 207]],
    ["off", []],
  ])("%s", async (log, statuses) => {
    const lines = await told(publish(log));
    expect(lines.map(([, { status }]) => status)).toEqual(statuses);
  });

  test.each<[string, object, string]>([
    ["log", { log: "all" }, "log"],
    ["log", { log: true }, "log"],
    ["metrics", { metrics: { name: "X" } }, "metrics"],
    ["metrics", { metrics: { binding: "" } }, "metrics"],
    ["metrics", { metrics: null }, "metrics"],
    ["metrics", { metrics: "METRICS" }, "metrics"],
    ["traceparent", { traceparent: "yes" }, "traceparent"],
    [
      "streams.s.traceparent",
      { streams: { s: { to: { queue: "q" }, traceparent: 1 } } },
      "streams.s.traceparent",
    ],
  ])("names %s when it is wrong: %j", (_name, config, field) => {
    expect(() => gateway(config as never)).toThrow(
      expect.objectContaining({ code: "invalid-argument", field }),
    );
  });
});

describe("mounted in another application", () => {
  const app = new Hono();
  app.get("/before", (c) => c.text("host"));
  app.route("/tenants/:tenant", gateway());

  test("the pattern is told, not where it is mounted", async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const lines = await told(async () => {
      for (const [method, path] of [
        ["POST", `/v1/queues/${fresh("m")}/messages`],
        ["GET", "/v1/nothing"],
        ["PUT", "/v1/messages"],
        ["GET", "/healthz"],
      ] as const) {
        await app.request(`/tenants/secret-tenant${path}`, { method, headers }, environment());
      }
    });
    expect(lines.map(([, { route, status }]) => [route, status])).toEqual([
      ["/v1/queues/{queue}/messages", 202],
      ["unmatched", 404],
      ["/v1/messages", 405],
      ["/healthz", 200],
    ]);
    expect(JSON.stringify(lines)).not.toContain("secret-tenant");
  });

  test("the host's own requests are the host's affair", async () => {
    const lines = await told(async () => {
      await app.request("/before");
      await app.request("/nowhere");
    });
    expect(lines).toEqual([]);
  });
});

test("a method of a caller's own making is not told", async () => {
  const lines = await told(async () => {
    const request = { url: "https://gateway.test/v1/messages", method: "SECRET", headers: new Headers() };
    await gateway().fetch(request as Request, environment());
  });
  expect(lines).toMatchObject([["log", { method: "OTHER", status: 405, route: "/v1/messages" }]]);
});

test("a name that is endless is cut", async () => {
  const queue = `${"q".repeat(199)}😀${"q".repeat(2_000)}`;
  const lines = await told(() => client()("GET", `/v1/queues/${encodeURIComponent(queue)}`));
  expect(lines).toMatchObject([["log", { queue: `${"q".repeat(199)}\ufffd`, status: 200 }]]);
});

test("what becomes of events after the answer has a line of its own", async () => {
  const context = new Promises();
  const app = gateway({ streams: { s: { to: { queue: "q" }, acknowledgement: "immediate" } } });
  const env = environment({
    UPSTASH_REDIS_REST_URL: `${inject("faultProxyUrl")}/reset-before/99/${crypto.randomUUID()}`,
  });
  const lines = await told(async () => {
    const request = new Request("https://gateway.test/v1/events/s", {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: '[{"id":"secret"},{}]',
    });
    await app.fetch(request, env, context as never);
    await context.done();
  });
  expect(lines).toEqual([
    ["log", expect.objectContaining({ event: "request", status: 202, stream: "s", messages: 2 })],
    [
      "error",
      {
        event: "after-answer",
        route: "/v1/events/{stream}",
        stream: "s",
        failed: 2,
        code: "outcome-unknown",
      },
    ],
  ]);
});

describe("a data point", () => {
  const dataset = () => {
    const points: unknown[] = [];
    return { points, writeDataPoint: (point: unknown) => void points.push(point) };
  };

  test("of each request, whatever becomes of the log", async () => {
    const METRICS = dataset();
    const env = environment({ METRICS });
    await client({ log: "off" })("GET", "/v1/queues/counted", { env });
    await client({ log: "off" })("GET", "/v1/nothing", { env });
    expect(METRICS.points).toEqual([
      {
        indexes: ["/v1/queues/{queue}"],
        blobs: ["GET", "/v1/queues/{queue}", "200", "", "", "API_TOKEN", "", "", "", "counted", "", ""],
        doubles: [expect.any(Number), 0, 0, 0],
      },
      {
        indexes: ["unmatched"],
        blobs: ["GET", "unmatched", "404", "not-found", "", "", "", "", "", "", "", ""],
        doubles: [expect.any(Number), 0, 0, 0],
      },
    ]);
  });

  test("goes to the binding that the configuration names, or to none", async () => {
    const [METRICS, OTHER] = [dataset(), dataset()];
    const env = environment({ METRICS, OTHER });
    await client({ metrics: { binding: "OTHER" } })("GET", "/healthz", { env });
    await client({ metrics: false })("GET", "/healthz", { env });
    expect([METRICS.points.length, OTHER.points.length]).toEqual([0, 1]);
  });

  test.each<[string, unknown]>([
    ["throws", { writeDataPoint: () => expect.fail("no more points") }],
    ["is something else", "a text"],
    ["has no such method", {}],
  ])("whose binding %s keeps no answer away", async (_what, METRICS) => {
    const { status } = await client()("GET", "/healthz", { env: environment({ METRICS }) });
    expect(status).toBe(200);
  });
});
