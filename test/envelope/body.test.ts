import { describe, expect, it } from "vitest";
import { serializeBody } from "../../src/envelope/body.ts";
import { findCompression, registerCompression } from "../../src/envelope/compression.ts";
import { msgpack } from "../../src/envelope/msgpack.ts";
import { registerSerializer } from "../../src/envelope/serializers.ts";
import { Float } from "../../src/envelope/typed.ts";
import { yaml } from "../../src/envelope/yaml.ts";
import {
  CompressionNotInstalledError,
  EncodeError,
  InvalidArgumentError,
  SerializerNotInstalledError,
} from "../../src/errors.ts";

const bytes = new Uint8Array([255, 0]);

describe("body, content type, serialiser (kombu-redis §2.3)", () => {
  it.each<[unknown, Parameters<typeof serializeBody>[1], unknown]>([
    ["hé", {}, { payload: "hé", contentType: "text/plain", contentEncoding: "utf-8" }],
    [bytes, {}, { payload: bytes, contentType: "application/data", contentEncoding: "binary" }],
    [null, {}, { payload: "null", contentType: "application/json", contentEncoding: "utf-8" }],
    [{ a: 1 }, {}, { payload: '{"a":1}', contentType: "application/json", contentEncoding: "utf-8" }],
    [
      "hé",
      { serializer: "json" },
      { payload: '"hé"', contentType: "application/json", contentEncoding: "utf-8" },
    ],
    ["a", { serializer: "raw" }, { payload: "a", contentType: "application/data", contentEncoding: "utf-8" }],
    [
      bytes,
      { serializer: "raw" },
      { payload: bytes, contentType: "application/data", contentEncoding: "binary" },
    ],
    [
      bytes,
      { serializer: "binary" },
      { payload: bytes, contentType: "application/data", contentEncoding: "binary" },
    ],
    ["a", { serializer: "text" }, { payload: "a", contentType: "text/plain", contentEncoding: "utf-8" }],
    [
      "<p>",
      { contentType: "text/html" },
      { payload: "<p>", contentType: "text/html", contentEncoding: "utf-8" },
    ],
    [
      bytes,
      { contentType: "image/png" },
      { payload: bytes, contentType: "image/png", contentEncoding: "binary" },
    ],
    [
      "é",
      { contentType: "text/plain", contentEncoding: "latin-1" },
      { payload: new Uint8Array([0xe9]), contentType: "text/plain", contentEncoding: "latin-1" },
    ],
    [
      "",
      { contentType: "application/json" },
      { payload: "", contentType: "application/json", contentEncoding: "utf-8" },
    ],
    [
      "[1]",
      { contentType: "application/json", serializer: "pickle" },
      { payload: "[1]", contentType: "application/json", contentEncoding: "utf-8" },
    ],
  ])("case %#", (body, options, expected) => {
    expect(serializeBody(body, options)).toEqual(expected);
  });
});

describe("bodies that do not fit", () => {
  it.each<[unknown, Parameters<typeof serializeBody>[1], new (...args: never[]) => Error, string]>([
    [{ a: 1 }, { contentType: "text/plain" }, EncodeError, '"body"'],
    [{ a: 1 }, { serializer: "raw" }, EncodeError, '"body"'],
    ["a", { serializer: "binary" }, EncodeError, '"body"'],
    [1, { serializer: "text" }, EncodeError, '"body"'],
    ["\ud800", {}, EncodeError, '"body"'],
    ["{", { contentType: "application/json" }, EncodeError, '"body" is not valid JSON'],
    [new Uint8Array([0xff]), { contentType: "application/json" }, EncodeError, '"body" is not valid JSON'],
    ["\ufeff{}", { contentType: "application/json" }, EncodeError, '"body" is not valid JSON'],
    ['{"__type__":"x","__value__":1}', { contentType: "application/json" }, EncodeError, '"body"'],
    ["é", { contentType: "text/plain", contentEncoding: "ascii" }, EncodeError, '"body"'],
    [
      "a",
      { contentType: "text/plain", contentEncoding: "binary" },
      InvalidArgumentError,
      '"contentEncoding"',
    ],
    ["{}", { contentType: "application/json; charset=utf-8" }, InvalidArgumentError, '"contentType"'],
    ["{}", { contentType: "Application/JSON" }, InvalidArgumentError, '"contentType"'],
    [
      {},
      { serializer: "nope" },
      SerializerNotInstalledError,
      '"serializer" must be one of raw, text, binary, json',
    ],
    [{}, { serializer: "application/json" }, SerializerNotInstalledError, '"serializer"'],
    [{}, { serializer: "pickle" }, SerializerNotInstalledError, "unpickling runs code"],
    [
      bytes,
      { contentType: "application/x-python-serialize" },
      SerializerNotInstalledError,
      "unpickling runs code",
    ],
  ])("case %#: $3", (body, options, type, message) => {
    const attempt = () => serializeBody(body, options);
    expect(attempt).toThrow(type);
    expect(attempt).toThrow(message);
  });
});

