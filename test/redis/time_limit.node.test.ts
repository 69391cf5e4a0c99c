/** @module Time limits that Node's timers do not take as they are: fractions, and more than 2³¹ − 1 milliseconds. */
import { expect, inject, test } from "vitest";
import { Channel, Producer } from "../../src/index.ts";

const credentials = { url: inject("redisHttpUrl"), token: inject("redisHttpToken") };
const routingKey = `time-limits-${crypto.randomUUID()}`;

test.each([
  { timeout: 2_000.5 },
  { timeout: 1e10 },
  { publishTimeout: 2_000.5 },
  { publishTimeout: 1e10, timeout: 1e12 },
])("a channel's %o", async (options) => {
  const delivery = await new Producer(new Channel(credentials, options)).publish(1, { routingKey });
  expect(delivery).toMatchObject({ status: "delivered" });
});

test.each([1, 2])("a batch's, of %i", async (count) => {
  const channel = new Channel(credentials);
  const publications = await Promise.all(
    Array.from({ length: count }, (_, body) => channel.prepareMessage(body, { routingKey })),
  );
  const outcomes = await channel.basicPublishMany(publications, undefined, { timeout: 2_000.5 });
  expect(outcomes.map(({ status }) => status)).toEqual(new Array(count).fill("delivered"));
});
