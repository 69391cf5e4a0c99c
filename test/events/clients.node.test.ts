/** @module Senders that others wrote: the official CloudEvents SDK and Segment's client for Node. Every event arrives. */
import { Analytics } from "@segment/analytics-node";
import { CloudEvent, emitterFor, HTTP, Mode } from "cloudevents";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EventWorker, queued, redis, startEventWorker, TOKEN } from "./worker.ts";

let worker: EventWorker;

beforeAll(async () => {
  await redis("DEL", "cloud", "product");
  worker = await startEventWorker("http://localhost");
});

afterAll(async () => {
  await worker?.close();
});

describe("the CloudEvents SDK", () => {
  const statuses: number[] = [];

  /** What the SDK calls to send. */
  async function transport({ headers, body }: { headers: object; body: unknown }) {
    const response = await fetch(`${worker.url}/v1/events/cloud`, {
      method: "POST",
      headers: { ...(headers as Record<string, string>), authorization: `Bearer ${TOKEN}` },
      body: body as BodyInit,
    });
    statuses.push(response.status);
    return { body: await response.text(), headers: Object.fromEntries(response.headers) };
  }

  // ASCII: the SDK does not encode attributes in binary mode, though the binding asks for it.
  const event = (id: string, more: object = {}) =>
    new CloudEvent({
      id,
      source: "/sdk",
      type: "com.example.made",
      time: "2026-11-24T10:00:00.000Z",
      subject: "10 %, or so",
      data: { n: 1, text: "ä" },
      extension1: "value",
      ...more,
    });

  test("in binary and in structured mode: every attribute arrives", async () => {
    await emitterFor(transport, { mode: Mode.BINARY })(event("binary"));
    await emitterFor(transport, { mode: Mode.STRUCTURED })(event("structured"));
    expect(statuses).toEqual([202, 202]);
    const expected = {
      specversion: "1.0",
      source: "/sdk",
      type: "com.example.made",
      time: "2026-11-24T10:00:00.000Z",
      subject: "10 %, or so",
      datacontenttype: expect.stringMatching(/^application\/json/),
      data: { n: 1, text: "ä" },
      extension1: "value",
    };
    expect(await queued("cloud")).toEqual([
      { ...expected, id: "binary" },
      { ...expected, id: "structured" },
    ]);
  });

  test("with bytes as data", async () => {
    await redis("DEL", "cloud");
    const bytes = { data: undefined, data_base64: "AP8=", datacontenttype: "application/octet-stream" };
    await emitterFor(transport, { mode: Mode.STRUCTURED })(event("bytes", bytes));
    expect(await queued("cloud")).toMatchObject([{ id: "bytes", data_base64: "AP8=" }]);
  });

  test("200 events, and all of them again: each is there once", async () => {
    await redis("DEL", "cloud");
    const all = Array.from({ length: 200 }, (_, n) => event(`many-${n}`));
    for (let round = 0; round < 2; round++) {
      for (const [n, one] of all.entries()) {
        const { headers, body } = n % 2 ? HTTP.binary(one) : HTTP.structured(one);
        await transport({ headers, body });
      }
    }
    expect((await queued("cloud")).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  });

  test("can read back what is queued", async () => {
    await redis("DEL", "cloud");
    await emitterFor(transport, { mode: Mode.BINARY })(event("back"));
    const [stored] = await queued("cloud");
    const read = HTTP.toEvent({
      headers: { "content-type": "application/cloudevents+json" },
      body: JSON.stringify(stored),
    });
    expect(read).toMatchObject({ id: "back", source: "/sdk", data: { n: 1, text: "ä" } });
    expect((read as CloudEvent).validate()).toBe(true);
  });
});

describe("Segment's client", () => {
  test("sends every kind of call in batches; each message is there once", async () => {
    const analytics = new Analytics({ writeKey: "segment_write_key", host: worker.url, flushAt: 7 });
    const errors: unknown[] = [];
    analytics.on("error", (error) => errors.push(error));
    for (let n = 0; n < 50; n++) {
      analytics.track({ userId: `user-${n}`, event: "Order Paid", properties: { n } });
    }
    analytics.identify({ userId: "u", traits: { plan: "pro" } });
    analytics.page({ userId: "u", name: "Home" });
    analytics.screen({ userId: "u", name: "Start" });
    analytics.group({ userId: "u", groupId: "g" });
    analytics.alias({ userId: "u", previousId: "p" });
    await analytics.closeAndFlush();
    expect(errors).toEqual([]);
    const events = await queued("product");
    expect(events).toHaveLength(55);
    expect(new Set(events.map(({ id }) => id)).size).toBe(55);
    const tracked = events.filter(({ type }) => type === "product.track");
    expect(
      tracked
        .map(({ data }) => (data as { properties: { n: number } }).properties.n)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(tracked[0]).toMatchObject({
      source: "/events/product",
      data: { event: "Order Paid", type: "track" },
    });
    expect(JSON.stringify(events)).not.toContain("segment_write_key");
    const others = events.filter(({ type }) => type !== "product.track").map(({ type }) => type);
    expect(others.toSorted()).toEqual([
      "product.alias",
      "product.group",
      "product.identify",
      "product.page",
      "product.screen",
    ]);
  });

  test("with a wrong key is told so", async () => {
    const analytics = new Analytics({
      writeKey: "segment_wrong_key",
      host: worker.url,
      flushAt: 1,
      maxRetries: 0,
    });
    const errors: unknown[] = [];
    analytics.on("error", (error) => errors.push(error));
    analytics.track({ userId: "u", event: "lost" });
    await analytics.closeAndFlush();
    expect(errors).toMatchObject([{ code: "delivery_failure" }]);
  });
});

test("Segment's single calls say by their path what they are; the key may be in the body", async () => {
  await redis("DEL", "product");
  for (const call of ["track", "identify", "page", "screen", "group", "alias"]) {
    const response = await fetch(`${worker.url}/v1/${call}`, {
      method: "POST",
      body: JSON.stringify({
        messageId: `m-${call}`,
        userId: "u",
        writeKey: "segment_write_key",
        timestamp: "2026-11-24T10:00:00Z",
      }),
    });
    expect([response.status, await response.json()]).toEqual([
      200,
      { success: true, accepted: 1, duplicates: 0, rejected: [] },
    ]);
  }
  expect(await queued("product")).toMatchObject(
    ["track", "identify", "page", "screen", "group", "alias"].map((call) => ({
      id: `m-${call}`,
      type: `product.${call}`,
      time: "2026-11-24T10:00:00.000Z",
      data: { type: call, userId: "u" },
    })),
  );
});
