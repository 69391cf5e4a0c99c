import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../src/errors.ts";
import {
  checkRoutes,
  type Filter,
  passes,
  type Route,
  targetsOf,
  type WebhookEvent,
} from "../../src/webhooks/index.ts";

const event: WebhookEvent = {
  id: "1",
  dedupeKey: "1",
  taskId: "1e2da007-f0e8-5303-a392-9d18a6863dcc",
  type: "pull_request.opened",
  time: "2026-11-23T10:00:00.000Z",
  contentType: "application/json",
  data: {
    action: "opened",
    draft: false,
    number: 7,
    big: 12345678901234567890n,
    repository: { name: "hello" },
    labels: [{ name: "bug" }, { name: "p1" }],
    none: null,
  },
};

describe("filters by type", () => {
  it.each<[string[], boolean]>([
    [[], true],
    [["pull_request.opened"], true],
    [["pull_request.*"], true],
    [["*.opened"], true],
    [["pull_*.open*"], true],
    [["*"], false],
    [["**"], true],
    [["pull_request"], false],
    [["pull.request.opened"], false],
    [["pull_request.opene"], false],
    [["push", "pull_request.*"], true],
    [["pull_request.*", "!*.opened"], false],
    [["!push"], true],
    [["!**"], false],
    [["pull_request[.]opened"], false],
    [["(pull_request|push).*"], false],
    [["pull_request.*d", "x"], true],
    [["*.*"], true],
    [["*.*.*"], false],
    [["**.opened"], true],
    [["p**d"], true],
    [["*pull_request.opened*"], true],
    [["***"], true],
    [["PULL_REQUEST.opened"], false],
  ])("%j: %s", (events, expected) => {
    expect(passes({ events }, event)).toBe(expected);
  });
});

describe("filters by what is in the data", () => {
  it.each<[NonNullable<Filter["where"]>[number], boolean]>([
    [{ path: "$.action", equals: "opened" }, true],
    [{ path: "$.action", equals: "closed" }, false],
    [{ path: "$.draft", equals: false }, true],
    [{ path: "$.number", equals: 7 }, true],
    [{ path: "$.number", equals: "7" }, false],
    [{ path: "$.none", equals: null }, true],
    [{ path: "$.repository.name", oneOf: ["hello", "world"] }, true],
    [{ path: "$.repository.name", oneOf: [] }, false],
    [{ path: "$.labels[].name", equals: "p1" }, true],
    [{ path: "$.labels[0].name", equals: "p1" }, false],
    [{ path: "$.labels[].name", matches: "p*" }, true],
    [{ path: "$.number", matches: "*" }, false],
    [{ path: "$.missing", exists: false }, true],
    [{ path: "$.action", exists: true }, true],
    [{ path: "$.labels[5]", exists: true }, false],
    [{ path: "$.constructor", exists: true }, false],
    [{ path: "$.labels.length", exists: true }, true],
    [{ path: "$.action.length", exists: true }, false],
  ])("%j: %s", (condition, expected) => {
    expect(passes({ where: [condition] }, event)).toBe(expected);
  });

  it("a text made to be slow is not", () => {
    const data = { title: "a".repeat(20_000) };
    const started = performance.now();
    expect(passes({ where: [{ path: "$.title", matches: "*a*a*a*a*a*a*a*a*b" }] }, { type: "x", data })).toBe(
      false,
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("all conditions must hold", () => {
    const where = [
      { path: "$.action", equals: "opened" },
      { path: "$.number", equals: 8 },
    ] as const;
    expect(passes({ where }, event)).toBe(false);
  });
});

describe("routes", () => {
  it("give every target once, an exchange with the key made from the event", () => {
    const routes: Route[] = [
      { to: { exchange: "webhooks" } },
      { events: ["pull_request.*"], to: [{ task: "webhooks.github" }, { queue: "audit" }] },
      { events: ["**"], to: { queue: "audit" } },
      { events: ["push"], to: { queue: "pushes" } },
      { to: { exchange: "other", routingKey: "fixed" } },
    ];
    expect(targetsOf(routes, "github", event)).toEqual([
      { exchange: "webhooks", routingKey: "github.pull_request.opened" },
      { task: "webhooks.github" },
      { queue: "audit" },
      { exchange: "other", routingKey: "fixed" },
    ]);
    expect(targetsOf([], "github", event)).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{ to: [] }, "routes[0].to"],
    [{ to: {} }, "routes[0].to"],
    [{ to: { task: "" } }, "routes[0].to"],
    [{ to: { queue: 3 } }, "routes[0].to"],
    [{ events: [""], to: { queue: "q" } }, "routes[0].events[0]"],
    [{ events: ["a".repeat(201)], to: { queue: "q" } }, "routes[0].events[0]"],
    [{ where: [{ path: "a.b", exists: true }], to: { queue: "q" } }, "routes[0].where[0].path"],
    [{ where: [{ path: "$.a[*]", exists: true }], to: { queue: "q" } }, "routes[0].where[0].path"],
    [{ where: [{ path: "$..a", exists: true }], to: { queue: "q" } }, "routes[0].where[0].path"],
    [{ where: [{ path: "$.a" }], to: { queue: "q" } }, "routes[0].where[0]"],
    [{ where: [{ path: "$.a", equals: 1, exists: true }], to: { queue: "q" } }, "routes[0].where[0]"],
  ])("are checked: %j", (route, field) => {
    let error: unknown;
    try {
      checkRoutes([route as Route]);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as InvalidArgumentError).field).toBe(field);
  });

  it("pass when they are well formed", () => {
    expect(() =>
      checkRoutes([
        { events: ["*"], where: [{ path: "$[].a[0]", exists: true }], to: { task: "t", queue: "q" } },
      ]),
    ).not.toThrow();
  });
});
