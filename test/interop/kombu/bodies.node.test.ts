/** @module What a Python application gets for each kind of value, compression and size, on real consumers. */
import { createHash } from "node:crypto";
import zlib from "node:zlib";
import { describe, expect, inject, test } from "vitest";
import { brotli } from "../../../src/envelope/brotli.ts";
import { MAXIMUM_DEPTH } from "../../../src/envelope/json.ts";
import { zstd } from "../../../src/envelope/zstd.ts";
import type { PublishOptions } from "../../../src/index.ts";
import {
  DateTime,
  Decimal,
  EncodeError,
  Float,
  PlainDate,
  PlainTime,
  Producer,
  UUID,
} from "../../../src/index.ts";
import { describeEachKombu, findKombus } from "../python.ts";
import type { Seen } from "./peer.ts";
import { useSetting } from "./setting.ts";

const ALL = ["json", "application/data", "text/plain"];

const kombus = await findKombus();

describeEachKombu(kombus, inject("redisStore"), (kombu) => {
  const setting = useSetting(kombu);

  async function received(body: unknown, options: PublishOptions = {}): Promise<Seen> {
    await new Producer(setting.channel()).publish(body, { routingKey: "q", ...options });
    const [seen] = await setting.consumed(["q"], 1, { accept: ALL });
    return seen!;
  }

  describe("typed values", () => {
    test("in a body", async () => {
      const seen = await received({
        date: new Date("2020-01-02T03:04:05.006Z"),
        text: new TextEncoder().encode("abc"),
        bytes: new Uint8Array([255, 0]),
        big: 2n ** 70n,
        decimal: new Decimal("1.50"),
        uuid: new UUID("12345678-1234-5678-1234-567812345678"),
        day: new PlainDate("2020-01-02"),
        time: new PlainTime("03:04:05"),
        naive: new DateTime("2020-01-02T03:04:05"),
        offset: new DateTime("2020-01-02T03:04:05.000006+05:30"),
        float: new Float(1),
        int: 1,
      });
      expect(seen.body).toBe(
        kombu.decodesTypedValues
          ? "{'date': datetime.datetime(2020, 1, 2, 3, 4, 5, 6000, tzinfo=datetime.timezone.utc), " +
              "'text': b'abc', 'bytes': b'\\xff\\x00', 'big': 1180591620717411303424, " +
              "'decimal': Decimal('1.50'), 'uuid': UUID('12345678-1234-5678-1234-567812345678'), " +
              "'day': datetime.date(2020, 1, 2), 'time': datetime.time(3, 4, 5), " +
              "'naive': datetime.datetime(2020, 1, 2, 3, 4, 5), " +
              "'offset': datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone(datetime.timedelta(seconds=19800))), " +
              "'float': 1.0, 'int': 1}"
          : "{'date': {'__type__': 'datetime', '__value__': '2020-01-02T03:04:05.006000+00:00'}, " +
              "'text': {'__type__': 'bytes', '__value__': 'abc'}, 'bytes': {'__type__': 'base64', '__value__': '/wA='}, " +
              "'big': 1180591620717411303424, 'decimal': {'__type__': 'decimal', '__value__': '1.50'}, " +
              "'uuid': {'__type__': 'uuid', '__value__': {'hex': '12345678123456781234567812345678'}}, " +
              "'day': {'__type__': 'date', '__value__': '2020-01-02'}, 'time': {'__type__': 'time', '__value__': '03:04:05'}, " +
              "'naive': {'__type__': 'datetime', '__value__': '2020-01-02T03:04:05'}, " +
              "'offset': {'__type__': 'datetime', '__value__': '2020-01-02T03:04:05.000006+05:30'}, " +
              "'float': 1.0, 'int': 1}",
      );
    });

    test("in headers and properties", async () => {
      const at = new Date("2020-01-02T03:04:05Z");
      const seen = await received(1, { headers: { at, name: "é" }, properties: { stamp: at } });
      const typed = kombu.decodesTypedValues
        ? "datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)"
        : "{'__type__': 'datetime', '__value__': '2020-01-02T03:04:05+00:00'}";
      expect(seen.headers).toBe(`{'at': ${typed}, 'name': 'é'}`);
      expect(seen.properties.stamp).toBe(typed);
    });

    test("not-a-number and infinity in a JSON body arrive as floats", async () => {
      expect((await received([Number.NaN, -Infinity])).body).toBe("[nan, -inf]");
    });
  });

  describe("compressions", () => {
    const compressions: [string, PublishOptions["compression"], string, boolean, boolean][] = [
      ["zlib", "zlib", "application/x-gzip", true, true],
      ["gzip", "gzip", "application/x-gzip", true, true],
      ["brotli", brotli, "application/x-brotli", true, kombu.name === "Kombu 5.6"],
      ["zstd", zstd, "application/zstd", "zstdCompressSync" in zlib, kombu.name === "Kombu 5.6"],
    ];
    for (const [name, compression, contentType, here, there] of compressions) {
      if (!here || !there) {
        const reason = here ? `${kombu.name} of Debian has no ${name}` : `this Node has no ${name}`;
        console.warn(`!!! ${kombu.name}: ${name} SKIPPED: ${reason} !!!`);
        test.skip(`${name}, SKIPPED: ${reason}`, () => {});
        continue;
      }
      test.each([
        ["JSON", { text: "é".repeat(5_000) }, `{'text': '${"é".repeat(5_000)}'}`],
        ["an empty text", "", "b''"],
      ])(`${name} of %s`, async (_what, given, body) => {
        const seen = await received(given, { compression: compression! });
        expect(seen).toMatchObject({ body, headers: `{'compression': '${contentType}'}` });
      });
    }
  });

  describe("sizes and shapes", () => {
    test("one megabyte of non-ASCII text", async () => {
      const text = "é€😀x".repeat(100_000);
      const seen = await received(text);
      const digest = createHash("sha256").update(`'${text}'`).digest("hex");
      expect(seen.body).toBe(`str 400000 sha256:${digest}`);
    });

    test("one megabyte of bytes", async () => {
      const bytes = Uint8Array.from({ length: 1_000_000 }, (_item, index) => (index * 7) % 256);
      const seen = await received(bytes);
      expect(seen.body).toBe(`bytes 1000000 sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    });

    test(`a body nested ${MAXIMUM_DEPTH} levels is decoded, one level more is refused here`, async () => {
      const nested = (levels: number): unknown => {
        let value: unknown = 7;
        for (let level = 0; level < levels; level++) value = [value];
        return value;
      };
      const seen = await received(nested(MAXIMUM_DEPTH));
      expect(seen.body).toBe(`${"[".repeat(500)}7${"]".repeat(500)}`);
      await expect(received(nested(MAXIMUM_DEPTH + 1))).rejects.toThrow(EncodeError);
    });

    test("JSON text that the caller wrote passes through", async () => {
      const seen = await received('{"a": [1, 2.0]}', { contentType: "application/json" });
      expect(seen).toMatchObject({ body: "{'a': [1, 2.0]}", content_type: "application/json" });
    });

    test("a foreign content type and encoding", async () => {
      const seen = await received("é", { contentType: "text/plain", contentEncoding: "latin-1" });
      expect(seen).toMatchObject({ body: "'é'", content_encoding: "latin-1" });
    });
  });

  describe("bodyEncoding", () => {
    const cases = [
      ["null with JSON", null, { a: "é" }, "{'a': 'é'}", "5.2"],
      ["null with text", null, "é", "'é'", "5.2"],
      ["null with bytes", null, new Uint8Array([255, 0]), "b'\\xff\\x00'", "5.3"],
      ["utf-8 with JSON", "utf-8", { a: "é" }, "{'a': 'é'}", "5.4"],
    ] as const;
    for (const [name, bodyEncoding, given, body, since] of cases) {
      test.skipIf(kombu.version < since)(`${name}, which needs Kombu ${since}`, async () => {
        await new Producer(setting.channel({ bodyEncoding })).publish(given, { routingKey: "q" });
        const [seen] = await setting.consumed(["q"], 1, { accept: ALL });
        expect(seen!.body).toBe(body);
      });
    }
  });
});
