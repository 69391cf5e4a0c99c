import { describe, expect, it } from "vitest";
import { checkParsedJson, MAXIMUM_DEPTH, stringifyJson } from "../../src/envelope/json.ts";
import { DateTime, Decimal, Float, PlainDate, PlainTime, UUID } from "../../src/envelope/typed.ts";
import { EncodeError, InvalidArgumentError } from "../../src/errors.ts";

const write = (value: unknown) => stringifyJson(value, "body", "python");

describe("values as Kombu writes them (kombu-redis §3.1)", () => {
  it.each<[unknown, string]>([
    [{ a: [1, "é", null, true, -1.5] }, '{"a":[1,"é",null,true,-1.5]}'],
    [new Date("2020-01-02T03:04:05Z"), '{"__type__":"datetime","__value__":"2020-01-02T03:04:05+00:00"}'],
    [
      new Date("2020-01-02T03:04:05.006Z"),
      '{"__type__":"datetime","__value__":"2020-01-02T03:04:05.006000+00:00"}',
    ],
    [new TextEncoder().encode("abc"), '{"__type__":"bytes","__value__":"abc"}'],
    [new Uint8Array([255, 0]), '{"__type__":"base64","__value__":"/wA="}'],
    [new Uint8Array([255, 0]).buffer, '{"__type__":"base64","__value__":"/wA="}'],
    [123456789012345678901234567890n, "123456789012345678901234567890"],
    [new Decimal("1.50"), '{"__type__":"decimal","__value__":"1.50"}'],
    [
      new UUID("12345678-1234-5678-1234-567812345678"),
      '{"__type__":"uuid","__value__":{"hex":"12345678123456781234567812345678"}}',
    ],
    [new PlainDate("2020-01-02"), '{"__type__":"date","__value__":"2020-01-02"}'],
    [new PlainTime("03:04:05"), '{"__type__":"time","__value__":"03:04:05"}'],
    [
      new DateTime("2020-01-02T03:04:05.000006+00:00"),
      '{"__type__":"datetime","__value__":"2020-01-02T03:04:05.000006+00:00"}',
    ],
    [new DateTime("2020-01-02T03:04:05Z"), '{"__type__":"datetime","__value__":"2020-01-02T03:04:05+00:00"}'],
    [new Float(1), "1.0"],
    [new Float(-0), "-0.0"],
    [10n ** 4_299n, `1${"0".repeat(4_299)}`],
    [{ __type__: "x", __value__: undefined }, '{"__type__":"x"}'],
    [new Float(1e21), "1e+21"],
    [Number.NaN, "NaN"],
    [[Number.POSITIVE_INFINITY, -Infinity], "[Infinity,-Infinity]"],
    [{ url: new URL("https://a.example/b") }, '{"url":"https://a.example/b"}'],
    [{ a: undefined, b: 1n }, '{"b":1}'],
    [{ __type__: "x" }, '{"__type__":"x"}'],
    [{ __type__: "x", __value__: 1, more: 2 }, '{"__type__":"x","__value__":1,"more":2}'],
  ])("%o", (value, text) => {
    expect(write(value)).toBe(text);
  });

  it("nests typed values anywhere", () => {
    expect(write({ a: [{ at: new Date(0) }], b: 2n })).toBe(
      '{"a":[{"at":{"__type__":"datetime","__value__":"1970-01-01T00:00:00+00:00"}}],"b":2}',
    );
  });
});

describe("what no consumer could take is refused, naming the place", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  let deep: unknown = 1;
  for (let depth = 0; depth <= MAXIMUM_DEPTH; depth++) deep = [deep];

  it.each<[string, unknown, string]>([
    ["a function", { a: [() => 1] }, "body.a[0]"],
    ["a symbol", { s: Symbol("s") }, "body.s"],
    ["undefined in a list", [1, undefined], "body[1]"],
    ["undefined itself", undefined, "body"],
    ["a Map", { m: new Map() }, "body.m"],
    ["a Set", { m: new Set() }, "body.m"],
    ["an Error", { e: new Error("x") }, "body.e"],
    ["a Promise", { p: Promise.resolve() }, "body.p"],
    ["a lone surrogate", { a: { b: "\ud800" } }, "body.a.b"],
    ["a lone surrogate in a key", { a: { "\udc00": 1 } }, "body.a"],
    ["an invalid date", { d: new Date(Number.NaN) }, "body.d"],
    ["a date Python does not have", { d: new Date(Date.UTC(10_000, 0)) }, "body.d"],
    ["a typed look-alike", { a: { __type__: "datetime", __value__: "x" } }, "body.a"],
    ["a look-alike beside what is left out", [{ __type__: 1, __value__: 2, c: undefined }], "body[0]"],
    ["an integer that Python does not read", { n: 10n ** 4_300n }, "body.n"],
    ["a negative one", -(10n ** 4_300n), "body"],
    ["a circular value", circular, "body"],
    ["a value nested too deeply", deep, "body"],
  ])("%s", (_name, value, field) => {
    const attempt = () => write(value);
    expect(attempt).toThrow(EncodeError);
    expect(attempt).toThrow(`"${field}" `);
  });

  it("does not quote the value", () => {
    expect(() => write({ secret: "hunter2\ud800" })).not.toThrow(/hunter2/);
  });

  it("refuses non-finite numbers where strict readers look", () => {
    expect(() => stringifyJson({ retries: Number.NaN }, "headers", "refuse")).toThrow(
      '"headers.retries" must be a finite number',
    );
  });

  it("takes the deepest value that is allowed", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) value = [value];
    expect(JSON.parse(write(value))).toEqual(value);
  });
});

describe("parsed JSON", () => {
  it("is refused when a consumer would decode it as a typed value", () => {
    expect(() => checkParsedJson({ a: [{ __type__: "x", __value__: 1 }] }, "body")).toThrow('"body.a[0]"');
    expect(() => checkParsedJson({ a: 1, __proto__: null }, "body")).not.toThrow();
  });
});

describe("wrappers check their text", () => {
  it.each<[() => unknown]>([
    [() => new Decimal("1,5")],
    [() => new UUID("123")],
    [() => new PlainDate("2023-02-30")],
    [() => new PlainDate("0000-01-01")],
    [() => new PlainTime("24:00:00")],
    [() => new PlainTime("03:04:05.12")],
    [() => new DateTime("2020-01-02 03:04:05")],
    [() => new Float("1" as unknown as number)],
  ])("%s", (make) => {
    expect(make).toThrow(InvalidArgumentError);
  });
});
