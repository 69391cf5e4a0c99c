/** @module One run: everything is started, 16 clients publish while everything fails, then it is counted what arrived. */
import { Agent, request } from "undici";
import type { CeleryVersion } from "../interop/celery/python.ts";
import { ACT_NAMES, type Act, bind, runActs } from "./acts.ts";
import { type Field, runClient } from "./client.ts";
import { prepareConsumers } from "./consumers.ts";
import { API_TOKEN, GITHUB_SECRET } from "./kinds.ts";
import { check, type Finding } from "./ledger.ts";
import { startProxy } from "./proxy.ts";
import type { Publication } from "./publication.ts";
import { randomOf } from "./random.ts";
import { startDurableRedis } from "./redis.ts";
import { startWorker } from "./worker.ts";

/** How a run is to be. */
export interface RunOptions {
  readonly celery: CeleryVersion;
  readonly seed: number;
  /** Publications in all. */
  readonly publications: number;
  /** Senders at the same time. Default 16. */
  readonly clients?: number;
  /** Which part of the requests to Redis goes wrong, from 0 to 1. Default 0.2. */
  readonly share?: number;
  /** Milliseconds from one act to the next, about. Default 500. */
  readonly pause?: number;
  /** Milliseconds that a client rests between two requests, about. Default 0. */
  readonly rest?: number;
  /** Consume while it goes on. Redis is then not killed: a consumer's own losses would be counted. Default `false`. */
  readonly consumeMeanwhile?: boolean;
  /** Changes the text of the built Worker, to see whether the suite notices. Default: leaves it as it is. */
  readonly edit?: (text: string) => string;
}

/** What a run came to. */
export interface RunResult {
  readonly seed: number;
  readonly publications: readonly Publication[];
  readonly findings: readonly Finding[];
  /** How often each fault or act was brought about. */
  readonly injected: ReadonlyMap<string, number>;
  /** Copies that consumers found. */
  readonly copies: number;
  /** Requests to Redis. */
  readonly requests: number;
  readonly seconds: number;
}

/** Runs it. Throws when the surroundings fail, and never for what it finds. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { seed, clients = 16, share = 0.2, pause = 500, rest = 0, consumeMeanwhile = false } = options;
  const random = randomOf(seed);
  const begun = performance.now();
  const redis = await startDurableRedis();
  const closing: (() => Promise<void>)[] = [redis.close];
  try {
    const injected = new Map<string, number>();
    const publications: Publication[] = [];
    const onHit = (what: string, ids: ReadonlySet<string>) => {
      injected.set(what, (injected.get(what) ?? 0) + 1);
      for (const id of ids) publications[Number(id.slice("pub-".length)) - 1]?.hits.add(what);
    };
    const proxy = await startProxy({
      target: redis.front.url,
      random: random.branch("faults"),
      share,
      onFault: onHit,
    });
    closing.unshift(proxy.close);
    const variables = {
      UPSTASH_REDIS_REST_URL: proxy.url,
      UPSTASH_REDIS_REST_TOKEN: redis.front.token,
      API_TOKEN,
      GITHUB_WEBHOOK_SECRET: GITHUB_SECRET,
    };
    const worker = await startWorker(variables, options.edit);
    closing.unshift(worker.close);
    const consumers = await prepareConsumers(options.celery, redis);
    closing.unshift(consumers.close);
    if (consumeMeanwhile) consumers.begin();
    await bind(redis, 1);

    const agent = new Agent({ connections: clients * 2 });
    const without: readonly Act[] = consumeMeanwhile ? ["Redis killed"] : [];
    const field: Field = {
      url: worker.url,
      agent,
      left: options.publications,
      rest,
      hasSeenAll: () => ACT_NAMES.every((name) => without.includes(name) || injected.has(name)),
      publications,
      underWay: new Set(),
    };
    const end = new AbortController();
    const stage = {
      redis,
      proxy,
      worker,
      random: random.branch("acts"),
      underWay: field.underWay,
      onAct: onHit,
    };
    const acting = runActs(stage, pause, end.signal, without);
    const sending = Array.from({ length: clients }, (_, client) =>
      runClient(field, client, random.branch(`client ${client}`)),
    );
    await Promise.race([Promise.all(sending), acting]);
    end.abort();
    await acting;
    await proxy.calm();
    await heals(worker.url, agent);
    const seconds = (performance.now() - begun) / 1000;
    await agent.close();
    const found = (await consumers.drain()).filter((place) => !place.endsWith("pub-0"));
    return {
      seed,
      publications,
      findings: check(publications, found, !consumeMeanwhile),
      injected,
      copies: found.length,
      requests: proxy.requests(),
      seconds,
    };
  } finally {
    for (const close of closing) await close();
  }
}

/** When all faults are over, the first publish must succeed: whatever happened has left nothing behind. */
async function heals(url: string, agent: Agent): Promise<void> {
  const answer = await request(`${url}/v1/exchanges/chaos.topic/messages?routing_key=order.eu.paid`, {
    dispatcher: agent,
    method: "POST",
    headers: { authorization: `Bearer ${API_TOKEN}`, "content-type": "application/json" },
    body: '{"id":"pub-0"}',
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 202) throw new Error(`a publish after the faults: ${answer.statusCode} ${text}`);
  const { queues } = JSON.parse(text) as { queues: readonly string[] };
  if (queues.length !== 3)
    throw new Error(`a publish after the faults reached ${queues.join() || "nothing"}`);
}
