/** @module What lies in Redis and was put there by somebody who means harm: results, bindings, keys of the wrong kind. */
import { afterAll, describe, expect, test } from "vitest";
import { AUTHORIZED, BOUND_MS, CANARIES, type World } from "./world.ts";

const DEEP = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
const state = (result: string) =>
  `{"status":"SUCCESS","result":${result},"traceback":null,"children":[],"task_id":"x"}`;

/** Stored texts in place of a task's state. */
const STATES: Readonly<Record<string, string>> = {
  "no JSON": "\u0080\u0002}q\u0000",
  nothing: "",
  "a number": "5",
  "a list": "[1,2]",
  null: "null",
  "a text": '"x"',
  "4 MB": state(`"${"x".repeat(4_000_000)}"`),
  "50 000 levels": state(DEEP),
  "50 000 levels of children": `{"status":"SUCCESS","children":${DEEP}}`,
  "an integer of 100 000 digits": state("9".repeat(100_000)),
  "quotes that an expression may dwell on": `${'\\"'.repeat(400_000)}1234567890123456`,
  "backslashes, and a number that needs care": state(`["${"\\\\".repeat(400_000)}",12345678901234567890]`),
  "a status of another type": '{"status":{"a":1},"result":1}',
  "a status that breaks a line": '{"status":"A\\r\\n\\r\\nevent: x","result":"\\r\\ndata: y"}',
  "children that are a text": '{"status":"SUCCESS","children":"xyz"}',
  "children that are numbers": '{"status":"SUCCESS","children":[1,null,"x"]}',
  "children without ids": '{"status":"SUCCESS","children":[[],[[]],[null,null],[[null,null],[]],[{},{}]]}',
  "children of members that are none":
    '{"status":"SUCCESS","children":[[["g",null],[1,null,["x"]]],[["g",null],5]]}',
  "ids of other types": '{"status":"SUCCESS","group_id":{"a":[]},"parent_id":7,"date_done":5,"traceback":{}}',
  "a failure that is none": '{"status":"FAILURE","result":5}',
  "a failure of other types":
    '{"status":"FAILURE","result":{"exc_type":[1],"exc_message":{"x":null},"exc_module":5}}',
  __proto__: state('{"__proto__":{"admin":true},"constructor":{"prototype":{"x":1}}}'),
  "a date beyond all dates": '{"status":"SUCCESS","date_done":"9999999-99-99T99:99:99"}',
  ...Object.fromEntries(
    ["datetime", "date", "time", "decimal", "uuid", "bytes", "base64", "__proto__", "x"].flatMap((type) =>
      ["null", "5", '"x"', "{}", '{"hex":5}', '"____"'].map((value) => [
        `a ${type} of ${value}`,
        state(`{"__type__":"${type}","__value__":${value}}`),
      ]),
    ),
  ),
};

const SEP = "\u0006\u0016";

/** Members in place of an exchange's bindings. */
const MEMBERS: readonly string[] = [
  "",
  "x",
  SEP,
  SEP.repeat(5),
  `k${SEP}${SEP}`,
  `k${SEP}^*a$${SEP}poison`,
  ...[
    "^(a+)+$",
    "^(a|a)*b$",
    "^(a*)*(a*)*$",
    "^(?:.*a){20}$",
    "^.*.*.*.*.*.*x$",
    "^((a{1,99}){1,99}){1,99}$",
    "(?=(a+)+b)",
  ].map((pattern) => `k${SEP}${pattern}${SEP}slow`),
  ...[
    "^(?P<x>a)(?P=x)$",
    "^\\p{L}$",
    "^(?i)a$",
    "^[[:alpha:]]$",
    "^a{99999999999}$",
    "^(",
    "^[",
    "^\\",
    "^(?<!a)$",
  ].map((pattern) => `k${SEP}${pattern}${SEP}foreign`),
  `k${SEP}^${".*?[^\\.]\\.".repeat(5_000)}$${SEP}long`,
  `k${SEP}^${"a?".repeat(3_000)}${"a".repeat(3_000)}$${SEP}long`,
  `${"k".repeat(500_000)}${SEP}${SEP}long`,
];

