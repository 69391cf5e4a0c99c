/** @module What `npm start` prints for a message that lands. */
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { landings } from "../../../local/start/landing.ts";
import { RedisReplyError } from "../../../local/store.ts";

function envelope(body: string | Buffer, more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    body: Buffer.from(body).toString("base64"),
    "content-encoding": "utf-8",
    "content-type": "application/json",
    headers: {},
    properties: {
      delivery_mode: 2,
      delivery_info: { exchange: "", routing_key: "q" },
      priority: 0,
      body_encoding: "base64",
      delivery_tag: "00000000-0000-4000-8000-000000000001",
    },
    ...more,
  });
}

const HELLO = envelope('{"hello":"world"}');

describe("landings", () => {
  test("a push, by its queue and priority", () => {
    expect(landings(["lpush", "hello", HELLO], 1)).toEqual(['hello  application/json  {"hello":"world"}']);
    expect(landings(["RPUSH", "hello\u0006\u00163", HELLO], 1)).toEqual([
      'hello (priority 3)  application/json  {"hello":"world"}',
    ]);
    expect(landings(["LPUSH", "hello", HELLO, envelope("2")], 2)).toEqual([
      'hello  application/json  {"hello":"world"}',
      "hello  application/json  2",
    ]);
  });

  test("a fanout, with how many received it", () => {
    expect(landings(["PUBLISH", "/0.news/key", HELLO], 3)).toEqual([
      '/0.news/key (fanout, 3 receiving)  application/json  {"hello":"world"}',
    ]);
  });

  test("a script's messages, by the last of its keys", () => {
    const script = ["EVAL", "return 1", "2", "guard", "hello\u0006\u00169", HELLO, "60000"];
    expect(landings(script, 1)).toEqual(['hello (priority 9)  application/json  {"hello":"world"}']);
    const other = envelope("2", {
      properties: { delivery_tag: "t", delivery_info: { exchange: "orders", routing_key: "order.paid" } },
      body: "2",
    });
    expect(landings(["evalsha", "0".repeat(40), "1", "guard", HELLO, other], 1)).toEqual([
      'q  application/json  {"hello":"world"}',
      "exchange orders, routing key order.paid  application/json  2",
    ]);
  });

  test("a task's name", () => {
    const task = envelope("[[2, 3], {}, {}]", { headers: { task: "tasks.add", id: "1" } });
    expect(landings(["LPUSH", "celery", task], 1)).toEqual([
      "celery  application/json  task tasks.add  [[2, 3], {}, {}]",
    ]);
  });

  test("a compressed body is unpacked when it is zlib, and counted when it is not", () => {
    const zlib = envelope(deflateSync("packed"), { headers: { compression: "application/x-gzip" } });
    expect(landings(["LPUSH", "q", zlib], 1)).toEqual(["q  application/json  packed"]);
    const broken = envelope("packed", { headers: { compression: "application/x-gzip" } });
    expect(landings(["LPUSH", "q", broken], 1)).toEqual([
      "q  application/json  <6 bytes of application/x-gzip>",
    ]);
    const brotli = envelope("packed", { headers: { compression: "application/x-brotli" } });
    expect(landings(["LPUSH", "q", brotli], 1)).toEqual([
      "q  application/json  <6 bytes of application/x-brotli>",
    ]);
  });

  test("a long body is cut, a binary one is counted, and a plain one is shown", () => {
    expect(landings(["LPUSH", "q", envelope("é".repeat(201))], 1)).toEqual([
      `q  application/json  ${"é".repeat(200)}… (402 bytes)`,
    ]);
    const bytes = envelope(Buffer.from([0xff, 0xfe]), { "content-type": "application/x-msgpack" });
    expect(landings(["LPUSH", "q", bytes], 1)).toEqual(["q  application/x-msgpack  <2 bytes>"]);
    const plain = envelope("", { body: "as it is", "content-type": null, properties: { delivery_tag: "t" } });
    expect(landings(["LPUSH", "q", plain], 1)).toEqual(["q  no content type  as it is"]);
  });

  test("nothing in it can steer the terminal", () => {
    expect(landings(["LPUSH", "q\u001b[2J", envelope("\u001b]0;owned\u0007\r\n\u202e")], 1)).toEqual([
      "q\\u{1b}[2J  application/json  \\u{1b}]0;owned\\u{7}\\u{d}\\u{a}\\u{202e}",
    ]);
  });

  test("nothing is said of what failed or is no message", () => {
    expect(landings(["LPUSH", "q", HELLO], new RedisReplyError("WRONGTYPE"))).toEqual([]);
    expect(landings(["LPUSH", "q", "text", "{not json", '{"body":1}', "{}", '{"body":"x"}'], 5)).toEqual([]);
    expect(landings(["SET", "q", HELLO], "OK")).toEqual([]);
    expect(landings(["SADD", "q", HELLO], 1)).toEqual([]);
    expect(landings([], null)).toEqual([]);
  });
});
