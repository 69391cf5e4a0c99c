/** @module The gateway has a circuit unless it is turned off. */
import { expect, test } from "vitest";
import { resolveConfig } from "../../src/http/config/config.ts";
import type { GatewayConfig } from "../../src/http/gateway.ts";
import { broken } from "../redis/broken.ts";
import { client, environment, expectProblem } from "./client.ts";

/** What eight publishes to a database that is away are told, and how many requests they made. */
async function outage(config: GatewayConfig) {
  const { url, requests } = broken("reset-before", 100);
  const ask = client(config);
  const answers = [];
  for (let count = 0; count < 8; count++) {
    const env = environment({ UPSTASH_REDIS_REST_URL: url });
    answers.push(await ask("POST", "/v1/queues/q/messages", { body: "x", env }));
  }
  return { answers, requests: await requests() };
}

test("after five failures nothing is sent, and the answer says when to come again", async () => {
  await import("../../src/redis/open_circuit.ts");
  const { answers, requests } = await outage({});
  for (const answer of answers.slice(0, 5)) expectProblem(answer, 503, "outcome-unknown");
  for (const answer of answers.slice(5)) {
    expectProblem(answer, 503, "unavailable", { retry_after: 1, delivery_tag: expect.any(String) });
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  expect(requests).toBe(5);
});

test("false turns it off", async () => {
  const { answers, requests } = await outage({ channel: { circuit: false } });
  for (const answer of answers) expectProblem(answer, 503, "outcome-unknown");
  expect(requests).toBe(8);
});

test("the defaults of a gateway's channel can be set", () => {
  expect(resolveConfig({}).channel).toEqual({
    circuit: {},
    publishTimeout: 20_000,
    onEmptyExchange: expect.any(Function),
  });
  const onEmptyExchange = () => {};
  const channel = { circuit: { pause: 5 }, publishTimeout: 5, onEmptyExchange, timeout: 4 };
  expect(resolveConfig({ channel }).channel).toEqual(channel);
});
