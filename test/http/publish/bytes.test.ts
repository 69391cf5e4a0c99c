/** @module A request's body as one message: to a queue, to an exchange. */
import { describe, expect, test } from "vitest";
import { client, expectProblem, fresh, landed, redis, requestsDuring } from "../client.ts";

const SEP = "\x06\x16";
const ask = client();

describe("to a queue", () => {
  test("the body arrives byte for byte, in one request to Redis", async () => {
    const queue = fresh("bytes");
    const { result: answer, requests } = await requestsDuring(() =>
      ask("POST", `/v1/queues/${queue}/messages`, {
        headers: { "content-type": "application/json" },
        body: '{ "id": 12345678901234567890, "price": 1.0 }',
      }),
    );
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      status: "delivered",
      delivery_tag: expect.stringMatching(/^[0-9a-f-]{36}$/),
      queues: [queue],
    });
    expect(requests).toBe(1);
    const [message] = await landed(queue);
    expect(message!.body).toBe('{ "id": 12345678901234567890, "price": 1.0 }');
    expect(message!.envelope).toEqual({
      body: expect.any(String),
      "content-encoding": "utf-8",
      "content-type": "application/json",
      headers: {},
      properties: {
        delivery_mode: 2,
        delivery_info: { exchange: "", routing_key: queue },
        priority: 0,
        body_encoding: "base64",
        delivery_tag: answer.body.delivery_tag,
      },
    });
  });

  test.each([
    ["Application/JSON; charset=UTF-8", "application/json", "utf-8"],
    ['application/json;charset="utf-8"', "application/json", "utf-8"],
    ["text/plain", "text/plain", "utf-8"],
    ["text/csv; header=present", "text/csv", "utf-8"],
    ["text/plain; charset=ISO-8859-1", "text/plain", "iso-8859-1"],
    ["text/plain; charset=us-ascii", "text/plain", "us-ascii"],
    ["image/png", "image/png", "binary"],
    ["application/xml; charset=utf-8", "application/xml", "utf-8"],
    ["application/vnd.acme+json", "application/vnd.acme+json", "binary"],
  ])("content type %s becomes %s, %s", async (header, contentType, contentEncoding) => {
    const queue = fresh("types");
    const answer = await ask("POST", `/v1/queues/${queue}/messages`, {
      headers: { "content-type": header },
      body: "[1]",
    });
    expect(answer.status).toBe(202);
    const [{ envelope, body } = {} as never] = await landed(queue);
    expect([envelope["content-type"], envelope["content-encoding"], body]).toEqual([
      contentType,
      contentEncoding,
      "[1]",
    ]);
  });

  test("bytes without a content type are application/data", async () => {
    const queue = fresh("data");
    await ask("POST", `/v1/queues/${queue}/messages`, { body: new Uint8Array([0, 255, 254, 10]) });
    const [message] = await landed(queue);
    expect(message!.bytes).toEqual(new Uint8Array([0, 255, 254, 10]));
    expect(message!.envelope["content-type"]).toBe("application/data");
    expect(message!.envelope["content-encoding"]).toBe("binary");
  });

  test("priority, expiration, compression and delivery mode come from the query", async () => {
    const queue = fresh("options");
    const answer = await ask(
      "POST",
      `/v1/queues/${queue}/messages?priority=7&expiration=1.5&compression=zlib&delivery_mode=transient`,
      { headers: { "content-type": "text/plain" }, body: "squeeze" },
    );
    expect(answer.status).toBe(202);
    const [message] = await landed(`${queue}${SEP}6`);
    expect(message!.envelope.properties).toMatchObject({ priority: 7, expiration: "1500", delivery_mode: 1 });
    expect(message!.envelope.headers).toEqual({ compression: "application/x-gzip" });
    const stream = new Response(message!.bytes).body!.pipeThrough(new DecompressionStream("deflate"));
    expect(await new Response(stream).text()).toBe("squeeze");
  });

  test("a queue's name is decoded from the path, once", async () => {
    const queue = fresh("Köln/50%25 + é");
    const answer = await ask("POST", `/v1/queues/${encodeURIComponent(queue)}/messages`, { body: "x" });
    expect(answer.body.queues).toEqual([queue]);
    expect(await redis.llen(queue)).toBe(1);
  });
});

