/** @module What a Python application gets for each serialiser, on real consumers. */
import { expect, inject, test } from "vitest";
import { msgpack } from "../../../src/envelope/msgpack.ts";
import { yaml } from "../../../src/envelope/yaml.ts";
import { Producer, type PublishOptions } from "../../../src/index.ts";
import { describeEachKombu, findKombus } from "../python.ts";
import type { Seen } from "./peer.ts";
import { useSetting } from "./setting.ts";

const ALL = ["json", "yaml", "msgpack", "application/data", "text/plain"];
/** What YAML readers take for something else, fold, normalise or refuse. */
const HARD_TEXTS = [
  ...["", "~", "null", "yes", "No", "on", "y", "True", "=", "<<", "---", "...", "? a", "- a", "# c", "a: b"],
  ...[
    "012",
    "0o7",
    "0x1F",
    "0b1",
    "1_000",
    "1:30",
    "1e3",
    "2020-01-02",
    "2020-01-02T03:04:05Z",
    ".5",
    "+.inf",
  ],
  ...[
    "a\r\nb",
    "a\rb",
    "line 1\nline 2",
    "trail\n",
    "\n",
    "  lead",
    "trail ",
    "\ttab",
    " \n a",
    "word ".repeat(50),
  ],
  ...[
    "\0",
    "\x01",
    "\x7f",
    "a\x85b",
    "\u2028",
    "x\u2029y",
    "\ufeff",
    "\ufffe",
    "é",
    "😀 ".repeat(50),
    "!x",
    "&a",
    "*a",
  ],
  ...["@a", "%a", "`a", "|", "> ", "'", '"', "a'b", 'a"b\\', "{", "["],
];
const HARD_NUMBERS = [1e21, 1e-7, 1.5e300, -1e-10, 0.1, 5e-324, -1.5, 0, 2 ** 31, -(2 ** 53) + 1];
const kombus = await findKombus();

describeEachKombu(kombus, inject("redisStore"), (kombu) => {
  const setting = useSetting(kombu);

  async function received(body: unknown, options: PublishOptions = {}): Promise<Seen> {
    await new Producer(setting.channel()).publish(body, { routingKey: "q", ...options });
    const [seen] = await setting.consumed(["q"], 1, { accept: ALL });
    return seen!;
  }

  const value = { b: [1, 2.5, null, true], a: "é€😀\u2028" };

  test.each([
    [
      "json",
      { serializer: "json" },
      "{'b': [1, 2.5, None, True], 'a': 'é€😀\\u2028'}",
      "application/json",
      "utf-8",
    ],
    [
      "yaml",
      { serializer: yaml },
      "{'a': 'é€😀\\u2028', 'b': [1, 2.5, None, True]}",
      "application/x-yaml",
      "utf-8",
    ],
    [
      "msgpack",
      { serializer: msgpack },
      "{'b': [1, 2.5, None, True], 'a': 'é€😀\\u2028'}",
      "application/x-msgpack",
      "binary",
    ],
  ])("%s", async (_name, options, body, contentType, contentEncoding) => {
    expect(await received(value, options)).toMatchObject({
      body,
      content_type: contentType,
      content_encoding: contentEncoding,
    });
  });

  test.each([
    ["text", "text", "naïve ☃", "'naïve ☃'", "text/plain", "utf-8"],
    ["raw text", "raw", "naïve ☃", "'naïve ☃'", "application/data", "utf-8"],
    ["raw bytes", "raw", new Uint8Array([0, 255, 10]), "b'\\x00\\xff\\n'", "application/data", "binary"],
    ["binary", "binary", new Uint8Array([0, 255, 10]), "b'\\x00\\xff\\n'", "application/data", "binary"],
    ["a string by itself", undefined, "plain", "'plain'", "text/plain", "utf-8"],
    ["bytes by themselves", undefined, new Uint8Array([1]), "b'\\x01'", "application/data", "binary"],
    ["a JSON string", "json", "plain", "'plain'", "application/json", "utf-8"],
  ])("%s", async (_name, serializer, given, body, contentType, contentEncoding) => {
    expect(await received(given, { serializer })).toMatchObject({
      body,
      content_type: contentType,
      content_encoding: contentEncoding,
    });
  });

  test("yaml with dates and bytes arrives as Python's own types", async () => {
    const seen = await received(
      {
        at: new Date("2026-11-23T10:20:30.250Z"),
        data: new Uint8Array([0, 255]),
        text: "yes: no",
        n: "1_000",
      },
      { serializer: yaml },
    );
    expect(seen.body).toBe(
      "{'at': datetime.datetime(2026, 11, 23, 10, 20, 30, 250000, tzinfo=datetime.timezone.utc), " +
        "'data': b'\\x00\\xff', 'n': '1_000', 'text': 'yes: no'}",
    );
  });

  test.each([
    ["yaml", yaml],
    ["msgpack", msgpack],
  ])("%s keeps texts and numbers that its readers trip over", async (_name, serializer) => {
    // As PyYAML sorts keys: by code points, not by UTF-16 units.
    const texts = [...HARD_TEXTS].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    const value = {
      keys: Object.fromEntries(texts.map((text) => [text, 1])),
      numbers: HARD_NUMBERS,
      texts,
    };
    const json = await received(value);
    expect((await received(value, { serializer })).body).toBe(json.body);
    expect(json.body).toContain(
      "'1:30', '1_000', '1e3', '2020-01-02', '2020-01-02T03:04:05Z', '<<', '=', '> '",
    );
  });

  test("msgpack with bytes and 64-bit integers", async () => {
    const seen = await received(
      { data: new Uint8Array([0, 255]), big: 2n ** 63n - 1n, one: 1n },
      { serializer: msgpack },
    );
    expect(seen.body).toBe("{'data': b'\\x00\\xff', 'big': 9223372036854775807, 'one': 1}");
  });

  test("a consumer that accepts JSON only refuses yaml, and gets JSON", async () => {
    const producer = new Producer(setting.channel(), { routingKey: "q" });
    await producer.publish({ a: 1 }, { serializer: yaml });
    await producer.publish({ a: 1 });
    const seen = await setting.consumed(["q"], 2, { accept: ["json"] });
    expect(seen[0]!.decode_error).toBe(
      "ContentDisallowed: Refusing to deserialize untrusted content of type yaml (application/x-yaml)",
    );
    expect(seen[1]!.body).toBe("{'a': 1}");
  });
});
