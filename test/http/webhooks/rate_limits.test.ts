/** @module What a source's rate limits count, and when they are asked. */
import { expect, test } from "vitest";
import { client, environment, fresh, landed, requestsDuring } from "../client.ts";
import { countingLimit } from "../counting_limit.ts";
import { githubSender, line, logged, VARIABLES } from "./sender.ts";

const from = (address: string) => ({ "cf-connecting-ip": address });
const rateLimits = { address: "BY_ADDRESS", source: "BY_SOURCE" };

test("the address is asked before the body is read, the source once a request is verified", async () => {
  const queue = fresh("limited");
  const { name, send } = githubSender({ to: { queue }, rateLimits });
  const [BY_ADDRESS, BY_SOURCE] = [countingLimit(2), countingLimit(9)];
  const env = environment({ ...VARIABLES, BY_ADDRESS, BY_SOURCE });
  const { result, lines } = await logged(async () => {
    const statuses = [];
    for (const secret of ["wrong", "wrong", "wrong"]) {
      statuses.push((await send({ env, secret, headers: from("203.0.113.9") })).status);
    }
    return statuses;
  });
  expect(result).toEqual([401, 401, 429]);
  expect(lines.at(-1)).toEqual(line({ source: name, reason: "rate-limited", status: 429 }));
  expect(BY_SOURCE.keys).toEqual([]);
  expect((await send({ env, headers: from("203.0.113.10") })).status).toBe(200);
  expect(BY_SOURCE.keys).toEqual([`webhooks/${name}`]);
  expect(BY_ADDRESS.keys.at(-1)).toBe(`webhooks/${name}:203.0.113.10`);
  expect(await landed(queue)).toHaveLength(1);
});

test("a body of a limited address is left unread", async () => {
  const { name, ask } = githubSender({ to: { queue: "never" }, rateLimits: { address: "BY_ADDRESS" } });
  let pulled = 0;
  const body = new ReadableStream(
    {
      pull(controller) {
        pulled++;
        controller.enqueue(new TextEncoder().encode("junk"));
        if (pulled === 5) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const env = environment({ ...VARIABLES, BY_ADDRESS: countingLimit(0) });
  const { result } = await logged(() => ask("POST", `/v1/webhooks/${name}`, { env, body }));
  expect(result.status).toBe(429);
  expect(pulled).toBe(0);
});

test("what a source has too much of is refused without a request to Redis, and lands when it comes again", async () => {
  const queue = fresh("busy");
  const { name, send } = githubSender({ to: { queue }, rateLimits: { source: "BY_SOURCE" } });
  const env = environment({ ...VARIABLES, BY_SOURCE: countingLimit(1) });
  expect((await send({ env })).status).toBe(200);
  const { result, lines } = await logged(() => requestsDuring(() => send({ env, id: "again" })));
  const { requests, result: limited } = result;
  expect([limited.status, limited.text, limited.headers.get("retry-after")]).toEqual([429, "", "10"]);
  expect(requests).toBe(0);
  expect(lines).toEqual([line({ source: name, reason: "rate-limited", status: 429 })]);
  const later = environment({ ...VARIABLES, BY_SOURCE: countingLimit(1) });
  expect((await send({ env: later, id: "again" })).status).toBe(200);
  expect(await landed(queue)).toHaveLength(2);
});

test("a handshake that nobody signed is counted by its address alone", async () => {
  const name = fresh("shake");
  const ask = client({
    sources: { [name]: { preset: "dropbox", secrets: ["S"], to: { queue: "q" }, rateLimits } },
  });
  const [BY_ADDRESS, BY_SOURCE] = [countingLimit(1), countingLimit(0)];
  const env = environment({ S: "secret", BY_ADDRESS, BY_SOURCE });
  const shake = async () => {
    const { result } = await logged(() =>
      ask("GET", `/v1/webhooks/${name}?challenge=abc`, { env, token: undefined }),
    );
    return [result.status, result.text];
  };
  expect(await shake()).toEqual([200, "abc"]);
  expect(await shake()).toEqual([429, ""]);
  expect(BY_SOURCE.keys).toEqual([]);
});

test.each([["address"], ["source"]])("a limit by %s that is not bound closes the source", async (by) => {
  const { name, send } = githubSender({ to: { queue: "never" }, rateLimits: { [by]: "NOWHERE" } });
  const { result, lines } = await logged(() => send());
  expect([result.status, result.text, result.headers.get("retry-after")]).toEqual([503, "", "30"]);
  expect(lines).toEqual([line({ source: name, reason: "rate-limit-not-bound", status: 503 })]);
});
