/** @module One run: 16 clients publish while everything fails, then it is counted what arrived. */
import { Agent, request } from "undici";
import { ACT_NAMES, type Act, runActs } from "./acts.ts";
import { type Field, runClient } from "./client.ts";
import { API_TOKEN, KINDS } from "./kinds.ts";
import { check } from "./ledger.ts";
import { startWorker } from "./worker.ts";
import { type RunResult, type WorldOptions, withWorld } from "./world.ts";

/** How a run is to be. */
export interface RunOptions extends WorldOptions {
  /** Publications in all. */
  readonly publications: number;
  /** Senders at the same time. Default 16. */
  readonly clients?: number;
  /** Milliseconds from one act to the next, about. Default 500. */
  readonly pause?: number;
  /** Milliseconds that a client rests between two requests, about. Default 0. */
  readonly rest?: number;
  /** What is not to happen to the surroundings. Default: all of it happens. */
  readonly without?: readonly Act[];
  /** Consume while it goes on; the order is then not looked at. Default `false`. */
  readonly consumeMeanwhile?: boolean;
  /** Changes the text of the built Worker, to see whether the suite notices. Default: leaves it as it is. */
  readonly edit?: (text: string) => string;
}

/** Runs it. Throws when the surroundings fail, and never for what it finds. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { seed, clients = 16, pause = 500, rest = 0, without = [], consumeMeanwhile = false, edit } = options;
  const start = (variables: Readonly<Record<string, string>>) => startWorker(variables, edit);
  return await withWorld(options, start, async (world) => {
    const { random, proxy, worker, consumers, publications, injected, onHit } = world;
    const begun = performance.now();
    if (consumeMeanwhile) consumers.begin();
    const agent = new Agent({ connections: clients * 2 });
    const field: Field = {
      url: worker.url,
      agent,
      kinds: KINDS,
      left: options.publications,
      rest,
      hasSeenAll: () => ACT_NAMES.every((name) => without.includes(name) || injected.has(name)),
      publications,
      underWay: new Set(),
    };
    const end = new AbortController();
    const stage = { ...world, random: random.branch("acts"), underWay: field.underWay, onAct: onHit };
    const acting = runActs(stage, pause, end.signal, without);
    const sending = Array.from({ length: clients }, (_, client) =>
      runClient(field, client, random.branch(`client ${client}`)),
    );
    await Promise.race([Promise.all(sending), acting.then(() => Promise.all(sending))]);
    end.abort();
    await acting;
    await proxy.calm();
    await heals(worker.url, agent);
    const seconds = (performance.now() - begun) / 1000;
    await agent.close();
    const found = (await consumers.drain()).filter((place) => !place.endsWith("pub-0"));
    const findings = check(publications, found, consumeMeanwhile ? undefined : () => "all");
    const requests = proxy.requests();
    return { seed, publications, findings, injected, copies: found.length, requests, seconds };
  });
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
