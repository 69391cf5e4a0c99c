/** @module Publishes with the library over HTTP. Arguments: the front's URL, the body as JSON. */
import { Celery } from "../../src/celery/index.ts";
import { Channel, Producer } from "../../src/index.ts";
import { BATCH } from "../message.ts";
import { answer, type Work } from "./answer.ts";

const [url, text] = process.argv.slice(2);
const body = JSON.parse(text!) as unknown;
const channel = new Channel({ url: url!, token: "bench" });
const producer = new Producer(channel, { routingKey: "bench-library" });
const app = new Celery(channel);
const batch = Array.from({ length: BATCH }, () => ({ body }));
const call = { args: [body], queue: "bench-library" };
const calls = Array.from({ length: BATCH }, () => ({ signature: app.signature("bench.task", call) }));

function check(status: string | undefined): void {
  if (status !== "delivered" && status !== "sent") throw new Error(`a message is ${status}`);
}

/** Whole batches, `count` messages or some more. */
function inBatches(work: () => Promise<readonly { status: string }[]>): Work {
  return async (count) => {
    for (let done = 0; done < count; done += BATCH) {
      for (const { status } of await work()) check(status);
    }
  };
}

await answer({
  publish: async (count) => {
    for (let done = 0; done < count; done++) check((await producer.publish(body)).status);
  },
  publishMany: inBatches(() => producer.publishMany(batch)),
  sendTask: async (count) => {
    for (let done = 0; done < count; done++) check((await app.sendTask("bench.task", call)).sent?.status);
  },
  applyMany: inBatches(() => app.applyMany(calls)),
});
