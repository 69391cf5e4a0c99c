/** @module The library in Node over HTTP against others over TCP, on the same Redis, near and far; one process each. */
import { farAway } from "../far.ts";
import type { Database } from "../front/start.ts";
import { BATCH } from "../message.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, type Contender, compare, type Skipped } from "../rounds.ts";
import { contender, type Entry, OWN, type Place, startPublishers } from "./publishers.ts";

const METRICS = [{ unit: "messages/s" }];
const ROUND_TRIP_MS = 20;

/** Messages that make a publisher warm, or rounds' time that it may take at most. From far away nobody is fast enough for it to matter. */
const NEAR = { messages: 3_000, rounds: 4 };
const FAR = { messages: 0, rounds: 2 };

/** Who compete, as far as bars are set against them. */
export const PUBLISH_MANY = "kombu-edge, publishMany";
export const KOMBU = "Kombu, publish in a loop";

const COMPARISONS: readonly { id: string; title: string; entries: readonly Entry[] }[] = [
  {
    id: "one",
    title: "one message after another",
    entries: [
      { name: "kombu-edge, publish in a loop", publisher: OWN, job: "publish", queue: "bench-library" },
      { name: KOMBU, publisher: "python", job: "kombu", queue: "bench-kombu" },
    ],
  },
  {
    id: "many",
    title: `${BATCH} messages at once`,
    entries: [
      { name: PUBLISH_MANY, publisher: OWN, job: "publishMany", queue: "bench-library", least: BATCH },
      { name: KOMBU, publisher: "python", job: "kombu", queue: "bench-kombu" },
    ],
  },
  {
    id: "task",
    title: "one task after another",
    entries: [
      { name: "kombu-edge, sendTask in a loop", publisher: OWN, job: "sendTask", queue: "bench-library" },
      { name: "Celery, send_task in a loop", publisher: "python", job: "celery", queue: "bench-celery" },
      { name: "celery-node, one by one", publisher: "celery-node", job: "one", queue: "bench-clients" },
      { name: "celery-ts, one by one", publisher: "celery-ts", job: "one", queue: "bench-clients" },
    ],
  },
  {
    id: "tasks",
    title: `${BATCH} tasks at once`,
    entries: [
      {
        name: "kombu-edge, applyMany",
        publisher: OWN,
        job: "applyMany",
        queue: "bench-library",
        least: BATCH,
      },
      { name: "Celery, send_task in a loop", publisher: "python", job: "celery", queue: "bench-celery" },
      {
        name: "celery-node, not waiting",
        publisher: "celery-node",
        job: "many",
        queue: "bench-clients",
        least: BATCH,
      },
      {
        name: "celery-ts, not waiting",
        publisher: "celery-ts",
        job: "many",
        queue: "bench-clients",
        least: BATCH,
      },
    ],
  },
];

/**
 * Messages and tasks, one by one and many at once, near and far.
 *
 * @param python Whether the Python contenders are installed.
 */
export async function librarySuite(
  database: Database,
  pace: Pace,
  python: boolean,
): Promise<readonly Comparison[]> {
  const near = { url: database.url, redisUrl: database.redisUrl, id: "library", where: "", warmUp: NEAR };
  const [http, tcp] = await Promise.all(
    [database.url, database.redisUrl].map((url) => farAway(Number(new URL(url).port), ROUND_TRIP_MS)),
  );
  const far = {
    url: `http://127.0.0.1:${http!.port}`,
    redisUrl: `redis://127.0.0.1:${tcp!.port}/0`,
    id: "library-far",
    where: `, ${ROUND_TRIP_MS} ms away`,
    warmUp: FAR,
  };
  try {
    return [
      ...(await comparisons(database, near, pace, python)),
      ...(await comparisons(database, far, pace, python)),
    ];
  } finally {
    http!.close();
    tcp!.close();
  }
}

async function comparisons(
  database: Database,
  place: Place,
  pace: Pace,
  python: boolean,
): Promise<readonly Comparison[]> {
  const publishers = await startPublishers(place, python);
  try {
    const all: Comparison[] = [];
    for (const { id, title, entries } of COMPARISONS) {
      const skipped: Skipped[] = [];
      const contenders: Contender[] = [];
      for (const entry of entries) {
        const publisher = publishers.get(entry.publisher)!;
        if ("reason" in publisher) skipped.push({ name: entry.name, reason: publisher.reason });
        else contenders.push(contender(database, publisher, place, entry));
      }
      const plan = {
        id: `${place.id}/${id}`,
        title: `${title}${place.where}`,
        metrics: METRICS,
        contenders,
        skipped,
      };
      all.push(...(await compare(plan, { ...pace, warmUp: pace.seconds * place.warmUp.rounds })));
    }
    return all;
  } finally {
    for (const publisher of publishers.values()) if ("close" in publisher) await publisher.close();
  }
}
