/**
 * @module Values that both sides can make: a term becomes a JavaScript value here and a Python value in `terms.py`. How a
 * value is taken over is stated here, not asked of the library.
 */
import fc from "fast-check";
import { DateTime, Decimal, Float, PlainDate, PlainTime, UUID } from "../../src/index.ts";

/** A value, by what it is. */
export type Term =
  | { readonly kind: "null" | "absent" }
  | { readonly kind: "bool"; readonly bool: boolean }
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "float"; readonly number: number }
  | { readonly kind: "bigint"; readonly digits: string }
  | { readonly kind: "text" | "datetime" | "date" | "time" | "decimal" | "uuid"; readonly text: string }
  | { readonly kind: "moment"; readonly milliseconds: number }
  | { readonly kind: "bytes"; readonly bytes: readonly number[] }
  | { readonly kind: "list"; readonly members: readonly Term[] }
  | { readonly kind: "dict"; readonly members: readonly (readonly [string, Term])[] }
  | { readonly kind: "nest"; readonly levels: number; readonly inner: Term };

/** What a value is written in, which decides what some of them become. */
export type Format = "json" | "yaml" | "msgpack";

export function numberTerm(number: number): Term {
  return { kind: "number", number };
}

/** The value as this library is given it. */
export function toValue(term: Term): unknown {
  switch (term.kind) {
    case "null":
      return null;
    case "absent":
      return undefined;
    case "bool":
      return term.bool;
    case "number":
      return term.number;
    case "float":
      return new Float(term.number);
    case "bigint":
      return BigInt(term.digits);
    case "text":
      return term.text;
    case "datetime":
      return new DateTime(term.text);
    case "date":
      return new PlainDate(term.text);
    case "time":
      return new PlainTime(term.text);
    case "decimal":
      return new Decimal(term.text);
    case "uuid":
      return new UUID(term.text);
    case "moment":
      return new Date(term.milliseconds);
    case "bytes":
      return bytesOf(term.bytes);
    case "list":
      return term.members.map(toValue);
    case "dict":
      return Object.fromEntries(term.members.map(([key, member]) => [key, toValue(member)]));
    case "nest": {
      let value = toValue(term.inner);
      for (let level = 0; level < term.levels; level++) value = [value];
      return value;
    }
  }
}

/** Bytes alone, within a longer buffer, or as a buffer without a view. */
function bytesOf(bytes: readonly number[]): Uint8Array | ArrayBuffer {
  if (bytes.length % 3 === 0) return Uint8Array.from(bytes);
  return bytes.length % 3 === 1
    ? Uint8Array.from([1, ...bytes, 2]).subarray(1, -1)
    : Uint8Array.from(bytes).buffer;
}

/** The value as Python is given it: an array of what it is and of what. */
export function toPython(term: Term, format: Format): readonly unknown[] {
  switch (term.kind) {
    case "null":
    case "absent":
      return ["null"];
    case "bool":
      return ["bool", term.bool];
    case "number":
      return pythonNumber(term.number, format);
    case "float":
      return ["float", floatText(term.number)];
    case "bigint":
      return ["int", term.digits];
    case "moment":
      return ["datetime", new Date(term.milliseconds).toISOString().replace("Z", "000+00:00")];
    case "bytes":
      return ["bytes", Buffer.from(term.bytes).toString("base64")];
    case "list":
      return ["list", term.members.map((member) => toPython(member, format))];
    case "dict":
      return ["dict", entriesOf(term).map(([key, member]) => [key, toPython(member, format)])];
    case "nest":
      return ["nest", term.levels, toPython(term.inner, format)];
    case "datetime":
      return ["datetime", term.text.replace("Z", "+00:00")];
    default:
      return [term.kind, term.text];
  }
}

/** A dictionary's members as JavaScript has them: the last of each name, whole numbers first, without the absent. */
export function entriesOf(term: Term & { kind: "dict" }): readonly (readonly [string, Term])[] {
  const members = new Map(term.members);
  const order = Object.keys(Object.fromEntries(members));
  return order.map((key) => [key, members.get(key)!] as const).filter(([, { kind }]) => kind !== "absent");
}

