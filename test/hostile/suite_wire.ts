/** @module Headers, methods and framing: what a client sends that is no client. */
import { describe, expect, test } from "vitest";
import { each } from "./pool.ts";
import { fill, type Known } from "./routes.ts";
import { AUTHORIZED, CANARIES, type World } from "./world.ts";

type Headers = readonly (readonly [string, string])[];

const JSON_TYPE = ["content-type", "application/json"] as const;
const MARK = CANARIES.header;

const HEADERS: Readonly<Record<string, Headers>> = {
  "a header of 60 kB": [["x-large", "h".repeat(60_000)]],
  "2000 headers": Array.from({ length: 2_000 }, (_, index) => [`x-${index}`, MARK] as const),
  "a folded header": [["x-folded", `a\r\n ${MARK}`]],
  "a header within a header": [["x-split", `a\r\nauthorization: Bearer ${CANARIES.token}`]],
  "NUL in a header": [["x-nul", "a\0b"]],
  "no name": [["", MARK]],
  "a space before the colon": [["content-type ", "application/json"]],
  "bytes that are no text": [
    ["idempotency-key", "\xff\xfe\x80"],
    ["x-request-id", "\xc3\x28"],
  ],
  "two types": [JSON_TYPE, ["content-type", "text/xml"]],
  "two keys": [
    ["idempotency-key", MARK],
    ["idempotency-key", `${MARK}2`],
  ],
  "a key of 10 kB": [["idempotency-key", MARK.repeat(600)]],
  "an empty key": [["idempotency-key", ""]],
  "a trace that is none": [
    ["traceparent", `00-${MARK}-\x01-zz`],
    ["tracestate", "=".repeat(5_000)],
  ],
  "another method": [
    ["x-http-method-override", "DELETE"],
    ["x-method-override", "DELETE"],
  ],
  "another host": [
    ["x-forwarded-host", MARK],
    ["forwarded", `host=${MARK}`],
    ["x-original-url", "/healthz"],
  ],
  "another address": [
    ["cf-connecting-ip", `${MARK}, 1`],
    ["x-forwarded-for", "127.0.0.1"],
    ["x-real-ip", "::1"],
  ],
  "an origin": [
    ["origin", `https://${MARK}.example`],
    ["access-control-request-method", "POST"],
  ],
  "an origin of null": [["origin", "null"]],
  "an upgrade": [
    ["upgrade", "websocket"],
    ["sec-websocket-key", "x"],
    ["sec-websocket-version", "13"],
  ],
  "another protocol": [
    ["upgrade", "h2c"],
    ["http2-settings", "AAMAAABkAAQAAP__"],
  ],
  "a wait for leave": [["expect", "100-continue"]],
  "an unknown wait": [["expect", MARK]],
  "a range": [
    ["range", "bytes=0-0,1-1,-1"],
    ["if-none-match", "*"],
  ],
  "an endless accept": [["accept", "text/event-stream;q=".repeat(500)]],
  "CloudEvents headers": [
    ["ce-specversion", "1.0"],
    ["ce-id", "%C0%A0"],
    ["ce-source", "%"],
    ["ce-type", "%00%0d%0a"],
    ["ce-__proto__", MARK],
    ["ce-data", MARK],
  ],
  "CloudEvents headers of quotes": [
    ["ce-specversion", "1.0"],
    ["ce-id", '"\\"'.repeat(3_000)],
    ["ce-source", '"'],
    ["ce-type", "%25".repeat(3_000)],
  ],
  "a sender that asks for leave": [
    ["webhook-request-origin", `${MARK}\tx`],
    ["webhook-request-rate", "x"],
  ],
};

