/**
 * The trace that a request is part of: W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context/).
 *
 * What is malformed counts as not there, as the specification asks. No span is begun here: the sender's own is passed on.
 * @module
 */

import type { Trace } from "./trace.ts";

const TRACEPARENT_LENGTH = 55;
/** What everybody has to pass on (§3.3.1.5); a longer one is left out. */
const MAXIMUM_TRACESTATE = 512;
const MAXIMUM_MEMBERS = 32;

/** The request's trace; `undefined` without a valid `traceparent`. */
export function readTrace(headers: Headers): Trace | undefined {
  const given = headers.get("traceparent");
  const traceparent = given === null ? undefined : parseTraceparent(given);
  if (traceparent === undefined) return undefined;
  const tracestate = parseTracestate(headers.get("tracestate") ?? "");
  return {
    id: traceparent.slice(3, 35),
    headers: { traceparent, ...(tracestate !== undefined && { tracestate }) },
  };
}

/**
 * `version-traceid-parentid-flags`, as version 00 writes it. Of a later version that begins alike only the sampled flag is
 * known (§4.3).
 */
function parseTraceparent(text: string): string | undefined {
  const isSeparated = text[2] === "-" && text[35] === "-" && text[52] === "-";
  const isHexadecimal = isHex(text, 0, 2) && isHex(text, 3, 35) && isHex(text, 36, 52) && isHex(text, 53, 55);
  if (!isSeparated || !isHexadecimal || text.startsWith("ff")) return undefined;
  if (isZero(text.slice(3, 35)) || isZero(text.slice(36, 52))) return undefined;
  if (text.startsWith("00")) return text.length === TRACEPARENT_LENGTH ? text : undefined;
  if (text.length > TRACEPARENT_LENGTH && text[TRACEPARENT_LENGTH] !== "-") return undefined;
  return `00${text.slice(2, 53)}0${Number.parseInt(text.slice(53, 55), 16) & 1}`;
}

const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
/** Printable ASCII but for the comma and the equals sign; not a space at its end. */
const VALUE = /^[ -+\--<>-~]{0,255}[!-+\--<>-~]$/;

/** Members of a list (§3.3), empty ones left out; `undefined` when there is none, or one is malformed. */
function parseTracestate(text: string): string | undefined {
  if (text === "" || text.length > MAXIMUM_TRACESTATE) return undefined;
  const members = text.split(",").flatMap((member) => member.replace(/^[ \t]+|[ \t]+$/g, "") || []);
  const keys = new Set<string>();
  for (const member of members) {
    const at = member.indexOf("=");
    const key = member.slice(0, Math.max(at, 0));
    if (!KEY.test(key) || !VALUE.test(member.slice(at + 1)) || keys.has(key)) return undefined;
    keys.add(key);
  }
  return keys.size > 0 && keys.size <= MAXIMUM_MEMBERS ? members.join(",") : undefined;
}

function isZero(digits: string): boolean {
  return digits === "0".repeat(digits.length);
}

/** Lower case alone: others are malformed (§3.2.2). */
function isHex(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (!((unit >= 48 && unit <= 57) || (unit >= 97 && unit <= 102))) return false;
  }
  return true;
}