/**
 * Rule: a JavaScript number is an `int` when it is whole and written without an exponent, minus zero included (msgpack: when
 * it is a safe integer), else a `float`.
 */
function pythonNumber(number: number, format: Format): readonly unknown[] {
  const text = String(number);
  const isInt = format === "msgpack" ? Number.isSafeInteger(number) : /^-?\d+$/.test(text);
  return isInt ? ["int", text] : ["float", floatText(number)];
}

function floatText(number: number): string {
  if (Object.is(number, -0)) return "-0.0";
  return String(number).replace("Infinity", "inf").replace("NaN", "nan");
}

const CONSTANT_NUMBERS = [
  ...[0, -0, 1, -1, 0.1, 1.5, 1e-7, 1e-5, 0.0001, 5e-324, 1e15, 1e16, 1e17, 1e20, 1e21, -1e21, 1e22, 1.5e300],
  ...[
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    -3e9,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 53),
    2 ** 63,
    2 ** 64,
    123456789012345680000,
  ],
  Number.MAX_VALUE,
];

const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...CONSTANT_NUMBERS) },
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const notFinite = fc.constantFrom(Number.NaN, Infinity, -Infinity);

/** Texts that some format takes for something else, or that some writer forgets to escape. */
const TEXTS = [
  ...[
    "",
    " ",
    "  a",
    "a  ",
    "\n",
    "a\nb",
    "a\n\nb\n",
    "\r\n",
    "\t",
    "\t\ta",
    "\0",
    "\x1f",
    "\x7f",
    "\x85",
    "\x9f",
  ],
  ...[
    "\u2028",
    "\u2029",
    "\ufeff",
    "\ufeffa",
    "\uffff",
    "😀",
    "é",
    "́",
    "\u200d",
    "<<",
    "=",
    "~",
    "null",
    "yes",
    "No",
    "on",
  ],
  ...[
    "1",
    "1e3",
    "1_000",
    "1:30",
    "0x1f",
    "012",
    "0o17",
    "0b1",
    ".5",
    "+1",
    "-1",
    ".inf",
    ".nan",
    "2020-01-02",
    "1e+21",
  ],
  ...[
    "2020-01-02T03:04:05Z",
    "- a",
    "-",
    "a: b",
    "a:",
    ": a",
    "#c",
    "a #c",
    "'",
    '"',
    "''",
    "\\",
    "\\n",
    "?",
    "? a",
    "|",
  ],
  ...[
    ">",
    "[",
    "]",
    "{",
    "}",
    "{}",
    "[]",
    ",",
    "&a",
    "*a",
    "!a",
    "!!x",
    "%",
    "@",
    "`",
    "---",
    "...",
    "--- a",
    "a\n---\nb",
  ],
  ...[
    "__type__",
    "__value__",
    "__proto__",
    "constructor",
    "toJSON",
    "NaN",
    "true",
    "%s",
    "\\u0041",
    "</script>",
    "x".repeat(200),
  ],
];
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ maxLength: 12 }),
);
const key = fc.oneof(
  fc.constantFrom("a", "b", "__proto__", "__type__", "__value__", "toString", "0", "10", "-1", "01", ""),
  text,
);
const broken = fc.constantFrom("\ud800", "a\udc00b", "\udfff\ud800");

const pad = (part: number, length = 2) => String(part).padStart(length, "0");
const day = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const offset = fc
  .tuple(fc.constantFrom("+", "-"), fc.nat(13), fc.constantFrom(0, 30, 45))
  .map(([sign, hours, minutes]) => `${sign}${pad(hours)}:${pad(minutes)}`)
  // Python writes +00:00 for it.
  .filter((text) => text !== "-00:00");
const clock = fc
  .tuple(
    fc.nat(23),
    fc.nat(59),
    fc.nat(59),
    fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 999_999 })),
  )
  .map(
    ([h, m, s, micro]) => `${pad(h)}:${pad(m)}:${pad(s)}${micro === undefined ? "" : `.${pad(micro, 6)}`}`,
  );