/** The suite. */
export function stored(world: () => World): void {
  const ask = (method: string, target: string, body?: string) =>
    world().attack(
      { method, target, headers: AUTHORIZED, ...(body !== undefined && { body }) },
      { away: true },
    );

  describe("what is stored as a result", () => {
    test.each(Object.entries(STATES))("%s", async (_, text) => {
      await world().redis("SET", "celery-task-meta-hostile-stored", text);
      for (const target of [
        "/v1/tasks/hostile-stored",
        "/v1/tasks/hostile-stored?wait=0.1",
        "/api/task/result/hostile-stored",
      ]) {
        const { status } = await ask("GET", target);
        expect([200, 502]).toContain(status);
      }
      const headers = [...AUTHORIZED, ["accept", "text/event-stream"] as const];
      const stream = { method: "GET", target: "/v1/tasks/hostile-stored?wait=0.1", headers };
      const { body, status } = await world().attack(stream, { away: true, bound: BOUND_MS });
      expect([200, 502]).toContain(status);
      // Nothing that is stored may end a line of the stream and begin another.
      if (status === 200) expect(body).toMatch(/^(?:(?:retry|id|event|data|): ?.*\n|\n)*$/);
      expect(body.match(/^event: (?!state$|problem$)/m)).toBeNull();
    });

    test("a handed-over secret that is none", async () => {
      const key = "_kombu-edge.handover.github";
      await world().redis("DEL", key);
      await world().redis(
        "RPUSH",
        key,
        "{",
        "null",
        "5",
        "[]",
        '{"name":{},"value":1}',
        '{"__proto__":null}',
      );
      const { body, status } = await ask("GET", "/v1/webhooks/github/handover");
      expect([status, body]).toEqual([200, '{"handovers":[]}']);
      await world().redis("DEL", key);
      await world().redis("SET", key, CANARIES.body);
      await ask("GET", "/v1/webhooks/github/handover");
      await world().redis("DEL", key);
    });

    test("a key of another kind", async () => {
      await world().redis("DEL", "celery-task-meta-hostile-list");
      await world().redis("LPUSH", "celery-task-meta-hostile-list", CANARIES.body);
      await ask("GET", "/v1/tasks/hostile-list");
      await ask("GET", "/api/task/result/hostile-list");
    });
  });

  describe("what is stored as bindings", () => {
    test.each(MEMBERS.map((member) => [JSON.stringify(member.slice(0, 60)), member]))(
      "%s",
      async (_, member) => {
        const exchange = `hostile-${MEMBERS.indexOf(member)}`;
        await world().redis("DEL", `_kombu.binding.${exchange}`);
        await world().redis(
          "SADD",
          `_kombu.binding.${exchange}`,
          member,
          `a.b${SEP}^a\\.b$${SEP}hostile-good`,
        );
        for (const key of ["a".repeat(250), `${"a".repeat(250)}!`, "a.".repeat(120), "x".repeat(3_000)]) {
          await ask("GET", `/v1/exchanges/${exchange}/route?type=topic&routing_key=${key}`);
          await ask("POST", `/v1/exchanges/${exchange}/messages?type=topic&routing_key=${key}`, "1");
        }
        await ask("GET", `/v1/exchanges/${exchange}/bindings`);
        const good = await ask("POST", `/v1/exchanges/${exchange}/messages?type=topic&routing_key=a.b`, "1");
        expect(good.status).toBe(202);
        expect(good.body).toContain("hostile-good");
      },
    );

    test("three hundred slow patterns at once", async () => {
      const members = Array.from(
        { length: 300 },
        (_, index) => `k${SEP}^(?:x|${index})?.*a.*a.*${index}!$${SEP}q${index}`,
      );
      await world().redis("SADD", "_kombu.binding.hostile-many", ...members);
      const key = "a".repeat(250);
      await ask("GET", `/v1/exchanges/hostile-many/route?type=topic&routing_key=${key}`);
      await ask("POST", `/v1/exchanges/hostile-many/messages?type=topic&routing_key=${key}`, "1");
    });

    test("keys of another kind", async () => {
      await world().redis("SET", "_kombu.binding.hostile-text", CANARIES.body);
      await world().redis("SET", "hostile-text", CANARIES.body);
      const attempts: [string, string][] = [
        ["GET", "/v1/exchanges/hostile-text/bindings"],
        ["GET", "/v1/exchanges/hostile-text/route?routing_key=a"],
        ["POST", "/v1/exchanges/hostile-text/messages?routing_key=a"],
        ["GET", "/v1/queues/hostile-text"],
        ["POST", "/v1/queues/hostile-text/messages"],
        ["DELETE", "/v1/queues/hostile-text/messages"],
      ];
      for (const [method, target] of attempts) await ask(method, target, "1");
    });
  });

  afterAll(async () => {
    const keys = (await world().redis("KEYS", "*hostile*")) as string[];
    if (keys.length > 0) await world().redis("DEL", ...keys);
  });
}
