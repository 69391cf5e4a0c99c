/** @module Bodies made to hurt: each is refused clearly, nothing of it is queued that should not be. */
import { describe, expect, it } from "vitest";
import { expectProblem } from "../client.ts";
import { compress, NDJSON, stream } from "./stream.ts";

const encoder = new TextEncoder();

function bytes(...parts: (string | number[])[]): Uint8Array<ArrayBuffer> {
  const all = parts.flatMap((part) => (typeof part === "string" ? [...encoder.encode(part)] : part));
  return new Uint8Array(all);
}

describe("compression bombs", () => {
  it("are cut off at the cap, as lines and as a whole", async () => {
    const { send, queued } = stream({ maximumStreamSize: 1_000_000 });
    const bomb = await compress(new Uint8Array(64_000_000).fill(32), "gzip");
    expect(bomb.byteLength).toBeLessThan(70_000);
    for (const headers of [{ ...NDJSON, "content-encoding": "gzip" }, { "content-encoding": "gzip" }]) {
      expectProblem(await send({ headers, body: bomb }), 413, "content-too-large");
    }
    expect(await queued()).toEqual([]);
  });

  it("publish what came before the cap, and say so", async () => {
    const { send, queued } = stream({ maximumStreamSize: 1_000_000 });
    const body = await compress(`{"id":1}\n{"id":2}\n${" ".repeat(5_000_000)}`, "gzip");
    const answer = await send({ headers: { ...NDJSON, "content-encoding": "gzip" }, body });
    expectProblem(answer, 413, "content-too-large", {
      accepted: 2,
      duplicates: 0,
      rejected: [],
      next_index: 2,
    });
    expect(await queued()).toHaveLength(2);
  });

  it("that are no gzip, or break off, are malformed", async () => {
    const { send, queued } = stream();
    const headers = { "content-encoding": "gzip" };
    expectProblem(await send({ headers, body: "{}" }), 400, "malformed-body");
    const whole = await compress('{"id":1}', "gzip");
    expectProblem(await send({ headers, body: whole.slice(0, -9) }), 400, "malformed-body");
    expect(await queued()).toEqual([]);
  });
});

describe("size", () => {
  it("of a line: 10 MB are skipped as they arrive, the lines around them are taken", async () => {
    const { send, queued } = stream();
    const body = `{"id":1}\n{"x":"${"y".repeat(10_000_000)}"}\n{"id":2}\n`;
    expect((await send({ headers: NDJSON, body })).body).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, line: 2, code: "event-too-large", detail: "The event is larger than 65536 bytes." },
      ],
    });
    expect((await queued()).map(({ id }) => id)).toEqual(["1", "2"]);
  });

  it("of a last line without a line feed", async () => {
    const { send, queued } = stream();
    const answer = await send({ headers: NDJSON, body: `{"x":"${"y".repeat(10_000_000)}` });
    expectProblem(answer, 400, "events-rejected", {
      rejected: [
        { index: 0, line: 1, code: "event-too-large", detail: "The event is larger than 65536 bytes." },
      ],
    });
    expect(await queued()).toEqual([]);
  });

  it("of a body that is held whole", async () => {
    const { send } = stream();
    expectProblem(await send({ body: `["${"y".repeat(2_000_000)}"]` }), 413, "content-too-large");
  });

  it("of an event in an array: exactly the limit is taken, one more is not", async () => {
    const { send } = stream({ maximumEventSize: 100 });
    const event = (size: number) => `{"x":"${"y".repeat(size - 8)}"}`;
    expect((await send({ body: `[${event(100)},${event(101)}]` })).body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, code: "event-too-large" }],
    });
    const lines = `${event(100)}\n${event(101)}`;
    expect((await send({ headers: NDJSON, body: lines })).body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, code: "event-too-large" }],
    });
  });

  it("of a batch: the first are published, the rest is for another request", async () => {
    const { send, queued } = stream({ maximumBatch: 3 });
    const body = [1, 2, 3, 4, 5].map((id) => `{"id":${id}}`).join("\n");
    expectProblem(await send({ headers: NDJSON, body }), 413, "content-too-large", {
      accepted: 3,
      next_index: 3,
      maximum: 3,
    });
    expect((await queued()).map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });
});

