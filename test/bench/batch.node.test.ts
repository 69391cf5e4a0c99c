/** @module The batch whose requests are counted: how long its messages are, and into how many requests the library cuts it. */
import { expect, test, vi } from "vitest";
import { MESSAGE_CHARACTERS } from "../../bench/bars.ts";
import { BATCH, MESSAGE } from "../../bench/message.ts";
import { Channel, Producer } from "../../src/index.ts";

test("the batch's messages are as long as the bars say, and take two requests", async () => {
  const requests: string[][] = [];
  vi.stubGlobal("fetch", async (_url: unknown, { body }: { body: string }) => {
    const [, , ...messages] = JSON.parse(body).flat() as string[];
    requests.push(messages);
    return Response.json(JSON.parse(body).map(() => ({ result: 1 })));
  });
  try {
    const producer = new Producer(new Channel({ url: "http://127.0.0.1:9", token: "x" }));
    await producer.publishMany(Array.from({ length: BATCH }, () => ({ body: MESSAGE, routingKey: "one" })));
  } finally {
    vi.unstubAllGlobals();
  }
  expect(new Set(requests.flat().map(({ length }) => length))).toEqual(new Set([MESSAGE_CHARACTERS]));
  expect(requests.map(({ length }) => length)).toEqual([5_249, 4_751]);
});
