/**
 * The library given what no caller in his right mind gives: objects that throw, change, lead in circles or never end. It
 * answers with an error of its own, or passes on what the caller's own code threw. See THREATS.md.
 * @module
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Celery } from "../../src/celery/index.ts";
import { Channel, KombuEdgeError, Producer } from "../../src/index.ts";
import { Recorder } from "../celery/recorder.ts";
import { randomCases } from "../properties/runs.ts";

const PAYLOAD = "canary-payload-cc33";

/** Thrown by the caller's own code. */
class Own extends Error {}

const own = () => {
  throw new Own("own");
};

const circle: Record<string, unknown> = { a: PAYLOAD };
circle.self = circle;

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const growing: unknown = new Proxy(
  {},
  {
    get: () => growing,
    ownKeys: () => ["a"],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: growing }),
  },
);

let deep: unknown = PAYLOAD;
for (let level = 0; level < 100_000; level++) deep = level % 2 ? [deep] : { deep };

/** Values that are made to break whoever looks at them. */
const VALUES: Readonly<Record<string, unknown>> = {
  "a getter that throws": Object.defineProperty({}, "a", { get: own, enumerable: true }),
  "a proxy whose every trap throws": new Proxy({}, { get: own, has: own, ownKeys: own, getPrototypeOf: own }),
  "a proxy that was revoked": revoked.proxy,
  "a proxy without an end": growing,
  "a circle": circle,
  "100 000 levels": deep,
  "a symbol": Symbol(PAYLOAD),
  "an object with symbols": { [Symbol(PAYLOAD)]: PAYLOAD, [Symbol.toPrimitive]: own },
  "a toJSON that throws": { toJSON: own },
  "a toJSON that gives itself": {
    toJSON() {
      return this;
    },
  },
  "a toString that throws": { toString: own, valueOf: own },
  "a function": () => PAYLOAD,
  "a promise": Promise.resolve(PAYLOAD),
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is wanted
  "a thenable": { then: (resolve: (value: string) => void) => resolve(PAYLOAD) },
  "a list with holes": Object.assign([], { 5: PAYLOAD }),
  "20 000 numbers": new Array(20_000).fill(7),
  "bytes that are detached": (() => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    return bytes;
  })(),
  "a text of lone surrogates": "\ud800".repeat(1_000),
  "a text of 200 kB": PAYLOAD.repeat(10_000),
  "not a number": Number.NaN,
  "beyond all numbers": Number.POSITIVE_INFINITY,
  "a whole number without an end": 10n ** 20_000n,
  "a date that is none": new Date(Number.NaN),
  "a map": new Map([[circle, circle]]),
  "a prototype": JSON.parse(`{"__proto__":{"a":"${PAYLOAD}"}}`),
  "no prototype": Object.assign(Object.create(null), { a: PAYLOAD }),
};

const OPTIONS = [
  "routingKey",
  "exchange",
  "deliveryMode",
  "mandatory",
  "priority",
  "contentType",
  "contentEncoding",
  "serializer",
  "headers",
  "compression",
  "declare",
  "expiration",
  "idempotencyKey",
  "retry",
  "retryPolicy",
  "signal",
  "properties",
  "correlationId",
  "replyTo",
  "messageId",
  "timestamp",
  "type",
  "userId",
  "appId",
];
const TASK_OPTIONS = [
  "args",
  "kwargs",
  "taskId",
  "countdown",
  "eta",
  "expires",
  "queue",
  "exchange",
  "routingKey",
  "priority",
  "headers",
  "link",
  "linkError",
  "ignoreResult",
  "timeLimit",
  "softTimeLimit",
  "shadow",
  "serializer",
  "compression",
  "stamps",
];

/** Where to, and without asking again what the recorder has no answer for. */
const PLAIN = { routingKey: "hostile", retryPolicy: { maxRetries: 0 } };

let channel: Channel;
let producer: Producer;
let app: Celery;

beforeAll(() => {
  channel = new Channel(new Recorder());
  producer = new Producer(channel);
  app = new Celery(channel);
});

/** Runs it and holds what it throws to what it may throw. */
async function held(run: () => unknown): Promise<void> {
  let error: unknown;
  try {
    await run();
    return;
  } catch (thrown) {
    error = thrown;
  }
  // Revoked proxies, detached bytes and symbols throw the engine's own errors at whoever touches them: the caller's objects too.
  const isCallers =
    error instanceof Own || (error instanceof TypeError && /revoked|detached|Symbol/i.test(error.message));
  if (!isCallers) {
    expect(error).toBeInstanceOf(KombuEdgeError);
    const { message, stack } = error as Error;
    expect(`${message} ${stack}`).not.toContain(PAYLOAD);
    expect(message.length).toBeLessThan(2_000);
  }
}

describe.each(Object.entries(VALUES))("%s", (_, value) => {
  it("as a body", async () => {
    await held(() => producer.publish(value, { routingKey: "hostile" }));
    await held(() => producer.publish({ key: [value] }, { routingKey: "hostile" }));
    await held(() => producer.publishMany([{ body: value, routingKey: "hostile" }]));
  });

  it("as each option, as all of them, as the list", async () => {
    for (const name of OPTIONS) await held(() => producer.publish(1, { ...PLAIN, [name]: value }));
    // A text's characters are not options, however many there are.
    if (typeof value === "string") return;
    await held(() => producer.publish(1, value as object));
    await held(() => producer.publishMany(value as never));
    await held(() => producer.publishMany([value] as never));
  });

  it("as a task, its arguments and its options", async () => {
    for (const name of TASK_OPTIONS) await held(() => app.sendTask("hostile", { [name]: value }));
    await held(() => app.sendTask("hostile", { args: [value], kwargs: { key: value } }));
    await held(() => app.sendTask(value as string));
    if (typeof value === "string") return;
    await held(() => app.sendTask("hostile", value as object));
    await held(() => app.control.revoke(value as string));
  });
});

it("anything at all", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.anything({ withBigInt: true, withDate: true, withMap: true }),
      fc.constantFrom(...OPTIONS),
      async (value, name) => {
        await held(() => producer.publish(value, { routingKey: "hostile" }));
        await held(() => producer.publish(1, { ...PLAIN, [name]: value }));
        await held(() => app.sendTask("hostile", { [name]: value }));
      },
    ),
    randomCases(250),
  );
});
