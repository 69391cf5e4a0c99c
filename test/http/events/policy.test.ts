/** @module What a stream makes of an event: checks, sampling, enrichment, its form and its way. */
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { environment, expectProblem, landed } from "../client.ts";
import { stream } from "./stream.ts";

describe("checks", () => {
  it("name the missing and the forbidden field, and never what is in it", async () => {
    const { send, queued } = stream({
      required: ["$.user.id"],
      forbidden: ["$.user.email", "$.items[].card"],
    });
    const body = JSON.stringify([
      { user: { id: 1 } },
      { user: {} },
      { user: { id: 1, email: "x@example.com" } },
      { user: { id: 1 }, items: [{}, { card: "4111" }] },
    ]);
    const answer = await send({ body });
    expect(answer.body.rejected).toEqual([
      { index: 1, code: "missing-field", detail: '"$.user.id" is required.' },
      { index: 2, code: "forbidden-field", detail: '"$.user.email" must not be there.' },
      { index: 3, code: "forbidden-field", detail: '"$.items[].card" must not be there.' },
    ]);
    expect(answer.text).not.toMatch(/example\.com|4111/);
    expect(await queued()).toHaveLength(1);
  });

  it("by a schema of any library: what it gives is queued, its words are not told", async () => {
    const schema = v.object({
      price: v.pipe(v.number(), v.minValue(0)),
      tags: v.optional(v.array(v.string()), []),
    });
    const { send, queued } = stream({ schema });
    const body = '[{"price":1,"extra":2},{"price":"secret"},{"price":1,"tags":["a",7]}]';
    const answer = await send({ body });
    expect(answer.body.rejected).toEqual([
      { index: 1, code: "invalid-event", detail: '"data.price" does not fit the stream\'s schema.' },
      { index: 2, code: "invalid-event", detail: '"data.tags[1]" does not fit the stream\'s schema.' },
    ]);
    expect((await queued()).map(({ data }) => data)).toEqual([{ price: 1, tags: [] }]);
  });

  it("by a schema that answers later", async () => {
    const schema = { "~standard": { validate: async (value: unknown) => ({ value: { seen: value } }) } };
    const { send, queued } = stream({ schema });
    await send({ body: '{"a":1}' });
    expect((await queued())[0].data).toEqual({ seen: { a: 1 } });
  });
});

describe("sampling", () => {
  const body = JSON.stringify(Array.from({ length: 1_000 }, (_, id) => ({ id: `user-${id}` })));

  it("keeps its part, the same events whenever they come", async () => {
    const { send, queued } = stream({ sampling: 0.25, dedupe: false });
    const first = (await send({ body })).body;
    expect(first.accepted + first.sampled_out).toBe(1_000);
    expect(first.accepted).toBeGreaterThan(200);
    expect(first.accepted).toBeLessThan(300);
    expect((await send({ body })).body).toEqual(first);
    const ids = (await queued()).map(({ id }) => id);
    expect(ids.slice(0, first.accepted)).toEqual(ids.slice(first.accepted));
  });

  it("leaves an event without an id to chance", async () => {
    const { send } = stream({ sampling: 0.5 });
    const { accepted, sampled_out } = (await send({ body: JSON.stringify(Array(400).fill({ n: 1 })) })).body;
    expect(accepted + sampled_out).toBe(400);
    expect(accepted).toBeGreaterThan(120);
    expect(accepted).toBeLessThan(280);
  });

  it("is no failure when nothing is kept", async () => {
    const { send } = stream({ sampling: 1e-9 });
    const answer = await send({ body: '{"id":1}' });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ accepted: 0, duplicates: 0, sampled_out: 1, rejected: [] });
  });
});

