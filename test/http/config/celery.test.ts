/** @module The section `celery`: checked when the gateway is made, but for what only Celery itself can tell. */
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../../src/errors.ts";
import { celerySection } from "../../../src/http/config/celery.ts";
import { gateway } from "../../../src/http/gateway.ts";
import { Queue } from "../../../src/index.ts";
import { client, environment, expectProblem, fresh, landed, requestsDuring } from "../client.ts";

test.each<[unknown, string]>([
  [null, "celery"],
  [[], "celery"],
  [{ taskDefaultQueu: "q" }, "celery.taskDefaultQueu"],
  [{ taskDefaultQueue: 5 }, "celery.taskDefaultQueue"],
  [{ taskDefaultQueue: "" }, "celery.taskDefaultQueue"],
  [{ taskDefaultQueue: "a\x06\x16b" }, "celery.taskDefaultQueue"],
  [{ taskDefaultExchangeType: "headers" }, "celery.taskDefaultExchangeType"],
  [{ taskCreateMissingQueues: "no" }, "celery.taskCreateMissingQueues"],
  [{ taskRoutes: "billing" }, "celery.taskRoutes"],
  [{ taskRoutes: null }, "celery.taskRoutes"],
  [{ taskDefaultDeliveryMode: 3 }, "celery.taskDefaultDeliveryMode"],
  [{ taskProtocol: 3 }, "celery.taskProtocol"],
  [{ taskSendSentEvent: 1 }, "celery.taskSendSentEvent"],
  [{ visibilityTimeout: 0 }, "celery.visibilityTimeout"],
  [{ visibilityTimeout: "1h" }, "celery.visibilityTimeout"],
  [{ resultKeyprefix: 5 }, "celery.resultKeyprefix"],
  [{ taskQueues: {} }, "celery.taskQueues"],
  [{ taskQueues: [5] }, "celery.taskQueues[0]"],
  [{ taskQueues: ["q", ""] }, "celery.taskQueues[1].name"],
  [{ taskQueues: [{ exchange: "e" }] }, "celery.taskQueues[0].name"],
  [{ taskQueues: [{ name: "q", routing_key: "k" }] }, "celery.taskQueues[0].routing_key"],
  [{ taskQueues: [{ name: "q", exchange: "a/b", exchangeType: "fanout" }] }, "celery.taskQueues[0].exchange"],
  [{ resultBackend: true }, "celery.resultBackend"],
  [{ resultBackend: { urlVariable: "URL" } }, "celery.resultBackend.tokenVariable"],
  [{ security: { privateKeyVariable: "KEY" } }, "celery.security.certificateVariable"],
  [
    { security: { privateKeyVariable: "K", certificateVariable: "C", digest: "md5" } },
    "celery.security.digest",
  ],
  [{ maximumWait: 0 }, "celery.maximumWait"],
  [{ maximumStream: "long" }, "celery.maximumStream"],
])("%j is refused, naming %s", (celery, field) => {
  let error: unknown;
  try {
    gateway({ celery: celery as never });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InvalidArgumentError);
  expect((error as InvalidArgumentError).field).toBe(field);
  expect((error as Error).message).toContain(`"${field}" `);
});

test("a function's route that is none is the deployment's fault, not the caller's", async () => {
  const wrong = client({ celery: { taskRoutes: () => ({ colour: "red" }) as object } });
  const answer = await wrong("POST", "/v1/tasks/b", { json: {} });
  expectProblem(answer, 503, "not-configured", { detail: expect.stringContaining("taskRoutes.colour") });
});

test("a route that is none is told when the first task is sent, and none is", async () => {
  const wrong = client({ celery: { taskRoutes: { "a.*": { colour: "red" } as object } } });
  const { result, requests } = await requestsDuring(() => wrong("POST", "/v1/tasks/b", { json: {} }));
  expectProblem(result, 503, "not-configured", { detail: expect.stringContaining('"taskRoutes[0].colour"') });
  expect(requests).toBe(0);
});

describe("what is set is heeded", () => {
  const sent = async (celery: object, queue: string, name = "t", json: object = {}) => {
    const answer = await client({ celery })("POST", `/v1/tasks/${name}`, { json });
    expect([answer.status, answer.body.queue]).toEqual([202, queue]);
    return (await landed(queue))[0]!;
  };

  test("default queue, routes and queues", async () => {
    const [queue, other, topic] = [fresh("default"), fresh("other"), fresh("topic")];
    await sent({ taskDefaultQueue: queue }, queue);
    const taskRoutes = [[/billing\./, { queue: other, priority: 0 }]] as const;
    await sent({ taskDefaultQueue: queue, taskRoutes }, other, "billing.charge");
    const taskQueues = [
      queue,
      { name: topic, exchange: fresh("e"), exchangeType: "topic" as const, routingKey: "t.#" },
      new Queue(other),
    ];
    await sent({ taskDefaultQueue: queue, taskQueues }, topic, "t", { queue: topic });
    const answer = await client({
      celery: { taskDefaultQueue: queue, taskQueues, taskCreateMissingQueues: false },
    })("POST", "/v1/tasks/t", { json: { queue: "unheard-of" } });
    expectProblem(answer, 400, "invalid-argument", { field: "queue" });
  });

  test("what stands in a message", async () => {
    const queue = fresh("message");
    const { envelope } = await sent(
      {
        taskDefaultQueue: queue,
        taskCompression: "zlib",
        taskIgnoreResult: true,
        taskDefaultDeliveryMode: 1,
        replyTo: "replies",
        origin: "gen9@there",
        redact: true,
      },
      queue,
      "t",
      { args: ["secret"] },
    );
    expect(envelope.headers).toMatchObject({
      compression: "application/x-gzip",
      ignore_result: true,
      origin: "gen9@there",
      argsrepr: "(...)",
    });
    expect(envelope.properties).toMatchObject({ reply_to: "replies", delivery_mode: 1 });
  });

  test("task-sent events, in the same request", async () => {
    const ask = client({ celery: { taskSendSentEvent: true } });
    const json = { queue: fresh("events") };
    const { result, requests } = await requestsDuring(() => ask("POST", "/v1/tasks/t", { json }));
    expect([result.status, requests]).toEqual([202, 1]);
    const many = await requestsDuring(() =>
      ask("POST", "/v1/tasks", {
        json: [
          { task: "a", ...json },
          { task: "b", ...json },
        ],
      }),
    );
    expect([many.result.status, many.requests]).toEqual([202, 1]);
    expect((await landed(json.queue)).map(({ envelope }) => envelope.headers.task)).toEqual(["t", "a", "b"]);
  });

  test("security: variables that are missing or unusable are named, never shown", async () => {
    const celery = {
      security: { privateKeyVariable: "CELERY_KEY", certificateVariable: "CELERY_CERTIFICATE" },
    };
    const answer = await client({ celery })("POST", "/v1/tasks/t", { json: {} });
    expectProblem(answer, 503, "not-configured", { detail: "CELERY_KEY is not set" });
    const env = environment({ CELERY_KEY: "no key", CELERY_CERTIFICATE: "no certificate" });
    const unusable = await client({ celery })("POST", "/v1/tasks/t", { json: {}, env });
    expectProblem(unusable, 503, "not-configured");
    expect(unusable.text).not.toContain("no key");
  });
});

test("its settings are frozen, so that Celery checks them once for all requests", () => {
  const { celery } = celerySection.resolve({ celery: { taskDefaultQueue: "q", taskQueues: ["q"] } });
  expect(Object.isFrozen(celery.options)).toBe(true);
});
