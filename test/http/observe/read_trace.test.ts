/** @module Which headers are a trace: the rules of W3C Trace Context, with the examples of its text and of its test suite. */
import { describe, expect, test } from "vitest";
import { readTrace } from "../../../src/http/observe/read_trace.ts";

const ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";
const GOOD = `00-${ID}-${PARENT}-01`;

function read(traceparent: string, tracestate?: string) {
  const headers = new Headers({ traceparent });
  if (tracestate !== undefined) headers.set("tracestate", tracestate);
  return readTrace(headers);
}

describe("traceparent", () => {
  test.each([
    ["as it is", GOOD, GOOD],
    ["with flags of its own version that nobody knows yet", `00-${ID}-${PARENT}-ff`, `00-${ID}-${PARENT}-ff`],
    ["not sampled", `00-${ID}-${PARENT}-00`, `00-${ID}-${PARENT}-00`],
    ["of a later version, as far as it is known", `cc-${ID}-${PARENT}-03`, `00-${ID}-${PARENT}-01`],
    ["of a later version with more", `cc-${ID}-${PARENT}-02-what-the-future-holds`, `00-${ID}-${PARENT}-00`],
  ])("%s", (_how, given, passedOn) => {
    expect(read(given)).toEqual({ id: ID, headers: { traceparent: passedOn } });
  });

  test.each([
    ["", "nothing"],
    ["00", "a version"],
    [`ff-${ID}-${PARENT}-01`, "the version that is none"],
    [`00-${"0".repeat(32)}-${PARENT}-01`, "a trace of zeros"],
    [`00-${ID}-${"0".repeat(16)}-01`, "a parent of zeros"],
    [`00-${ID.toUpperCase()}-${PARENT}-01`, "capitals"],
    [`00-${ID.slice(1)}g-${PARENT}-01`, "another letter"],
    [`00-${ID.slice(1)}-${PARENT}-01`, "a short trace"],
    [`00-${ID}-${PARENT}-1`, "short flags"],
    [`00-${ID}-${PARENT}-0x`, "flags that are no number"],
    [`00-${ID}-${PARENT}-01-more`, "more than version 00 has"],
    [`00-${ID}-${PARENT}-01.`, "a full stop"],
    [`cc-${ID}-${PARENT}-01.more`, "more of a later version without a dash"],
    [`00_${ID}_${PARENT}_01`, "other dashes"],
    [`${GOOD}, ${GOOD}`, "two of them"],
    [`0-${ID}-${PARENT}-01`, "a short version"],
    [`é0-${ID}-${PARENT}-01`, "what is no ASCII"],
  ])("%s (%s) counts as not there", (given) => {
    expect(read(given)).toBeUndefined();
  });

  test("no header, no trace", () => {
    expect(readTrace(new Headers({ tracestate: "a=1" }))).toBeUndefined();
  });
});

describe("tracestate", () => {
  test.each([
    ["foo=1", "foo=1"],
    ["foo=1,bar=2", "foo=1,bar=2"],
    ["foo=1 \t , \tbar=2, ,baz=3", "foo=1,bar=2,baz=3"],
    ["tenant@system=t61rcWkgMzE", "tenant@system=t61rcWkgMzE"],
    ["0tenant@sys=1", "0tenant@sys=1"],
    ["a-_*/z=x y", "a-_*/z=x y"],
    [`a=${"v".repeat(256)}`, `a=${"v".repeat(256)}`],
  ])("%s", (given, passedOn) => {
    expect(read(GOOD, given)).toEqual({ id: ID, headers: { traceparent: GOOD, tracestate: passedOn } });
  });

  test.each([
    "foo",
    "foo=",
    "=1",
    "Foo=1",
    "foo=1=2",
    "foo=1,foo=2",
    "foo@=1",
    "@foo=1",
    "a@b@c=1",
    `a=${"v".repeat(257)}`,
    `${"k".repeat(257)}=1`,
    `a=${"v".repeat(250)},b=${"v".repeat(250)},c=${"v".repeat(20)}`,
    Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(),
    "a=é",
    ", ,",
  ])("%s is left out, and the trace stays", (given) => {
    expect(read(GOOD, given)).toEqual({ id: ID, headers: { traceparent: GOOD } });
  });
});
