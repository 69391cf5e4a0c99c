/** @module Bodies that are made to break a parser, a limit or a log, each with a mark that no answer may show. */
import { deflateRawSync, gzipSync } from "node:zlib";
import { CANARIES } from "./world.ts";

/** One of them. */
export interface Body {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Default: each of {@link TYPES}. */
  readonly type?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** Takes long to read: sent by itself. */
  readonly heavy?: boolean;
  /** Milliseconds in which the answer must be there, when that is not the usual bound. */
  readonly bound?: number;
}

/** Content types that each parser of the gateway is behind. */
export const TYPES = ["application/json", "application/x-ndjson", "application/cloudevents+json"] as const;

const MARK = CANARIES.body;

function text(name: string, content: string, more: Omit<Body, "name" | "bytes"> = {}): Body {
  return { name, bytes: Buffer.from(content), ...more };
}

function bytes(name: string, ...parts: (string | readonly number[])[]): Body {
  return { name, bytes: Buffer.concat(parts.map((part) => Buffer.from(part as string))) };
}

/** Messages, tasks, events, bindings at once, as far as one object can be. */
function around(member: string): string {
  return `{"task":"hostile","routing_key":"hostile","body":"${MARK}",${member}}`;
}

const malformed: readonly Body[] = [
  ...[
    "",
    "{",
    "[",
    '"',
    "nul",
    "0123",
    "+1",
    "[1,]",
    "{'a':1}",
    '{"a":1}}',
    "\0",
    "\t\n",
    "<x/>",
    "undefined",
  ].map((content) => text(`not JSON: ${JSON.stringify(content)}`, content + (content && MARK))),
  text("an empty body", ""),
  text(
    "XML with an external entity",
    `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;${MARK}</x>`,
  ),
  bytes("a byte order mark", [0xef, 0xbb, 0xbf], around('"x":1')),
  bytes("two byte order marks", [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], "{}"),
  { name: "UTF-16", bytes: Buffer.from(`\ufeff${around('"x":1')}`, "utf16le") },
  bytes("a stray continuation byte", `{"body":"${MARK}`, [0x80], '"}'),
  bytes("an overlong slash", `{"body":"${MARK}`, [0xc0, 0xaf], '"}'),
  bytes("half a character", `{"body":"${MARK}`, [0xe2, 0x82], '"}'),
  bytes("a surrogate in UTF-8", `{"body":"${MARK}`, [0xed, 0xa0, 0x80], '"}'),
  text(
    "a lone surrogate in every place",
    around('"headers":{"\\ud800":"\\udfff"},"args":["\\ud800"],"id":"\\ud800"'),
  ),
  text(
    "NUL in every place",
    around('"headers":{"\\u0000":"\\u0000"},"args":["\\u0000"],"queue":"a\\u0000b"'),
  ),
  text("a literal control character", `{"body":"${MARK}\n\u0001"}`),
  text("a form", `data=${encodeURIComponent(around('"x":1'))}&write_key=${MARK}`),
  text("a form of nothing but separators", "&=".repeat(100_000)),
  text("a multipart body without a boundary", `--x\r\n\r\n${MARK}`, { type: "multipart/form-data" }),
  text("a multipart body that never ends", `--x\r\nContent-Disposition: form-data; name="${MARK}"\r\n\r\n`, {
    type: "multipart/form-data; boundary=x",
  }),
];