describe("serialisers of one's own", () => {
  it("are found by name once registered, or used as given", () => {
    const shout = {
      name: "shout",
      contentType: "text/shout",
      contentEncoding: "utf-8" as const,
      encode: (value: unknown) => String(value).toUpperCase(),
    };
    expect(serializeBody("a", { serializer: shout })).toEqual({
      payload: "A",
      contentType: "text/shout",
      contentEncoding: "utf-8",
    });
    registerSerializer(shout);
    expect(serializeBody("b", { serializer: "shout" }).payload).toBe("B");
  });

  it.each([
    { name: "" },
    { name: "pickle" },
    { name: "x", contentType: "" },
    { name: "x", contentType: "a/b" },
  ])("%j is not one", (serializer) => {
    expect(() => registerSerializer(serializer as never)).toThrow(InvalidArgumentError);
  });

  it("yaml sorts keys and ends scalars as PyYAML does", () => {
    expect(yaml.encode({ b: [1, "x"], a: null }, "body")).toBe("a: null\nb:\n- 1\n- x\n");
  });

  it.each<[string, unknown, string]>([
    ["bytes alone", new Uint8Array([32]), '!!binary "IA=="\n'],
    ["bytes within a longer buffer", [bytes.subarray(1)], '- !!binary "AA=="\n'],
    ["a buffer without a view", { a: bytes.buffer }, 'a: !!binary "/wA="\n'],
    ["no bytes", [new Uint8Array(0)], '- !!binary ""\n'],
    ["minus zero", new Float(-0), "-0.0\n"],
    ["keys beyond the basic plane last", { "😀": 1, "\uffff": 2 }, '"\\uFFFF": 2\n"\\U0001F600": 1\n'],
  ])("yaml: %s", (_what, value, text) => {
    expect(yaml.encode(value, "body")).toBe(text);
  });

  it("yaml refuses an integer that Python does not read", () => {
    expect(() => yaml.encode([10n ** 4_300n], "body")).toThrow("more than 4300 digits");
  });

  it("msgpack takes a buffer without a view for bytes", () => {
    expect(msgpack.encode(bytes.buffer, "body")).toEqual(new Uint8Array([0xc4, 2, 255, 0]));
  });

  it("msgpack writes bin for bytes and refuses dates, naming the place", () => {
    expect(msgpack.encode({ a: bytes }, "body")).toEqual(new Uint8Array([0x81, 0xa1, 0x61, 0xc4, 2, 255, 0]));
    expect(() => msgpack.encode({ a: [new Date()] }, "body")).toThrow('"body.a[0]" must not be a Date');
  });
});

describe("compression (kombu-redis §4)", () => {
  it.each(["gzip", "zlib", "application/x-gzip"])("%s is a zlib container, not gzip", async (name) => {
    const compression = findCompression(name);
    const compressed = await compression.compress(new TextEncoder().encode("aaaaaaaaaa"));
    expect(compression.contentType).toBe("application/x-gzip");
    expect(compressed[0]).toBe(0x78);
    const stream = new Blob([compressed as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream("deflate"));
    expect(await new Response(stream).text()).toBe("aaaaaaaaaa");
  });

  it.each([
    ["nope", "registerCompression"],
    ["brotli", "kombu-edge/brotli"],
    ["application/zstd", "kombu-edge/zstd"],
    ["constructor", "registerCompression"],
  ])("%s is not installed, and the error says what to do", (name, advice) => {
    expect(() => findCompression(name)).toThrow(CompressionNotInstalledError);
    expect(() => findCompression(name)).toThrow(advice);
  });

  it("can be registered", () => {
    const reverse = {
      names: ["reverse"],
      contentType: "application/x-reverse",
      compress: (payload: Uint8Array) => payload.toReversed(),
    };
    registerCompression(reverse);
    expect(findCompression("reverse")).toBe(reverse);
    expect(findCompression("application/x-reverse")).toBe(reverse);
    expect(() => registerCompression({ ...reverse, names: [] })).toThrow(InvalidArgumentError);
  });
});
