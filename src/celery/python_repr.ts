/**
 * `argsrepr` and `kwargsrepr`: how Celery prints a call's arguments for logs, Flower and events. Spec celery §2.4.
 *
 * It is Celery's own streaming repr, not Python's: strings escape nothing but the quote, and a budget ends the text.
 * @module
 */
import { DateTime, Decimal, Float, isoformat, PlainDate, PlainTime, UUID } from "../envelope/typed.ts";

/** Characters that Celery spends on each of the two texts. */
const BUDGET = 1024;
/** Containers that may be open before the next one is printed collapsed. */
const MAXIMUM_DEPTH = 3;

/** Ends the printing once the budget is spent. */
class Spent extends Error {}

interface Printer {
  text: string;
  left: number;
  /** The closing texts of the containers that are open, outermost first. */
  readonly open: string[];
}

/** The positional arguments as a tuple: `(2, 3)`, `(2,)`, `()`. */
export function argumentsRepr(args: readonly unknown[]): string {
  return print((printer) => sequence(printer, args, "(", args.length === 1 ? ",)" : ")"));
}

/** The keyword arguments as a dictionary: `{'a': 1}`. */
export function keywordsRepr(kwargs: Readonly<Record<string, unknown>>): string {
  return print((printer) => dictionary(printer, kwargs));
}

function print(write: (printer: Printer) => void): string {
  const printer: Printer = { text: "", left: BUDGET, open: [] };
  try {
    write(printer);
  } catch (error) {
    if (!(error instanceof Spent)) throw error;
    printer.text += `, ...${[...printer.open].reverse().join("")}`;
  }
  return printer.text;
}

function emit(printer: Printer, token: string): void {
  if (printer.left <= 0) throw new Spent();
  printer.text += token;
  printer.left -= lengthOf(token);
}

function open(printer: Printer, start: string, end: string): boolean {
  if (printer.open.length >= MAXIMUM_DEPTH) {
    emit(printer, truncate(`${start}...${end}`, printer.left));
    return false;
  }
  // The closing text counts as owed even when the budget ends at the opening one, as in Celery.
  printer.open.push(end);
  emit(printer, start);
  return true;
}

function close(printer: Printer): void {
  emit(printer, printer.open.pop()!);
}

function sequence(printer: Printer, values: readonly unknown[], start: string, end: string): void {
  if (!open(printer, start, end)) return;
  values.forEach((value, index) => {
    if (index > 0) emit(printer, ", ");
    write(printer, value);
  });
  close(printer);
}

function dictionary(printer: Printer, record: Readonly<Record<string, unknown>>): void {
  if (!open(printer, "{", "}")) return;
  let first = true;
  for (const [key, value] of Object.entries(record)) {
    if (value === undefined) continue;
    if (!first) emit(printer, ", ");
    first = false;
    emit(printer, quoted(key, printer.left));
    emit(printer, ": ");
    write(printer, value);
  }
  close(printer);
}

/** How often a value may stand for another by its `toJSON`. */
const MAXIMUM_REPLACEMENTS = 10;

function write(printer: Printer, value: unknown, replacements = 0): void {
  if (typeof value === "string") emit(printer, quoted(value, printer.left));
  else if (Array.isArray(value)) sequence(printer, value, "[", "]");
  else writeOther(printer, value, replacements);
}

function writeOther(printer: Printer, value: unknown, replacements: number): void {
  const bytes = asBytes(value);
  const scalar = scalarRepr(value);
  if (bytes) emit(printer, bytesRepr(bytes, printer.left));
  else if (scalar !== undefined) emit(printer, truncate(scalar, printer.left));
  else if (replacements === MAXIMUM_REPLACEMENTS) emit(printer, "...");
  else if (typeof (value as { toJSON?: unknown }).toJSON === "function") {
    write(printer, (value as { toJSON(key: string): unknown }).toJSON(""), replacements + 1);
  } else dictionary(printer, value as Record<string, unknown>);
}

/** The text of a value that is not a container; `undefined` for one that is. */
function scalarRepr(value: unknown): string | undefined {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return numberRepr(value);
  if (value instanceof Float) {
    // Python turns to exponents from 1e16 on, JavaScript from 1e21.
    if (Number.isFinite(value.value) && Math.abs(value.value) >= 1e16) return value.value.toExponential();
    const text = Object.is(value.value, -0) ? "-0" : numberRepr(value.value);
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  }
  if (value instanceof Decimal) return `Decimal('${value.value}')`;
  if (value instanceof UUID) {
    return `UUID('${value.value.hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}')`;
  }
  if (value instanceof Date) return momentRepr("datetime", isoformat(value) ?? "");
  if (value instanceof DateTime) return momentRepr("datetime", value.value);
  if (value instanceof PlainDate) return momentRepr("date", value.value);
  if (value instanceof PlainTime) return momentRepr("time", value.value);
  return typeof value === "object" ? undefined : String(value);
}

function numberRepr(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  // Python turns to exponents below 1e-4, JavaScript below 1e-6, and Python writes two digits of them.
  const text =
    value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential() : String(Object.is(value, -0) ? 0 : value);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** A date or time by its parts, as Python prints it. */
function momentRepr(type: "datetime" | "date" | "time", text: string): string {
  const [, moment, offset] = /^(.*?)([+-]\d\d:\d\d)?$/.exec(text)! as unknown as [string, string, string?];
  const isDate = type === "date";
  const [clock, fraction] = (isDate ? text : moment).split(".");
  const parts = clock!.split(/[-T:]/).map(Number);
  const microseconds = Number((fraction ?? "").padEnd(6, "0"));
  if (!isDate) {
    // Python leaves out seconds that are zero, unless microseconds follow.
    if (microseconds > 0) parts.push(microseconds);
    else if (parts.length > (type === "time" ? 2 : 5) && parts.at(-1) === 0) parts.pop();
  }
  const zone = isDate || offset === undefined ? "" : `, tzinfo=${zoneRepr(offset)}`;
  return `datetime.${type}(${parts.join(", ")}${zone})`;
}

function zoneRepr(offset: string): string {
  const [hours, minutes] = offset.slice(1).split(":").map(Number) as [number, number];
  const seconds = (offset.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60);
  if (seconds === 0) return "datetime.timezone.utc";
  const days = Math.floor(seconds / 86_400);
  const rest = seconds - days * 86_400;
  const delta = days === 0 ? `seconds=${rest}` : `days=${days}, seconds=${rest}`;
  return `datetime.timezone(datetime.timedelta(${delta}))`;
}

function bytesRepr(bytes: Uint8Array, left: number): string {
  const cut = bytes.length > left;
  const shown = cut ? bytes.subarray(0, left) : bytes;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(shown);
  } catch {
    text = Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  return `b'${text}${cut ? "..." : ""}'`;
}

function asBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function quoted(text: string, left: number): string {
  return `'${truncate(text, left).replaceAll("'", "\\'")}'`;
}

/** Celery cuts at the last space before the limit. Python counts code points. */
function truncate(text: string, left: number): string {
  if (text.length < left || left <= 0) return text;
  const points = [...text];
  if (points.length < left) return text;
  const start = points.slice(0, left).join("");
  const space = start.lastIndexOf(" ");
  return `${space < 0 ? start : start.slice(0, space)}...`;
}

function lengthOf(text: string): number {
  let length = text.length;
  for (let index = 1; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xdc00) length--;
  }
  return length;
}