describe("encoding", () => {
  it.each([
    ["a stray continuation byte", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["half a character", [0xe2, 0x82]],
  ])("%s is refused in a line and in a body", async (_name, wrong) => {
    const { send, queued } = stream();
    const line = bytes('{"id":"', wrong, '"}');
    expect(
      (await send({ headers: NDJSON, body: bytes('{"id":1}\n', [...line], '\n{"id":2}') })).body,
    ).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, line: 2, code: "invalid-utf8" }],
    });
    expectProblem(await send({ body: line }), 400, "malformed-body");
    expect((await queued()).map(({ id }) => id)).toEqual(["1", "2"]);
  });

  it("a lone surrogate, escaped, is refused by the encoder", async () => {
    const { send } = stream();
    expectProblem(await send({ body: '{"x":"\\ud800"}' }), 400, "events-rejected", {
      rejected: [
        {
          index: 0,
          code: "encode-error",
          detail: '"body.data.x" has a lone surrogate, which UTF-8 cannot carry',
        },
      ],
    });
  });
});

describe("structure", () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

  it.each([
    ["too-deep", "33 levels", nested(33)],
    ["too-deep", "10 000 arrays", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
    ["forbidden-key", "__proto__", '{"__proto__":{"admin":true}}'],
    ["forbidden-key", "__proto__ further in", '{"a":[{"__proto__":1}]}'],
    ["forbidden-key", "__proto__ in escapes", '{"\\u005f_proto_\\u005f":1}'],
    [
      "forbidden-key",
      "__proto__ beside a number that needs care",
      '{"__proto__":{"a":1},"n":12345678901234567890}',
    ],
    ["forbidden-key", "a typed value of Kombu's", '{"at":{"__type__":"datetime","__value__":"x"}}'],
    ["forbidden-key", "a typed value as the event", '{"__type__":"uuid","__value__":{"hex":1}}'],
  ])("%s: %s", async (code, _name, body) => {
    const { send, queued } = stream();
    for (const headers of [NDJSON, { "content-type": "application/json" }]) {
      const answer = await send({ headers, body });
      expectProblem(answer, 400, "events-rejected", { accepted: 0, duplicates: 0 });
      expect(answer.body.rejected).toMatchObject([{ index: 0, code }]);
    }
    expect(await queued()).toEqual([]);
  });

  it("takes 32 levels, and keys that only look alike", async () => {
    const { send } = stream();
    const body = `[${nested(32)},{"__type__":"x"},{"__type__":"x","__value__":1,"z":2},{"proto":1}]`;
    expect((await send({ body })).body).toEqual({ accepted: 4, duplicates: 0, rejected: [] });
  });

  it.each(["1", '"text"', "null", "true"])("%s is no event", async (body) => {
    const { send } = stream();
    const answer = await send({ body });
    expect(answer.body.rejected).toMatchObject([{ code: "not-an-object" }]);
    expect(answer.status).toBe(400);
  });

  it.each(["", "{", '{"a":1}}', "<xml/>", "\0"])("%j is no body", async (body) => {
    const { send } = stream();
    expectProblem(await send({ body }), 400, "malformed-json");
  });

  it("a megabyte of line feeds after an event is read at once", async () => {
    const { send } = stream();
    const start = performance.now();
    expect((await send({ body: `{}${"\n".repeat(1_000_000)}` })).body).toMatchObject({ accepted: 1 });
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

it("refuses a body that breaks off, having published what was whole", async () => {
  const { send, queued } = stream();
  let pulls = 0;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(encoder.encode('{"id":1}\n{"id":2}\n{"id'));
      else controller.error(new Error("gone"));
    },
  });
  expectProblem(await send({ headers: NDJSON, body }), 400, "incomplete-body", {
    accepted: 2,
    next_index: 2,
  });
  expect(await queued()).toHaveLength(2);
});