/** Ways to say how long a body is. */
const FRAMES: readonly [name: string, headers: Headers, body: string][] = [
  ["a negative length", [["content-length", "-1"]], "{}"],
  ["a length that is no number", [["content-length", "0x2"]], "{}"],
  ["a length beyond all numbers", [["content-length", "9".repeat(40)]], "{}"],
  [
    "two lengths",
    [
      ["content-length", "2"],
      ["content-length", "3"],
    ],
    "{} ",
  ],
  [
    "a length and chunks",
    [
      ["content-length", "2"],
      ["transfer-encoding", "chunked"],
    ],
    "0\r\n\r\n",
  ],
  ["two transfer codings", [["transfer-encoding", "gzip, chunked"]], "0\r\n\r\n"],
  ["a chunk of no size", [["transfer-encoding", "chunked"]], "zz\r\n{}\r\n0\r\n\r\n"],
  ["a chunk beyond all sizes", [["transfer-encoding", "chunked"]], "ffffffffffffffff\r\n{}"],
  [
    "a chunk with an extension",
    [["transfer-encoding", "chunked"]],
    `2;${"x".repeat(5_000)}\r\n{}\r\n0\r\n\r\n`,
  ],
  ["a request within the body", [["content-length", "0"]], `GET /v1/queues HTTP/1.1\r\nHost: x\r\n\r\n`],
];

/** Not CONNECT, which never reaches a Worker: workerd by itself has a handler of its own for it. */
const METHODS = ["HEAD", "OPTIONS", "TRACE", "GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "PURGE"];

/** The suite. */
export function wire(world: () => World, routes: () => readonly Known[]): void {
  describe("the wire", () => {
    test.each(Object.entries(HEADERS))("%s", async (_, headers) => {
      await each(routes(), async ({ method, path, hasBody }) => {
        const given = new Set(headers.map(([name]) => name));
        const all = [...AUTHORIZED, ...(given.has("content-type") ? [] : [JSON_TYPE]), ...headers];
        const sent = { method, target: fill(path), headers: all, ...(hasBody && { body: "{}" }) };
        // A page's own origin comes back to it, and to nobody else, where the stream names it; here none does.
        await world().attack(sent, { byRuntime: true });
      });
    });

    test.each(FRAMES)("%s", async (_name, headers, body) => {
      const targets = routes().filter(({ hasBody }) => hasBody);
      await each(targets, async ({ method, path }) => {
        const sent = { method, target: fill(path), headers: [...AUTHORIZED, JSON_TYPE, ...headers], body };
        await world().attack(sent, { byRuntime: true });
      });
    });

    test("a method that a path does not have is 405 and names those that it has", async () => {
      const paths = [...new Set(routes().map(({ path }) => path))];
      for (const method of METHODS) {
        await each(paths, async (path) => {
          const headers = [...AUTHORIZED, ["x-canary", MARK] as const];
          const got = await world().attack({ method, target: fill(path), headers }, { byRuntime: true });
          const like = path.replace(/\{\w+\}/g, "{}");
          const has = routes()
            .filter((route) => route.path.replace(/\{\w+\}/g, "{}") === like)
            .map((route) => route.method as string);
          if (["PUT", "PATCH", "DELETE", "POST"].includes(method) && !has.includes(method)) {
            expect([method, path, got.status]).toEqual([method, path, 405]);
            expect(got.headers.get("allow")).toContain(has[0]);
          }
        });
      }
    });

    test("HEAD changes nothing", async () => {
      await world().redis("LPUSH", "hostile-head", "kept");
      for (const { path } of routes()) {
        await world().attack({ method: "HEAD", target: fill(path, "hostile-head"), headers: AUTHORIZED });
      }
      expect(await world().redis("LRANGE", "hostile-head", 0, -1)).toEqual(["kept"]);
      await world().redis("DEL", "hostile-head");
    });

    test("no page of another origin may read an answer", async () => {
      const headers = [...AUTHORIZED, ["origin", "https://evil.example"] as const];
      for (const { method, path } of routes()) {
        const got = await world().attack({ method, target: fill(path), headers, body: "{}" });
        expect([path, got.headers.get("access-control-allow-origin")]).toEqual([path, undefined]);
        expect(got.headers.get("access-control-allow-credentials")).toBeUndefined();
      }
    });

    test("forty bodies that stop keep nobody else waiting", async () => {
      const targets = routes()
        .filter(({ hasBody }) => hasBody)
        .map(({ path }) => fill(path));
      const stalled = Array.from({ length: 40 }, (_, index) =>
        world().stall({
          target: targets[index % targets.length]!,
          headers: [...AUTHORIZED, JSON_TYPE],
          chunks: [`{"body":"${CANARIES.body}`, null],
        }),
      );
      await world().attack(
        { target: "/v1/queues/hostile/messages", headers: AUTHORIZED, body: "1" },
        { statuses: [202] },
      );
      for (const stop of stalled) stop();
    });
  });
}
