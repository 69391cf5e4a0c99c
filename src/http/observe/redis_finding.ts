/**
 * What Redis says for metrics: whether it answers, and how deep the known queues are. One request as a rule; another when
 * the tables of the configured exchanges are not known, or are past their age.
 * @module
 */
import { Channel } from "../../channel.ts";
import { RefusedError } from "../../errors.ts";
import { checkQueueName, queueKey } from "../../routing/keys.ts";
import { countCommand } from "../../spool/dead_letters.ts";
import type { Call } from "../call.ts";
import type { Settings } from "../config/config.ts";
import { knownQueues } from "./known_queues.ts";

/** How many messages wait in a list of a queue. */
export interface Depth {
  readonly queue: string;
  readonly priority: number;
  readonly messages: number;
}

/** A finding. Values only: it is told again for a moment. */
export interface RedisFinding {
  readonly at: number;
  readonly isUp: boolean;
  readonly depths: readonly Depth[];
  /** Queues that are not shown: beyond the first {@link MAXIMUM_QUEUES}, with a key that is no list, or where the token may not look. */
  readonly leftOut: number;
  /** Dead letters of the spool; `undefined` without a spool, or where the token may not look. */
  readonly dead: number | undefined;
}

/** Queues that are shown, so that whoever may bind cannot make metrics without end. */
export const MAXIMUM_QUEUES = 1_000;
/** Milliseconds that Redis has to answer: those who scrape wait ten seconds for the whole. */
const TIMEOUT_MS = 2_000;
/** Milliseconds for which a finding is told again: every question to Redis is billed. */
const FINDING_AGE_MS = 1_000;

const findings = new WeakMap<object, { readonly settings: Settings; readonly finding: RedisFinding }>();

/** Asks Redis, at most once a second for an isolate. */
export async function findRedis(call: Call): Promise<RedisFinding> {
  const { env, settings } = call;
  const known = findings.get(env);
  if (known?.settings === settings && Date.now() - known.finding.at < FINDING_AGE_MS) return known.finding;
  const finding = await ask(call);
  findings.set(env, { settings, finding });
  return finding;
}

async function ask({ env, settings }: Call): Promise<RedisFinding> {
  try {
    const timeout = Math.min(settings.channel.timeout ?? TIMEOUT_MS, TIMEOUT_MS);
    // Whoever scrapes is told how Redis is now, whatever the circuit thinks.
    const channel = Channel.fromEnv(env, { ...settings.channel, timeout, circuit: false });
    const isSpooling = settings.spool && settings.spool.binding in env;
    return await findingOf(channel, settings, isSpooling);
  } catch {
    return { at: Date.now(), isUp: false, depths: [], leftOut: 0, dead: undefined };
  }
}

async function findingOf(channel: Channel, settings: Settings, isSpooling: boolean): Promise<RedisFinding> {
  await refreshTables(channel, settings);
  const tables = [...settings.exchanges.keys()].flatMap((exchange) => channel.cachedBindings(exchange) ?? []);
  const { keys } = channel;
  const all = knownQueues(settings, tables).filter((queue) => isQueueName(queue, keys));
  const queues = all.slice(0, MAXIMUM_QUEUES);
  const lists = queues.flatMap((queue) => keys.prioritySteps.map((priority) => ({ queue, priority })));
  const lengths = lists.map(({ queue, priority }) => ["LLEN", queueKey(queue, priority, keys)] as const);
  const counts = isSpooling ? [countCommand(keys)] : [];
  const [pong, ...replies] = await channel.send([["PING"], ...lengths, ...counts]);
  if (!pong || "error" in pong) throw pong?.error;
  const depths: Depth[] = [];
  const unreadable = new Set<string>();
  for (const [index, list] of lists.entries()) {
    const reply = replies[index]!;
    if ("error" in reply) unreadable.add(list.queue);
    else depths.push({ ...list, messages: Number(reply.result) });
  }
  const leftOut = all.length - queues.length + unreadable.size;
  const counted = replies[lists.length];
  const dead = counted && "result" in counted ? Number(counted.result) : undefined;
  return { at: Date.now(), isUp: true, depths, leftOut, dead };
}

/** Isolates that publish keep the tables of their exchanges fresh; for the others they are read here. */
async function refreshTables(channel: Channel, { exchanges, channel: options }: Settings): Promise<void> {
  const maximumAge = options.bindingMaximumAge ?? 30_000;
  const old = [...exchanges.keys()].filter(
    (exchange) => (channel.bindingsAge(exchange) ?? Number.POSITIVE_INFINITY) > maximumAge,
  );
  if (old.length === 0) return;
  try {
    await channel.bindingsOf(old);
  } catch (error) {
    // A key that is no set hides the other exchanges' new bindings, but not the queues.
    if (!(error instanceof RefusedError)) throw error;
  }
}

function isQueueName(queue: string, keys: Channel["keys"]): boolean {
  try {
    checkQueueName(queue, "queue", keys);
    return true;
  } catch {
    return false;
  }
}
