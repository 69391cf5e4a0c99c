/** @module What happens to the surroundings during a run: to Redis, to the Worker, to the way between them. */
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultProxy } from "./proxy.ts";
import type { Publication } from "./publication.ts";
import type { Random } from "./random.ts";
import type { DurableRedis } from "./redis.ts";
import type { KillableWorker } from "./worker.ts";

/** What acts act on. */
export interface Stage {
  readonly redis: DurableRedis;
  readonly proxy: FaultProxy;
  readonly worker: KillableWorker;
  readonly random: Random;
  /** Publications under way now. */
  readonly underWay: ReadonlySet<Publication>;
  /** Told of each act, with the publications that it hit. */
  readonly onAct: (act: string, ids: ReadonlySet<string>) => void;
}

/** The exchange whose bindings nobody but its consumer declares. */
const BOUND = "chaos.bound";
const SEPARATOR = "\x06\x16";

const ACTS = {
  "connections refused": async ({ proxy, random }: Stage) => await proxy.refuse(random.between(50, 400)),
  "Redis killed": async ({ redis, random }: Stage) => {
    await redis.kill();
    await sleep(random.between(0, 400));
    await redis.start();
  },
  "script cache flushed": async ({ redis }: Stage) => void (await redis.command("SCRIPT", "FLUSH")),
  "bindings deleted": async ({ redis }: Stage) =>
    void (await redis.command("DEL", "_kombu.binding.chaos.topic", `_kombu.binding.${BOUND}`)),
  "consumer declares again": async ({ redis, random }: Stage) => await bind(redis, random.between(1, 2)),
  "Worker killed": async ({ worker, random }: Stage) => {
    await worker.kill();
    await sleep(random.between(0, 200));
    await worker.start();
  },
} satisfies Record<string, (stage: Stage) => Promise<void>>;

/** The name of an act. */
export type Act = keyof typeof ACTS;

/** All of them. */
export const ACT_NAMES = Object.keys(ACTS) as readonly Act[];

/** Declares the bindings of `chaos.bound` as its consumer does. */
export async function bind(redis: DurableRedis, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) =>
    ["#", "^.*?$", `chaos.bound${index}`].join(SEPARATOR),
  );
  await redis.command("SADD", `_kombu.binding.${BOUND}`, ...rows);
}

/** One act after another, each of them once in every round, until the signal ends it; all is well again then. */
export async function runActs(stage: Stage, pause: number, signal: AbortSignal, without: readonly Act[]) {
  const { random, underWay, onAct } = stage;
  const acts = ACT_NAMES.filter((name) => !without.includes(name));
  const draw = random.deck(acts.map((name) => ({ name, weight: 1 })));
  while (acts.length > 0 && !signal.aborted) {
    await sleep(random.between(pause * 0.5, pause * 1.5));
    const act = draw().name;
    const hit = new Set([...underWay].map(({ id }) => id));
    await ACTS[act](stage);
    for (const { id } of underWay) hit.add(id);
    onAct(act, hit);
  }
}
