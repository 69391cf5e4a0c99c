/** @module The limit of a body, declared or not. */
import { expect, test } from "vitest";
import { gateway } from "../../../src/http/gateway.ts";
import { client, environment, expectProblem, fresh, landed, read, redis, TOKEN } from "../client.ts";

const ask = client({ maximumBodySize: 10 });

/** A request whose body comes in pieces, without a declared length. */
function streamed(path: string, pieces: readonly string[], onPull: () => void = () => {}): Request {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      onPull();
      const piece = left.shift();
      if (piece === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(piece));
    },
  });
  return new Request(`https://gateway.test${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "text/plain" },
    body,
  });
}

test("a body of exactly the limit is taken, one byte more is not", async () => {
  const queue = fresh("limit");
  expect((await ask("POST", `/v1/queues/${queue}/messages`, { body: "0123456789" })).status).toBe(202);
  const answer = await ask("POST", `/v1/queues/${queue}/messages`, { body: "0123456789a" });
  expectProblem(answer, 413, "content-too-large", { maximum: 10 });
  expect(await redis.llen(queue)).toBe(1);
});

test("a declared length above the limit is refused without reading", async () => {
  const queue = fresh("limit");
  const answer = await ask("POST", `/v1/queues/${queue}/messages`, {
    headers: { "content-length": "11" },
    body: "x",
  });
  expectProblem(answer, 413, "content-too-large");
  expect(await redis.exists(queue)).toBe(0);
});

test("a body without a declared length is counted while it arrives", async () => {
  const queue = fresh("limit");
  const app = gateway({ maximumBodySize: 10 });
  const whole = await read(
    await app.fetch(streamed(`/v1/queues/${queue}/messages`, ["01234", "56789"]), environment()),
  );
  expect(whole.status).toBe(202);
  let pulls = 0;
  const endless = streamed(`/v1/queues/${queue}/messages`, new Array(1_000).fill("01234"), () => pulls++);
  expectProblem(await read(await app.fetch(endless, environment())), 413, "content-too-large");
  expect(pulls).toBeLessThan(10);
  expect((await landed(queue)).map(({ body }) => body)).toEqual(["0123456789"]);
});

test("a body that breaks off is not published", async () => {
  const queue = fresh("limit");
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("0123"));
    },
    pull() {
      throw new Error("gone");
    },
  });
  const request = new Request(`https://gateway.test/v1/queues/${queue}/messages`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body,
  });
  expectProblem(await read(await gateway().fetch(request, environment())), 400, "incomplete-body");
  expect(await redis.exists(queue)).toBe(0);
});

test("the default limit is 1 MiB, for every kind of body", async () => {
  const queue = fresh("limit");
  const app = client();
  const most = "x".repeat(1_048_576);
  expect((await app("POST", `/v1/queues/${queue}/messages`, { body: most })).status).toBe(202);
  expectProblem(
    await app("POST", `/v1/queues/${queue}/messages`, { body: `${most}x` }),
    413,
    "content-too-large",
    {
      maximum: 1_048_576,
    },
  );
  const json = { routing_key: queue, body: most };
  expectProblem(await app("POST", "/v1/messages", { json }), 413, "content-too-large");
  expect(await redis.llen(queue)).toBe(1);
});
