/** @module Numbers as Redis reads and writes them. */
import { RedisReplyError } from "../store.ts";
import { type ByteString, notAnInteger } from "./reply.ts";

const MINIMUM = -(2n ** 63n);
const MAXIMUM = 2n ** 63n - 1n;

/** Reads a signed 64-bit integer: no sign but `-`, no leading zeros, no blanks. */
export function parseBigInteger(word: ByteString, error: () => RedisReplyError = notAnInteger): bigint {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(word)) throw error();
  const value = BigInt(word);
  if (value < MINIMUM || value > MAXIMUM) throw error();
  return value;
}

/** Reads an integer that is used as a count, an index or a time. */
export function parseInteger(word: ByteString): number {
  return Number(parseBigInteger(word));
}

/** Adds within 64 bits. The result is a number when a number can hold it. */
export function addIntegers(left: bigint, right: bigint): bigint {
  const sum = left + right;
  if (sum < MINIMUM || sum > MAXIMUM) {
    throw new RedisReplyError("ERR increment or decrement would overflow");
  }
  return sum;
}

/** An integer as a reply. */
export function integerReply(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Reads a sorted-set score: a decimal number, `inf`, `+inf` or `-inf`. */
export function parseScore(word: ByteString, message = "ERR value is not a valid float"): number {
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(word);
  if (infinity) return infinity[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word)) throw new RedisReplyError(message);
  return Number(word);
}

/** Writes a score. */
export function formatScore(score: number): ByteString {
  if (score === Infinity) return "inf";
  if (score === -Infinity) return "-inf";
  return Object.is(score, -0) ? "-0" : String(score);
}

/** Clamps the two ends of a Redis range, where -1 is the last, to `slice` ends. */
export function sliceEnds(length: number, start: number, stop: number): [from: number, to: number] {
  const from = Math.max(0, start < 0 ? length + start : start);
  const to = Math.min(length, (stop < 0 ? length + stop : stop) + 1);
  return [from, Math.max(from, to)];
}
