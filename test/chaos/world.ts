/** @module What every run needs: a Redis, the faulty way to it, a Worker, consumers that wait, and notes of what happened. */
import type { CeleryVersion } from "../interop/celery/python.ts";
import { bind } from "./acts.ts";
import { type Consumers, prepareConsumers } from "./consumers.ts";
import { API_TOKEN, GITHUB_SECRET } from "./kinds.ts";
import type { Finding } from "./ledger.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";
import type { Publication } from "./publication.ts";
import { type Random, randomOf } from "./random.ts";
import { type DurableRedis, startDurableRedis } from "./redis.ts";

/** What all runs can be told. */
export interface WorldOptions {
  readonly celery: CeleryVersion;
  readonly seed: number;
  /** Which part of the requests to Redis goes wrong, from 0 to 1. Default 0.2. */
  readonly share?: number;
}

/** A Worker as a run starts it. */
interface RunningWorker {
  readonly url: string;
  close(): Promise<void>;
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

/** Everything that was started. */
export interface World<Worker extends RunningWorker> {
  readonly random: Random;
  readonly redis: DurableRedis;
  readonly proxy: FaultProxy;
  readonly worker: Worker;
  readonly consumers: Consumers;
  readonly publications: Publication[];
  readonly injected: Map<string, number>;
  /** Notes what was brought about, and which publications it hit. */
  readonly onHit: (what: string, ids: ReadonlySet<string>) => void;
}

/** Starts everything, runs, and stops everything however the run ends. */
export async function withWorld<Worker extends RunningWorker, Result>(
  { celery, seed, share = 0.2 }: WorldOptions,
  startWorker: (variables: Readonly<Record<string, string>>) => Promise<Worker>,
  use: (world: World<Worker>) => Promise<Result>,
): Promise<Result> {
  const random = randomOf(seed);
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
    // Both are slow to start; what one of them started is closed although the other failed.
    const [worker, consumers] = await together(
      startWorker(variables).then((started) => {
        closing.unshift(started.close);
        return started;
      }),
      prepareConsumers(celery, redis).then((prepared) => {
        closing.unshift(prepared.close);
        return prepared;
      }),
    );
    await bind(redis, 1);
    return await use({ random, redis, proxy, worker, consumers, publications, injected, onHit });
  } finally {
    for (const close of closing) await close();
  }
}

async function together<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
