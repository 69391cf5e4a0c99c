/** @module CloudEvents 1.0 over HTTP: the three modes, to the letter of the binding. Expected values are its own examples. */
import { describe, expect, it } from "vitest";
import { expectProblem } from "../client.ts";
import { NDJSON, stream } from "./stream.ts";

const EVENT = {
  specversion: "1.0",
  id: "A234-1234-1234",
  source: "https://github.com/cloudevents/spec/pull",
  type: "com.github.pull_request.opened",
  time: "2018-04-05T17:31:00Z",
  datacontenttype: "application/json",
  subject: "123",
  comexampleextension1: "value",
  comexampleothervalue: 5,
  data: { appinfoA: "abc", much: [1, null] },
};

const BINARY = {
  "ce-specversion": "1.0",
  "ce-id": EVENT.id,
  "ce-source": EVENT.source,
  "ce-type": EVENT.type,
  "ce-time": EVENT.time,
};

describe("binary mode", () => {
  it("takes attributes from headers and the data from the body", async () => {
    const { send, queued } = stream();
    const headers = {
      ...BINARY,
      "content-type": "application/json",
      "ce-subject": "Euro%20%E2%82%AC%20%F0%9F%98%80",
    };
    expect((await send({ headers, body: '{"n":1}' })).status).toBe(202);
    const { comexampleextension1: _1, comexampleothervalue: _2, ...expected } = EVENT;
    expect(await queued()).toEqual([{ ...expected, subject: "Euro € 😀", data: { n: 1 } }]);
  });

  it.each([
    ["text/plain", "hällo", { datacontenttype: "text/plain", data: "hällo" }],
    [
      "application/vnd.x+json; charset=utf-8",
      "[1]",
      { datacontenttype: "application/vnd.x+json; charset=utf-8", data: [1] },
    ],
    [
      "application/octet-stream",
      "\0\u0001",
      { datacontenttype: "application/octet-stream", data_base64: "AAE=" },
    ],
    [
      "text/plain; charset=iso-8859-1",
      "abc",
      { datacontenttype: "text/plain; charset=iso-8859-1", data_base64: "YWJj" },
    ],
  ])("of %s keeps the data as it is", async (type, body, expected) => {
    const { send, queued } = stream();
    await send({ headers: { ...BINARY, "content-type": type }, body });
    expect((await queued())[0]).toMatchObject(expected);
  });

  it.each([
    ['"a \\"quoted\\" one"', 'a "quoted" one'],
    ["100%25", "100%"],
    ["100%", "100%"],
    ["%e2%82%ac", "€"],
    ["needless%41", "needlessA"],
    ["twice%2541", "twice%41"],
  ])("reads the header %s as %s", async (header, subject) => {
    const { send, queued } = stream();
    await send({ headers: { ...BINARY, "ce-subject": header } });
    expect((await queued())[0].subject).toBe(subject);
  });

  it.each([
    ["a percent-encoding that is not UTF-8", { "ce-subject": "%C0%A0" }, "subject"],
    ["a second content type", { "ce-datacontenttype": "text/plain" }, "datacontenttype"],
    ["another version", { "ce-specversion": "0.3" }, "specversion"],
    ["a time that is none", { "ce-time": "yesterday" }, "time"],
  ])("refuses %s", async (_name, header, attribute) => {
    const { send, queued } = stream();
    const answer = await send({ headers: { ...BINARY, ...header } });
    expectProblem(answer, 400, "events-rejected");
    expect(answer.body.rejected[0]).toMatchObject({ index: 0, code: "invalid-cloudevent" });
    expect(answer.body.rejected[0].detail).toContain(`"${attribute}"`);
    expect(await queued()).toEqual([]);
  });

  it("is not assumed while a required header is missing", async () => {
    const { send, queued } = stream();
    const { "ce-type": _type, ...headers } = BINARY;
    await send({ headers, body: '{"id":"plain"}' });
    expect((await queued())[0]).toMatchObject({
      id: "plain",
      type: "clicks.event",
      source: "/events/clicks",
    });
  });
});

describe("structured mode", () => {
  it.each([
    "application/cloudevents+json",
    "APPLICATION/CloudEvents+JSON; charset=utf-8",
    "application/cloudevents",
  ])("as %s keeps the event as it is, whatever headers repeat", async (type) => {
    const { send, queued } = stream();
    const headers = {
      "content-type": type,
      "ce-id": "other",
      "ce-source": "s",
      "ce-type": "t",
      "ce-specversion": "1.0",
    };
    expect((await send({ headers, body: JSON.stringify(EVENT) })).body).toMatchObject({ accepted: 1 });
    expect(await queued()).toEqual([EVENT]);
  });

  it("fills in a time and a content type, and keeps data_base64", async () => {
    const { send, queued } = stream();
    const body = '{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"AAE="}';
    await send({ headers: { "content-type": "application/cloudevents+json" }, body });
    const [event] = await queued();
    expect(event).toMatchObject({ datacontenttype: "application/json", data_base64: "AAE=" });
    expect(Math.abs(Date.parse(event.time) - Date.now())).toBeLessThan(10_000);
  });

  it.each([
    ["no id", { id: undefined }],
    ["an empty source", { source: "" }],
    ["a type that is no text", { type: 1 }],
    ["data twice", { data_base64: "AAE=" }],
    ["no base64", { data: undefined, data_base64: "A" }],
    ["a name with a capital", { myExtension: "x" }],
    ["an attribute that is an object", { extension: {} }],
    ["no version", { specversion: undefined }],
  ])("refuses %s", async (_name, wrong) => {
    const { send } = stream();
    const body = JSON.stringify({ ...EVENT, ...wrong });
    const answer = await send({ headers: { "content-type": "application/cloudevents+json" }, body });
    expect(answer.body.rejected).toMatchObject([{ index: 0, code: "invalid-cloudevent" }]);
  });

  it.each(["application/cloudevents+avro", "application/cloudevents-batch+xml"])(
    "does not read %s",
    async (type) => {
      const answer = await stream().send({ headers: { "content-type": type }, body: "x" });
      expectProblem(answer, 415, "unsupported-media-type");
    },
  );
});

describe("batched mode", () => {
  const headers = { "content-type": "application/cloudevents-batch+json" };

  it("takes each event on its own; what is none is reported", async () => {
    const { send, queued } = stream();
    const body = JSON.stringify([EVENT, { id: "plain" }, { ...EVENT, id: "2" }, EVENT]);
    expect((await send({ headers, body })).body).toEqual({
      accepted: 2,
      duplicates: 1,
      rejected: [{ index: 1, code: "invalid-cloudevent", detail: 'The attribute "specversion" is missing.' }],
    });
    expect((await queued()).map(({ id }) => id)).toEqual(["A234-1234-1234", "2"]);
  });

  it("may be empty, and must be an array", async () => {
    expect((await stream().send({ headers, body: "[]" })).body).toMatchObject({ accepted: 0 });
    expectProblem(await stream().send({ headers, body: "{}" }), 400, "malformed-body");
  });
});

it("CloudEvents are known by their version in lines of JSON and in arrays too", async () => {
  const { send, queued } = stream();
  const line = JSON.stringify(EVENT);
  expect((await send({ headers: NDJSON, body: `${line}\n{"id":"plain"}` })).body).toMatchObject({
    accepted: 2,
  });
  expect((await queued()).map(({ source }) => source)).toEqual([EVENT.source, "/events/clicks"]);
});
