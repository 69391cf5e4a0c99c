/** @module The library in Node over HTTP against Kombu and Celery over TCP, on the same Redis, near and far. */
import { Channel, Producer } from "../../src/index.ts";
import { farAway } from "../far.ts";
import type { Database } from "../front/start.ts";
import { MESSAGE } from "../message.ts";
import type { Pace } from "../pace.ts";
import { type PythonWorker, startPublisher } from "../python.ts";
import { type Comparison, type Contender, compare } from "../rounds.ts";

const METRICS = [{ unit: "messages/s" }];
const BATCH = 10_000;
const ROUND_TRIP_MS = 20;
const QUEUES = ["bench-library", "bench-kombu", "bench-celery"];

/** Runs the suite; without `python` the library alone. */
export async function librarySuite(
  database: Database,
  pace: Pace,
  python: boolean,
): Promise<readonly Comparison[]> {
  const near = await comparisons(database, database, pace, python, "");
  const [http, tcp] = await Promise.all(
    [database.url, database.redisUrl].map((url) => farAway(Number(new URL(url).port), ROUND_TRIP_MS)),
  );
  try {
    const far = { url: `http://127.0.0.1:${http!.port}`, redisUrl: `redis://127.0.0.1:${tcp!.port}/0` };
    return [...near, ...(await comparisons(database, far, pace, python, `, ${ROUND_TRIP_MS} ms away`))];
  } finally {
    http!.close();
    tcp!.close();
  }
}

async function comparisons(
  database: Database,
  { url, redisUrl }: { url: string; redisUrl: string },
  pace: Pace,
  python: boolean,
  where: string,
): Promise<readonly Comparison[]> {
  const producer = new Producer(new Channel({ url, token: database.token }), { routingKey: QUEUES[0]! });
  const publisher = python ? await startPublisher(redisUrl, JSON.stringify(MESSAGE)) : undefined;
  const kombu = publisher ? [theirs(database, publisher, "kombu", "Kombu, publish in a loop")] : [];
  const celery = publisher ? [theirs(database, publisher, "celery", "Celery, send_task in a loop")] : [];
  const one = repeated(database, "kombu-edge, publish in a loop", 1, () => producer.publish(MESSAGE));
  const batch = Array.from({ length: BATCH }, () => ({ body: MESSAGE }));
  const many = repeated(database, "kombu-edge, publishMany", BATCH, async () => {
    const outcomes = await producer.publishMany(batch);
    if (outcomes.some(({ status }) => status !== "delivered")) throw new Error("a message was not delivered");
  });
  try {
    return [
      ...(await compare(`one message after another${where}`, METRICS, [one, ...kombu, ...celery], pace)),
      ...(await compare(`${BATCH} messages at once${where}`, METRICS, [many, ...kombu], pace)),
    ];
  } finally {
    await publisher?.close();
  }
}

function repeated(
  database: Database,
  name: string,
  messages: number,
  publish: () => Promise<unknown>,
): Contender {
  return {
    name,
    run: async (seconds) => {
      await database.command("DEL", ...QUEUES);
      const start = performance.now();
      let count = 0;
      do {
        await publish();
        count += messages;
      } while (performance.now() - start < seconds * 1000);
      return [(count / (performance.now() - start)) * 1000];
    },
  };
}

function theirs(database: Database, publisher: PythonWorker, job: string, name: string): Contender {
  let perSecond = 20;
  return {
    name,
    run: async (seconds) => {
      await database.command("DEL", ...QUEUES);
      const count = Math.max(10, Math.round(perSecond * seconds));
      perSecond = count / (await publisher.run(job, count));
      return [perSecond];
    },
  };
}