const deep: readonly Body[] = [
  text("100 000 arrays that open", "[".repeat(100_000)),
  text("100 000 objects that open", '{"a":'.repeat(100_000)),
  text("100 000 arrays", "[".repeat(100_000) + "]".repeat(100_000)),
  text("10 000 objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`),
  text("10 000 arrays with a number that needs care", `${"[".repeat(10_000)}1.0${"]".repeat(10_000)}`),
  ...["body", "args", "kwargs", "headers", "link", "chain", "properties", "data", "queue"].map((member) =>
    text(
      `50 000 levels in ${member}`,
      around(`"${member}":${'[{"x":'.repeat(25_000)}1${"}]".repeat(25_000)}`).replace(
        '"body":"canary-body-99ff",',
        "",
      ),
    ),
  ),
  text("a chain of chains", `${'{"chain":['.repeat(5_000)}{"task":"hostile.x"}${"]}".repeat(5_000)}`),
  text(
    "links of links",
    `${'{"task":"hostile.x","link":'.repeat(5_000)}{"task":"hostile.y"}${"}".repeat(5_000)}`,
  ),
  text(
    "1000 levels that are allowed in none",
    `{"body":${"[".repeat(1_000)}${"]".repeat(1_000)},"routing_key":"hostile"}`,
  ),
];

const JSON_ONLY = { type: "application/json", heavy: true };
const LINES = { type: "application/x-ndjson", heavy: true };

const large: readonly Body[] = [
  text("a text of 3 MB", around(`"x":"${"y".repeat(3_000_000)}"`), JSON_ONLY),
  text("1 MB of line feeds", "\n".repeat(1_000_000), LINES),
  text("lines of nothing but a carriage return", "\r\n".repeat(500_000), LINES),
  // Ten thousand of them are events that are really published.
  text("300 000 empty objects in lines", "{}\n".repeat(300_000), { ...LINES, bound: 10_000 }),
  text("300 000 empty objects in an array", `[${"{},".repeat(300_000)}{}]`, { ...JSON_ONLY, bound: 10_000 }),
  text("300 000 numbers in an array", `[${"0,".repeat(300_000)}0]`, JSON_ONLY),
  text(
    "100 000 keys",
    `{${Array.from({ length: 60_000 }, (_, index) => `"k${index}":0`).join()}}`,
    JSON_ONLY,
  ),
  text("a key of 500 000 characters", `{"${"k".repeat(500_000)}":1}`, JSON_ONLY),
  text("200 000 times the same key", `{${'"a":1,'.repeat(130_000)}"a":2}`, JSON_ONLY),
  text("900 kB of backslashes", `{"body":"${"\\\\".repeat(450_000)}","routing_key":"hostile"}`, JSON_ONLY),
  text("900 kB of quotes", `{"body":"${'\\"'.repeat(450_000)}","routing_key":"hostile"}`, JSON_ONLY),
  text("900 kB of white space", `${" ".repeat(900_000)}{}`, JSON_ONLY),
];

const numbers: readonly Body[] = [
  ...[
    "1e400",
    "-1e400",
    "1E+999999999",
    "9".repeat(4_300),
    "9".repeat(4_301),
    "1".repeat(100_000),
    "-0",
    "1e-400",
  ].map((number) =>
    text(
      `the number ${number.slice(0, 20)}`,
      around(
        `"priority":${number},"x":${number},"args":[${number}],"countdown":${number},"expiration":${number}`,
      ),
    ),
  ),
  text(
    "digits that an expression may dwell on",
    `{"body":${"1".repeat(15)}.${"0".repeat(400_000)}1,"routing_key":"hostile"}`,
    JSON_ONLY,
  ),
  text("a million short numbers", `{"body":[${"1.0,".repeat(200_000)}1],"routing_key":"hostile"}`, JSON_ONLY),
];

const keys: readonly Body[] = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "then",
  "toJSON",
].map((key) =>
  text(
    `the key ${key}`,
    around(
      `"${key}":{"admin":true,"status":500},"headers":{"${key}":{"x":1}},"kwargs":{"${key}":1},"data":{"${key}":null}`,
    ),
  ),
);

const duplicates: readonly Body[] = [
  text(
    "every key twice",
    around('"routing_key":"_kombu.binding.x","body":"b","task":"other","routing_key":"unacked"'),
  ),
  text(
    "a typed value of Kombu's",
    around('"x":{"__type__":"datetime","__value__":"x"},"args":[{"__type__":"uuid","__value__":1}]'),
  ),
];

const zeros = Buffer.alloc(64_000_000);
const bomb = gzipSync(zeros, { level: 9 });
const whole = gzipSync(around('"id":"1"'));
const gzip = [["content-encoding", "gzip"]] as const;

const compressed: readonly Body[] = [
  { name: "a gzip bomb", bytes: bomb, headers: gzip },
  { name: "a gzip bomb in a gzip", bytes: gzipSync(bomb), headers: gzip },
  { name: "ten gzip members", bytes: Buffer.concat(Array.from({ length: 10 }, () => whole)), headers: gzip },
  { name: "half a gzip", bytes: whole.subarray(0, whole.length / 2), headers: gzip },
  {
    name: "a gzip with another checksum",
    bytes: Buffer.concat([whole.subarray(0, -8), Buffer.alloc(8)]),
    headers: gzip,
  },
  { name: "a gzip that is none", bytes: Buffer.from(MARK), headers: gzip },
  { name: "a bare deflate as gzip", bytes: deflateRawSync(zeros.subarray(0, 100_000)), headers: gzip },
  ...["br", "zstd", "gzip, gzip", "identity, gzip", "x-gzip;q=1", "deflate", "compress", `${MARK}`].map(
    (coding) => ({
      name: `the coding ${coding}`,
      bytes: whole,
      headers: [["content-encoding", coding]] as const,
    }),
  ),
];

const labels: readonly Body[] = [
  "application/json; charset=utf-16",
  "application/json; charset=utf-7",
  'application/json;charset="utf-8',
  "text/plain",
  "text/plain; charset=us-ascii",
  "application/x-www-form-urlencoded",
  "application/cloudevents-batch+json",
  "application/cloudevents+avro",
  "application/x-python-serialize",
  "application/x-yaml",
  "text/xml",
  "application/json, text/plain",
  "a/b/c",
  "/",
  `${MARK}/${MARK}`,
  "x".repeat(4_000),
  "",
].map((type) => text(`JSON as ${type.slice(0, 40)}`, around('"id":"1"'), { type }));

/** All of them. */
export const BODIES: readonly Body[] = [
  ...malformed,
  ...deep,
  ...large,
  ...numbers,
  ...keys,
  ...duplicates,
  ...compressed,
  ...labels,
];
