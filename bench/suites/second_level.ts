/** @module Whether a second level for binding tables (the Cache API) would pay: a fresh isolate's first publish, by where its table is from. */
import { Channel, Exchange, Queue } from "../../src/index.ts";
import { ask } from "../answers.ts";
import { bundle } from "../bundles.ts";
import { farAway } from "../far.ts";
import type { Database } from "../front/start.ts";
import { load } from "../load.ts";
import { MESSAGE } from "../message.ts";
import type { Pace } from "../pace.ts";
import { type Comparison, compare } from "../rounds.ts";
import { serve } from "../workerd.ts";
import { environment } from "./jobs.ts";

const METRICS = [
  { unit: "ms/publish", lowerIsBetter: true },
  { unit: "requests to Redis/publish", lowerIsBetter: true },
];
const BODY = JSON.stringify(MESSAGE);

const KNOWN = "known";

/** Where the table is from; the names say what is done one after the other. */
const SOURCES: readonly { how: string; name: string }[] = [
  { how: "cached", name: "Cache API hit, push" },
  { how: "missed", name: "Cache API miss, SMEMBERS, push" },
  { how: "unknown", name: "as it is: SMEMBERS, push" },
  { how: "configured", name: "bindings configured: push" },
  { how: "strict", name: "strict: one script" },
  { how: KNOWN, name: "table known: push" },
];

/** Milliseconds of a round trip to Redis, and rows of the table. */
const PLACES = [
  { away: 0, rows: 10 },
  { away: 5, rows: 10 },
  { away: 20, rows: 10 },
  { away: 0, rows: 1_000 },
] as const;

/** Compares, one request at a time, a fresh isolate's first publish by where its table is from, for each of the places. */
export async function secondLevelSuite(database: Database, pace: Pace): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const { away, rows } of PLACES) comparisons.push(...(await measured(database, pace, away, rows)));
  return comparisons;
}

async function measured(
  database: Database,
  { rounds, seconds }: Pace,
  away: number,
  rows: number,
): Promise<readonly Comparison[]> {
  const exchange = await declareTable(database, rows);
  const far = await farAway(Number(new URL(database.url).port), away);
  const url = away === 0 ? database.url : `http://127.0.0.1:${far.port}`;
  const to = (how: string) => ({ url: `/?how=${how}&exchange=${exchange}`, body: BODY });
  const of = (file: string) => bundle(new URL(`../workers/${file}`, import.meta.url));
  try {
    const worker = await serve(
      await of("second_level.ts"),
      environment({ url, token: database.token }),
      // Puts the table into the cache.
      to("cached"),
      { cache: await of("cache.ts") },
    );
    const contenders = SOURCES.map(({ how, name }) => ({
      name,
      run: async (length: number) => {
        const request = { ...to(how), url: `${worker.url}${to(how).url}` };
        await database.command("DEL", "bench-topic");
        // The one before has made the isolate forget the table, and the first publish would read it.
        if (how === KNOWN) await ask(request);
        await database.counts();
        const { perSecond, count } = await load(request, 1, length);
        return [1000 / perSecond, (await database.counts()).requests / count];
      },
    }));
    const title = `first publish of an isolate, ${rows} rows, Redis ${away} ms away`;
    const plan = { id: `second-level/${away}/${rows}`, title, metrics: METRICS, contenders };
    try {
      return await compare(plan, { rounds, seconds: seconds / 5 });
    } finally {
      await worker.close();
    }
  } finally {
    far.close();
  }
}

async function declareTable(database: Database, rows: number): Promise<string> {
  await database.command("FLUSHDB");
  const exchange = new Exchange(`rows-${rows}`, { type: "topic" });
  const channel = new Channel({ url: database.url, token: database.token });
  await new Queue("bench-topic", { exchange, routingKey: "order.*" }).declare(channel);
  const bindings = Array.from({ length: rows - 1 }, (_, row) => ({ exchange, routingKey: `tenant${row}.*` }));
  await new Queue("bench-other", { bindings }).declare(channel);
  return exchange.name;
}
