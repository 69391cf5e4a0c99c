/** @module A run with the spool: Redis is away for a while under load, and everything arrives all the same. */
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Agent } from "undici";
import { LONGEST_PAUSE } from "../../src/spool/drain.ts";
import { type Deployed, deploy } from "../deployed.ts";
import { type Field, runClient } from "./client.ts";
import { API_TOKEN, KINDS, QUEUES } from "./kinds.ts";
import { check } from "./ledger.ts";
import type { Publication } from "./publication.ts";
import type { DurableRedis } from "./redis.ts";
import { LONGEST_DELAY } from "./spool_config.ts";
import { type RunResult, type WorldOptions, withWorld } from "./world.ts";

const CONFIG = fileURLToPath(new URL("spool_config.ts", import.meta.url));
/** How long nothing may arrive before the spool counts as empty: longer than anything waits in it. */
const QUIET_MS = Math.max(LONGEST_DELAY * 1_000, LONGEST_PAUSE) + 2_000;
const LONGEST_DRAIN_MS = 180_000;

/** How a run is to be. */
export interface OutageOptions extends WorldOptions {
  /** Seconds that Redis is away. */
  readonly seconds: number;
  /** Seconds before and after it. Default 2. */
  readonly margin?: number;
  /** Senders at the same time. Default 16. */
  readonly clients?: number;
  /** Milliseconds that a client rests between two requests, about. Default 50. */
  readonly rest?: number;
}

/** What it came to. */
export interface OutageResult extends RunResult {
  /** Seconds from Redis' return until everything had arrived. */
  readonly drained: number;
  /** What the spool gave up, as `GET /v1/spool` shows it. */
  readonly deadLetters: readonly { readonly reason: string; readonly exchange: string | null }[];
  /** Copies of spooled messages that came after a later one of the same client: those of different batches of the queue. */
  readonly overtaken: number;
}

/** Runs it. Throws when the surroundings fail, and never for what it finds. */
export async function runOutage(options: OutageOptions): Promise<OutageResult> {
  const { seed, seconds, margin = 2, clients = 16, rest = 50, share = 0.05 } = options;
  return await withWorld({ ...options, share }, startSpooling, async (world) => {
    const { random, redis, proxy, worker, consumers, publications, injected, onHit } = world;
    const begun = performance.now();
    const agent = new Agent({ connections: clients * 2 });
    let isOver = false;
    const field: Field = {
      url: worker.url,
      agent,
      kinds: KINDS.filter(({ name }) => name !== "topic, bindings lost"),
      left: 0,
      rest,
      hasSeenAll: () => isOver,
      publications,
      underWay: new Set(),
    };
    const sending = Promise.all(
      Array.from({ length: clients }, (_, client) =>
        runClient(field, client, random.branch(`client ${client}`)),
      ),
    );
    await Promise.race([sending, sleep(margin * 1_000)]);
    await redis.kill();
    const first = publications.length;
    const during = new Set([...field.underWay].map(({ id }) => id));
    await Promise.race([sending, sleep(seconds * 1_000)]);
    for (const { id } of publications.slice(first)) during.add(id);
    await redis.start();
    const back = performance.now();
    onHit(`Redis away for ${seconds} s`, during);
    await Promise.race([sending, sleep(margin * 1_000)]);
    isOver = true;
    await sending;
    await proxy.calm();
    await agent.close();
    const arrived = await untilQuiet(redis);
    const deadLetters = await listDead(worker.url);
    const found = await consumers.drain();
    const inOrder = check(publications, found, (publication) => laneOf(publication, "spooled"));
    return {
      seed,
      publications,
      findings: check(publications, found, (publication) => laneOf(publication, "direct")),
      injected,
      copies: found.length,
      requests: proxy.requests(),
      seconds: (performance.now() - begun) / 1000,
      drained: Math.max(0, (arrived - back) / 1000),
      deadLetters,
      overtaken: inOrder.filter(({ fault }) => fault === "overtaken").length,
    };
  });
}

/** Webhooks and events are not told whether they were spooled. */
function laneOf({ kind, knowledge }: Publication, wanted: "spooled" | "direct"): string | undefined {
  if (knowledge.is !== "accepted" || /webhook|events/.test(kind)) return undefined;
  return (knowledge.spooled ? "spooled" : "direct") === wanted ? wanted : undefined;
}

async function startSpooling(variables: Readonly<Record<string, string>>) {
  const { url, stop }: Deployed = await deploy(variables, { spool: { maxBatchTimeout: 1 }, config: CONFIG });
  return { url: url.origin, close: stop };
}

/** Waits until nothing has arrived for a while. Returns when the last did. */
async function untilQuiet(redis: DurableRedis): Promise<number> {
  let latest = performance.now();
  let count = -1;
  for (const end = latest + LONGEST_DRAIN_MS; performance.now() < end; await sleep(100)) {
    const lengths = await Promise.all([...QUEUES, "celery"].map((queue) => redis.command("LLEN", queue)));
    const sum = lengths.reduce<number>((total, length) => total + Number(length), 0);
    if (sum !== count) latest = performance.now();
    count = sum;
    if (performance.now() - latest > QUIET_MS) return latest;
  }
  throw new Error("the spool was not empty in time");
}

async function listDead(url: string): Promise<OutageResult["deadLetters"]> {
  const answer = await fetch(`${url}/v1/spool`, { headers: { authorization: `Bearer ${API_TOKEN}` } });
  if (!answer.ok) throw new Error(`GET /v1/spool: ${answer.status} ${await answer.text()}`);
  const lists = Object.values((await answer.json()) as Record<string, unknown>).filter(Array.isArray);
  return lists.flat() as OutageResult["deadLetters"];
}
