/**
 * Kombu's `yaml` serialiser, for `registerSerializer` or `serializer: yaml`. Needs the package `yaml`.
 *
 * Consumers refuse it unless their `accept` lists it. Spec kombu-redis §3.
 * @module
 */
import { Document, Scalar, type ScalarTag, type Tags, visit } from "yaml";
import { EncodeError } from "../errors.ts";
import { toBase64 } from "./base64.ts";
import { MAXIMUM_DIGITS } from "./json.ts";
import { asBytes, type Serializer } from "./serializers.ts";
import { DateTime, Float, isoformat, PlainDate, TypedValue } from "./typed.ts";

/**
 * Writes what PyYAML's `safe_load` reads back as it was given (YAML 1.1): keys sorted and text beyond ASCII escaped as Kombu
 * does, bytes as `!!binary`, dates native. `Decimal`, `UUID` and `PlainTime` are refused: YAML has no type for them.
 */
export const yaml: Serializer = {
  name: "yaml",
  contentType: "application/x-yaml",
  contentEncoding: "utf-8",
  encode(value, field) {
    checkDepth(value, field, 0);
    try {
      const document = new Document(value, {
        version: "1.1",
        customTags: pythonTags,
        merge: false,
        sortMapEntries: ({ key: one }, { key: other }) => byCodePoint(keyText(one), keyText(other)),
        aliasDuplicateObjects: false,
      });
      visit(document, { Scalar: (_key, node) => quoteUnusual(node, field) });
      // Folded lines would be valid too; without them a reader sees the value as it was given.
      const text = document.toString({
        lineWidth: 0,
        indentSeq: false,
        doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
      });
      return escapeBeyondAscii(text);
    } catch (cause) {
      if (cause instanceof EncodeError) throw cause;
      throw new EncodeError(field, "cannot be written as YAML", { cause });
    }
  },
};

/** PyYAML takes two frames of Python's recursion limit of 1000 for each level, and a worker has used some. */
const MAXIMUM_YAML_DEPTH = 200;

function checkDepth(value: unknown, field: string, depth: number): void {
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value)) return;
  if (depth > MAXIMUM_YAML_DEPTH)
    throw new EncodeError(field, `is circular or nested deeper than ${MAXIMUM_YAML_DEPTH} levels`);
  for (const member of Object.values(value)) checkDepth(member, field, depth + 1);
}

/**
 * Line breaks besides `\n` are folded or normalised by a YAML reader, and PyYAML stops at characters that it does not
 * count as printable, so such text goes between double quotes, where all can be escaped.
 */
function quoteUnusual(node: Scalar, field: string): void {
  if (typeof node.value === "bigint" && String(node.value).length > MAXIMUM_DIGITS) {
    throw new EncodeError(field, `must not have an integer of more than ${MAXIMUM_DIGITS} digits`);
  }
  if (typeof node.value !== "string") return;
  if (!node.value.isWellFormed()) {
    throw new EncodeError(field, "has a lone surrogate, which UTF-8 cannot carry");
  }
  // `<<` and `=` alone are a merge and a default value to PyYAML.
  if (/[^\x20-\x7e]|^(<<|=)$/.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
}

function keyText(key: unknown): string {
  return String(key instanceof Scalar ? key.value : key);
}

/** Python's order of texts: JavaScript compares UTF-16 units, in which what lies beyond the basic plane comes too early. */
function byCodePoint(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at++) {
    const difference = rank(one.charCodeAt(at)) - rank(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}

function escapeBeyondAscii(text: string): string {
  return text.replace(/[^\n\x20-\x7e]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16).toUpperCase();
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

/**
 * Before the package's own, because the first tag that identifies a value writes it. Without its merge tag, which would
 * leave the text `<<` unquoted.
 */
function pythonTags(tags: Tags): Tags {
  const others = tags.filter((tag) => typeof tag === "string" || tag.tag !== "tag:yaml.org,2002:merge");
  return [binary, exponent, float, timestamp, refused, ...others];
}

const NEVER = /(?!)/;

/** The package's own begins a line that PyYAML takes for none of it, and takes a part of a buffer for the whole. */
const binary: ScalarTag = {
  tag: "tag:yaml.org,2002:binary",
  default: false,
  resolve: String,
  identify: (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value),
  stringify: ({ value }) => `"${toBase64(asBytes(value)!)}"`,
};

/** PyYAML takes `1e+21` for text: a float needs its point. */
const exponent: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: NEVER,
  resolve: String,
  identify: (value) => typeof value === "number" && /^-?\de/.test(String(value)),
  stringify: ({ value }) => String(value).replace("e", ".0e"),
};

const float: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: NEVER,
  resolve: String,
  identify: (value) => value instanceof Float,
  stringify: ({ value }) => floatText((value as Float).value),
};

function floatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = Object.is(value, -0) ? "-0" : String(value);
  if (text.includes(".")) return text;
  return text.includes("e") ? text.replace("e", ".0e") : `${text}.0`;
}

const timestamp: ScalarTag = {
  tag: "tag:yaml.org,2002:timestamp",
  default: true,
  test: NEVER,
  resolve: String,
  identify: (value) => value instanceof Date || value instanceof DateTime || value instanceof PlainDate,
  stringify({ value }) {
    if (!(value instanceof Date)) return (value as DateTime | PlainDate).value;
    const text = isoformat(value);
    if (text === undefined) throw new EncodeError("body", "has a date outside the years 1 to 9999");
    return text;
  },
};

const refused: ScalarTag = {
  tag: "tag:kombu-edge,2026:refused",
  default: true,
  test: NEVER,
  resolve: String,
  identify: (value) =>
    value instanceof TypedValue && !(value instanceof DateTime) && !(value instanceof PlainDate),
  stringify: ({ value }) => {
    throw new EncodeError("body", `has a ${(value as TypedValue).type}, for which YAML has no type`);
  },
};