const zoned = fc
  .tuple(clock, fc.oneof(fc.constant(""), fc.constant("+00:00"), offset))
  .map((parts) => parts.join(""));

const typedText = (kind: "datetime" | "date" | "time" | "decimal" | "uuid") => (given: string) => ({
  kind,
  text: given,
});

/** Values with a type of their own in Kombu ≥ 5.3. */
const typed: fc.Arbitrary<Term> = fc.oneof(
  fc.tuple(day, zoned).map(([date, time]) => typedText("datetime")(`${date}T${time}`)),
  fc.tuple(day, clock).map(([date, time]) => typedText("datetime")(`${date}T${time}Z`)),
  day.map(typedText("date")),
  zoned.map(typedText("time")),
  fc
    .oneof(fc.constantFrom("1.50", "0", "-1E+5", "1E-7", "3", "0.5", "NaN", "Infinity", "-0.10"))
    .map(typedText("decimal")),
  fc.uuid().map(typedText("uuid")),
  fc
    .date({ min: new Date(-6e13), max: new Date(2e14), noInvalidDate: true })
    .map((date) => ({ kind: "moment" as const, milliseconds: date.getTime() })),
  fc.array(fc.nat(255), { maxLength: 12 }).map((bytes) => ({ kind: "bytes" as const, bytes })),
  text.map((given) => ({ kind: "bytes" as const, bytes: [...new TextEncoder().encode(given)] })),
);

const plain: fc.Arbitrary<Term> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: "null" } as const) },
  { weight: 1, arbitrary: fc.boolean().map((bool) => ({ kind: "bool" as const, bool })) },
  { weight: 5, arbitrary: number.map(numberTerm) },
  {
    weight: 1,
    arbitrary: fc.oneof(number, fc.integer()).map((given) => ({ kind: "float" as const, number: given })),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        fc.bigInt(),
        fc.constantFrom(2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 63n), -(2n ** 63n) - 1n, 10n ** 400n),
      )
      .map((given) => ({ kind: "bigint" as const, digits: String(given) })),
  },
  { weight: 4, arbitrary: text.map((given) => ({ kind: "text" as const, text: given })) },
);

/** What JSON or a consumer cannot take. */
const bad: fc.Arbitrary<Term> = fc.oneof(
  broken.map((given) => ({ kind: "text" as const, text: given })),
  broken.map((given) => ({ kind: "dict" as const, members: [[given, { kind: "null" }]] as const })),
  notFinite.map(numberTerm),
  notFinite.map((given) => ({ kind: "float" as const, number: given })),
  text.map((given) => ({
    kind: "dict" as const,
    members: [
      ["__type__", { kind: "text" as const, text: given }],
      ["__value__", { kind: "null" as const }],
    ] as const,
  })),
  fc
    .constantFrom(499, 500, 501, 199, 200, 201)
    .map((levels) => ({ kind: "nest" as const, levels, inner: { kind: "null" as const } })),
  fc.constant({ kind: "bigint" as const, digits: "9".repeat(4_301) }),
);

/**
 * Random values.
 *
 * @param withTyped Whether Kombu's typed values are among them.
 */
export function terms(withTyped: boolean): {
  value: fc.Arbitrary<Term>;
  dict: fc.Arbitrary<Term & { kind: "dict" }>;
} {
  const leaf = fc.oneof(
    { weight: 80, arbitrary: plain },
    { weight: withTyped ? 24 : 0, arbitrary: typed },
    { weight: 1, arbitrary: bad },
  );
  const { value, dict } = fc.letrec<{ value: Term; dict: Term & { kind: "dict" }; list: Term }>((tie) => ({
    value: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("list"), tie("dict")),
    list: fc.array(tie("value"), { maxLength: 4 }).map((members) => ({ kind: "list", members })),
    dict: fc
      .array(
        fc.tuple(
          key,
          fc.oneof(
            { weight: 20, arbitrary: tie("value") },
            { weight: 1, arbitrary: fc.constant({ kind: "absent" } as const) },
          ),
        ),
        { maxLength: 4 },
      )
      .map((members) => ({ kind: "dict", members })),
  }));
  return { value, dict };
}