describe("to an exchange", () => {
  test("topic: each queue bound for the key gets its copy", async () => {
    const [exchange, one, two] = [fresh("orders"), fresh("billing"), fresh("audit")];
    for (const [queue, routing_key] of [
      [one, "order.*"],
      [two, "#"],
    ]) {
      const bound = await ask("PUT", `/v1/exchanges/${exchange}/bindings`, {
        json: { queue, routing_key, type: "topic" },
      });
      expect(bound.status).toBe(204);
    }
    const answer = await ask("POST", `/v1/exchanges/${exchange}/messages?routing_key=order.paid&type=topic`, {
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(202);
    expect(answer.body.queues.toSorted()).toEqual([one, two].toSorted());
    const [first] = await landed(one);
    expect(first!.envelope.properties.delivery_info).toEqual({ exchange, routing_key: "order.paid" });
    expect(await redis.llen(two)).toBe(1);
  });

  test("nobody bound: 422 with nothing pushed, unless it may be lost", async () => {
    const exchange = fresh("nobody");
    const path = `/v1/exchanges/${exchange}/messages?routing_key=key`;
    expectProblem(await ask("POST", path, { body: "x" }), 422, "unroutable");
    const lost = await ask("POST", `${path}&mandatory=false`, { body: "x" });
    expect([lost.status, lost.body.status, lost.body.queues]).toEqual([202, "unroutable", []]);
  });

  test("nobody bound, but a dead-letter queue is configured: it gets the message", async () => {
    const deadletterQueue = fresh("dead");
    const path = `/v1/exchanges/${fresh("nobody")}/messages?routing_key=key`;
    const answer = await client({ channel: { deadletterQueue } })("POST", path, { body: "x" });
    expect([answer.status, answer.body.status, answer.body.queues]).toEqual([
      202,
      "unroutable",
      [deadletterQueue],
    ]);
    expect(await redis.llen(deadletterQueue)).toBe(1);
  });

  test("fanout tells how many subscribers received it", async () => {
    const path = `/v1/exchanges/${fresh("news")}/messages?type=fanout`;
    expectProblem(await ask("POST", path, { body: "x" }), 422, "unroutable");
    const answer = await ask("POST", `${path}&mandatory=false`, { body: "x" });
    expect(answer.body).toMatchObject({ status: "unroutable", queues: [], receivers: 0 });
  });
});

describe("configured exchanges", () => {
  test("seeded bindings: the first publish of an isolate is one request", async () => {
    const [name, queue] = [fresh("seeded"), fresh("seed")];
    const seeded = client({
      exchanges: { [name]: { type: "topic", bindings: [{ queue, routingKey: "a.*" }] } },
    });
    const { result, requests } = await requestsDuring(() =>
      seeded("POST", `/v1/exchanges/${name}/messages?routing_key=a.b`, { body: "x" }),
    );
    expect([result.status, result.body.queues, requests]).toEqual([202, [queue], 1]);
    expect(await redis.exists(`_kombu.binding.${name}`)).toBe(0);
  });

  test("declared bindings are written with the publish", async () => {
    const [name, queue] = [fresh("healing"), fresh("heal")];
    const healing = client({
      exchanges: { [name]: { type: "topic", bindings: [{ queue, routingKey: "a.*" }], declare: true } },
    });
    const path = `/v1/exchanges/${name}/messages?routing_key=a.b`;
    expect((await requestsDuring(() => healing("POST", path, { body: "x" }))).requests).toBe(1);
    expect(await redis.smembers(`_kombu.binding.${name}`)).toEqual([
      ["a.*", "^a\\..*?[^\\.]$", queue].join(SEP),
    ]);
    expect(await redis.llen(queue)).toBe(1);
  });

  test("the configured type and delivery mode hold, and may not be contradicted", async () => {
    const [name, queue] = [fresh("typed"), fresh("queue")];
    const typed = client({ exchanges: { [name]: { type: "direct", deliveryMode: "transient" } } });
    await typed("PUT", `/v1/exchanges/${name}/bindings`, { json: { queue, routing_key: "k" } });
    const answer = await typed("POST", `/v1/exchanges/${name}/messages?routing_key=k&type=direct`, {
      body: "x",
    });
    expect(answer.status).toBe(202);
    expect((await landed(queue))[0]!.envelope.properties.delivery_mode).toBe(1);
    expectProblem(
      await typed("POST", `/v1/exchanges/${name}/messages?routing_key=k&type=topic`, { body: "x" }),
      400,
      "invalid-argument",
      { field: "type" },
    );
  });
});