describe("enrichment", () => {
  const sent = {
    body: '{"specversion":"1.0","id":"1","source":"s","type":"t","edgecountry":"XX","edgeaddress":"10.0.0.1"}',
    cf: { country: "DE", colo: "FRA", asn: 3320 },
    headers: { "cf-connecting-ip": "203.0.113.77", "user-agent": `Browser/1 ${"x".repeat(900)}` },
  };

  it("adds what is asked for, and takes out what a sender claims for the edge", async () => {
    const { send, queued } = stream({
      enrich: { time: true, country: true, colo: true, asn: true, userAgent: true, address: "truncated" },
    });
    await send(sent);
    const [event] = await queued();
    expect(event).toMatchObject({
      edgecountry: "DE",
      edgecolo: "FRA",
      edgeasn: 3320,
      edgeaddress: "203.0.113.0",
    });
    expect(event.edgeuseragent).toMatch(/^Browser\/1 x{502}$/);
    expect(Math.abs(Date.parse(event.edgetime) - Date.now())).toBeLessThan(10_000);
  });

  it("adds nothing by default", async () => {
    const { send, queued } = stream();
    await send(sent);
    expect(Object.keys((await queued())[0]).filter((name) => name.startsWith("edge"))).toEqual([]);
  });

  it("hashes addresses with a secret, and is closed without one", async () => {
    const { send, queued } = stream({ enrich: { address: { hashedWith: "ADDRESS_SECRET" } } });
    expectProblem(await send(sent), 503, "not-configured", {
      detail: 'ADDRESS_SECRET is not set, with which stream "clicks" hashes addresses',
    });
    await send({ ...sent, env: environment({ ADDRESS_SECRET: "key" }) });
    // HMAC-SHA-256 of the address under "key", first 16 bytes, as Python's hmac module gives it.
    expect((await queued())[0].edgeaddress).toBe("bacc2cb875235f708ef005cfffb15d7b");
  });
});

describe("the way", () => {
  it("is an exchange by the event's type", async () => {
    const { send, prefix } = stream(
      { to: { exchange: "events" } },
      {
        exchanges: {
          events: { type: "topic", declare: true, bindings: [{ queue: "buys", routingKey: "clicks.buy.*" }] },
        },
      },
    );
    const answer = await send({ body: '[{"type":"buy.pro"},{"type":"buy"},{"type":"buy./ä b"}]' });
    expect(answer.body).toEqual({
      accepted: 2,
      duplicates: 0,
      rejected: [{ index: 1, code: "unroutable", detail: expect.stringContaining('exchange "events"') }],
    });
    const keys = (await landed(`${prefix}buys`)).map(
      ({ envelope }) => envelope.properties.delivery_info.routing_key,
    );
    expect(keys).toEqual(["clicks.buy.pro", "clicks.buy.__b"]);
  });

  it("is an exchange by a place in the event, or by a fixed key", async () => {
    const exchanges = {
      countries: { type: "direct", declare: true, bindings: [{ queue: "de", routingKey: "DE" }] },
    } as const;
    const byPath = stream({ to: { exchange: "countries", routingKey: "$.data.country" } }, { exchanges });
    const answer = await byPath.send({ body: '[{"country":"DE"},{"other":1},{"country":["DE"]}]' });
    expect(answer.body).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 1, code: "no-routing-key", detail: '"$.data.country" has no text for a routing key.' },
        { index: 2, code: "no-routing-key" },
      ],
    });
    expect(await landed(`${byPath.prefix}de`)).toHaveLength(1);
    const fixed = stream({ to: { exchange: "countries", routingKey: "DE" } }, { exchanges });
    expect((await fixed.send({ body: '{"n":1}' })).body).toMatchObject({ accepted: 1 });
  });

  it("raw: queues the data alone", async () => {
    const { send, list } = stream({ format: "raw" });
    await send({
      body: '[{"id":1,"n":1.0},{"specversion":"1.0","id":"1","source":"s","type":"t","datacontenttype":"image/x","data_base64":"AP8="}]',
    });
    const [json, bytes] = await landed(list);
    expect([json!.body, json!.envelope["content-type"]]).toEqual(['{"id":1,"n":1.0}', "application/json"]);
    expect([...bytes!.bytes]).toEqual([0, 255]);
  });
});
