/** @module Every kind of body, told by its content; each event lands once, as a CloudEvent. */
import { describe, expect, it } from "vitest";
import { expectProblem, landed } from "../client.ts";
import { compress, NDJSON, stream } from "./stream.ts";

const TWO = '{"id":"a","type":"view"}\n{"id":"b","type":"buy"}\n';

describe("JSON", () => {
  it("queues one event as a CloudEvent", async () => {
    const { send, queued } = stream();
    const body =
      '{"id":"e1","type":"signup","time":"2026-11-24T10:00:00Z","plan":"pro","n":9007199254740993}';
    const answer = await send({ body });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(await queued()).toEqual([
      {
        specversion: "1.0",
        id: "e1",
        source: "/events/clicks",
        type: "clicks.signup",
        time: "2026-11-24T10:00:00.000Z",
        datacontenttype: "application/json",
        data: JSON.parse(body),
      },
    ]);
  });

  it("keeps integers beyond 2^53 and floats without a fraction to the letter", async () => {
    const { send, list } = stream();
    await send({ body: '{"big":9007199254740993,"float":1.0}' });
    expect((await landed(list))[0]!.body).toContain('"data":{"big":9007199254740993,"float":1.0}');
  });

  it.each([
    ["as JSON", { "content-type": "application/json" }],
    ["as text, as a beacon labels it", { "content-type": "text/plain;charset=UTF-8" }],
    ["as a form, as curl -d labels it", { "content-type": "application/x-www-form-urlencoded" }],
  ])("takes an array %s, in order", async (_name, headers) => {
    const { send, queued } = stream();
    const answer = await send({ headers, body: ' [{"id":1,"type":"a"},{"id":2,"type":"b"}]' });
    expect(answer.body).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect((await queued()).map(({ id, type }) => [id, type])).toEqual([
      ["1", "clicks.a"],
      ["2", "clicks.b"],
    ]);
  });

  it("takes a list with its write key beside it", async () => {
    const { send, queued } = stream();
    const body = '{"write_key":"pk_test_key","events":[{"id":"a"},{"id":"b"}]}';
    expect((await send({ key: null, body })).body).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect((await queued()).map(({ data }) => data)).toEqual([{ id: "a" }, { id: "b" }]);
  });

  it("takes an event that spans lines", async () => {
    const { send, queued } = stream();
    expect((await send({ body: '{\n  "id": "a"\n}\n' })).status).toBe(202);
    expect(await queued()).toHaveLength(1);
  });

  it("takes an empty array for what it is", async () => {
    const { send } = stream();
    const answer = await send({ body: "[]" });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
  });
});

describe("lines of JSON", () => {
  it.each([
    ["by their label", NDJSON],
    ["by their content, whatever the label", { "content-type": "text/plain" }],
  ])("are told %s", async (_name, headers) => {
    const { send, queued } = stream();
    expect((await send({ headers, body: TWO })).body).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
    expect((await queued()).map(({ type }) => type)).toEqual(["clicks.view", "clicks.buy"]);
  });

  it("may end in CR LF, be blank, and lack the last line feed", async () => {
    const { send, queued } = stream();
    const body = '\ufeff{"id":1}\r\n\r\n  \n{"id":2}\r\n{"id":3}';
    expect((await send({ headers: NDJSON, body })).body).toMatchObject({ accepted: 3 });
    expect((await queued()).map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  it("are reported with their line, blank ones counted", async () => {
    const { send, queued } = stream();
    const body = '{"id":1}\n\nnot json\n{"id":2}\n[1]\n{"id":3';
    expect((await send({ headers: NDJSON, body })).body).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [
        { index: 1, line: 3, code: "malformed-json", detail: "The text is not JSON at position 0." },
        { index: 3, line: 5, code: "not-an-object", detail: "The event is not a JSON object." },
        { index: 4, line: 6, code: "malformed-json", detail: "The text is not JSON at position 7." },
      ],
    });
    expect((await queued()).map(({ id }) => id)).toEqual(["1", "2"]);
  });
});

describe("forms", () => {
  const FORM = { "content-type": "application/x-www-form-urlencoded" };

  it("bring JSON and the write key in fields", async () => {
    const { send, queued } = stream();
    const body = new URLSearchParams({ write_key: "pk_test_key", data: '[{"id":"ä & b"}]' }).toString();
    expect((await send({ key: null, headers: FORM, body })).body).toMatchObject({ accepted: 1 });
    expect((await queued())[0].id).toBe("ä & b");
  });

  it("must have data", async () => {
    const { send } = stream();
    expectProblem(await send({ headers: FORM, body: "x=1" }), 400, "malformed-json");
  });
});

describe("compressed bodies", () => {
  it.each(["gzip", "deflate"] as const)("of %s are read", async (format) => {
    const { send, queued } = stream();
    const body = await compress(TWO, format);
    expect((await send({ headers: { "content-encoding": format }, body })).body).toMatchObject({
      accepted: 2,
    });
    expect(await queued()).toHaveLength(2);
  });

  it("may be named in the query, to be spared a preflight", async () => {
    const { send } = stream();
    const body = await compress(TWO, "gzip");
    expect((await send({ query: "compression=gzip-js", body })).body).toMatchObject({ accepted: 2 });
  });

  it("of another kind are refused", async () => {
    const { send } = stream();
    const answer = await send({ headers: { "content-encoding": "br" }, body: TWO });
    expectProblem(answer, 415, "unsupported-media-type");
  });
});

describe("the pixel", () => {
  it("brings an event in the query and is answered with a picture", async () => {
    const { send, queued } = stream({ accepts: ["pixel"] });
    const answer = await send({ method: "GET", query: "id=p1&type=open&campaign=x" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("image/gif");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.text.length).toBe(43);
    expect(await queued()).toMatchObject([
      { id: "p1", type: "clicks.open", data: { id: "p1", type: "open", campaign: "x" } },
    ]);
  });

  it("brings JSON in data", async () => {
    const { send, queued } = stream({ accepts: ["pixel"] });
    await send({ method: "GET", query: `data=${encodeURIComponent('{"id":"p2","n":1}')}` });
    expect((await queued())[0].data).toEqual({ id: "p2", n: 1 });
  });

  it("has no effect when only asked for its head, and is not there unless configured", async () => {
    const { send, queued } = stream({ accepts: ["pixel", "json"] });
    expect((await send({ method: "HEAD", query: "id=1" })).status).toBe(405);
    expect(await queued()).toEqual([]);
    expectProblem(await stream().send({ method: "GET", query: "id=1" }), 405, "method-not-allowed");
  });
});

describe("what a stream takes", () => {
  it.each([
    ["ndjson", { headers: NDJSON, body: TWO }],
    ["ndjson", { body: TWO }],
    ["json", { body: "[]" }],
    ["form", { body: "data=[]" }],
    ["cloudevents", { headers: { "content-type": "application/cloudevents+json" }, body: "{}" }],
    ["cloudevents", { headers: { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "t" } }],
  ])("leaves out %s when not listed", async (kind, sent) => {
    const { send } = stream({
      accepts: (["json", "ndjson", "form", "cloudevents"] as const).filter((one) => one !== kind),
    });
    const answer = await send(sent);
    expectProblem(answer, 415, "unsupported-media-type", { detail: `The stream takes no ${kind}.` });
  });
});
