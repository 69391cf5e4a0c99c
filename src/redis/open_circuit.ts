/**
 * What becomes of a circuit when requests fail. Loaded when the first one does.
 * @module
 */
import { CircuitOpenError, RedisError } from "../errors.ts";
import type { ResolvedCircuit } from "./circuit.ts";
import { type Memory, memories } from "./circuit_memory.ts";
import type { SendOptions } from "./client.ts";
import { isTransient } from "./outcome.ts";

const MAXIMUM_MEMORIES = 100;

/** A request that was watched. */
interface Watched {
  /** Whether it is to find out about an open circuit. */
  readonly isTrial: boolean;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  readonly options: SendOptions;
}

/** Takes note of what a request failed with. An answer, if only a refusal, shows that the database is there. */
export function judge(database: string, circuit: ResolvedCircuit, watched: Watched, error: unknown): void {
  if (!isTransient(error)) {
    if (error instanceof RedisError) memories.delete(database);
    else undecided(database, watched);
  } else if (isImpatience(circuit, watched)) undecided(database, watched);
  else failed(database, circuit, watched);
}

/**
 * Whether a request may be sent although the circuit is open.
 *
 * @param isProbed Whether a probe is sent in its stead.
 * @returns `undefined` when the request itself is the trial, else its refusal, and whether it is time for a probe.
 */
export function beginTrial(
  database: string,
  { probeTimeout, timeout }: ResolvedCircuit,
  isProbed: boolean,
): { readonly error: CircuitOpenError; readonly probe: boolean } | undefined {
  const now = Date.now();
  // It may have closed in between.
  const memory = memories.get(database);
  if (!memory) return undefined;
  const isTime = now >= Math.max(memory.retryAt, memory.trialUntil);
  if (isTime) memory.trialUntil = now + (isProbed ? probeTimeout : timeout);
  if (isTime && !isProbed) return undefined;
  const wait = Math.max(memory.retryAt, memory.trialUntil) - now;
  return { error: new CircuitOpenError(Math.max(1, Math.ceil(wait / 1_000))), probe: isTime };
}

/**
 * Whether the caller gave up before the database had as long as a probe has: that says nothing about the database. Timers may
 * fire a little early.
 */
function isImpatience({ probeTimeout, timeout }: ResolvedCircuit, { options, sentAt }: Watched): boolean {
  const { signal, until = Number.POSITIVE_INFINITY } = options;
  const now = Date.now();
  return (signal?.aborted || now >= until) && now - sentAt < Math.min(probeTimeout, timeout) * 0.9;
}

function failed(database: string, circuit: ResolvedCircuit, { isTrial }: Watched): void {
  const { failures, pause, maximumPause } = circuit;
  const memory: Memory = memories.get(database) ?? { failures: 0, retryAt: 0, pause: 0, trialUntil: 0 };
  memories.set(database, memory);
  if (memories.size > MAXIMUM_MEMORIES) memories.delete(memories.keys().next().value!);
  if (memory.retryAt === 0) {
    memory.failures++;
    if (memory.failures < failures) return;
    memory.pause = Math.min(pause, maximumPause);
  } else if (isTrial) {
    memory.pause = Math.min(memory.pause * 2, maximumPause);
    memory.trialUntil = 0;
    // Requests that were under way when the circuit opened change nothing any more.
  } else return;
  memory.retryAt = Date.now() + memory.pause;
}

/** The next request is the trial then. */
function undecided(database: string, { isTrial }: Watched): void {
  const memory = memories.get(database);
  if (isTrial && memory) memory.trialUntil = 0;
}
