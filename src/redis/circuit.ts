/**
 * The circuit of a database: after repeated failures it is not asked for a while, then asked again with care. What an
 * isolate knows of a database is kept by its name, as values only: a request must not wait on what another began.
 * @module
 */
import { CircuitOpenError, InvalidArgumentError, RedisError } from "../errors.ts";
import type { Command, Connection, Reply, SendOptions } from "./client.ts";
import { isTransient } from "./outcome.ts";

/** When a database is given a pause. Times are milliseconds. */
export interface CircuitOptions {
  /** Consecutive failures after which the circuit opens. Default 5. */
  readonly failures?: number;
  /** How long nothing is sent then. Default 1000; doubled whenever the database then fails again. */
  readonly pause?: number;
  /** The longest pause. Default 30000. */
  readonly maximumPause?: number;
  /** How long a probe may take, and how long a caller must have waited for its giving up to count. Default 1000. */
  readonly probeTimeout?: number;
}

/** `open`: nothing is sent. `half-open`: one request finds out. */
export type CircuitState = "closed" | "open" | "half-open";

/** Keeps a runtime going for work after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** The options with every default filled in, and the milliseconds that a request may take. */
export type ResolvedCircuit = Required<CircuitOptions> & { readonly timeout: number };

/** What an isolate remembers of a database that failed. Times are milliseconds since the epoch. */
interface Memory {
  failures: number;
  /** When it may be asked again; 0 while the circuit is closed. */
  retryAt: number;
  pause: number;
  /** Until when the verdict of a trial is awaited. A trial whose request died must not keep the circuit open for ever. */
  trialUntil: number;
}

/** Databases that failed lately, by name. */
const memories = new Map<string, Memory>();
const MAXIMUM_MEMORIES = 100;

const DEFAULTS: Required<CircuitOptions> = {
  failures: 5,
  pause: 1_000,
  maximumPause: 30_000,
  probeTimeout: 1_000,
};

/** Checks the options and fills in the defaults. Throws {@link InvalidArgumentError} naming the option at fault. */
export function resolveCircuit(
  given: CircuitOptions | false | undefined,
  timeout: number,
): ResolvedCircuit | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === null || typeof given !== "object") {
    throw new InvalidArgumentError("circuit", "must be an object of options, or false");
  }
  const options = { ...DEFAULTS, timeout };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name))
      throw new InvalidArgumentError(`circuit.${name}`, "is not a known option");
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 1)
      throw new InvalidArgumentError(`circuit.${name}`, "must be a whole number above 0");
    options[name as keyof CircuitOptions] = value;
  }
  return options;
}

/**
 * A connection with a circuit. While it is open, `send` rejects with {@link CircuitOpenError} and sends nothing. When the
 * pause is over the next request starts one probe, a `PING` under `waitUntil`, and still fails at once; without `waitUntil` it is
 * itself the trial. A good answer closes the circuit, another failure doubles the pause.
 *
 * A failure is a request that could not be sent, whose answer was lost or late, or that Redis puts off (`LOADING`, `READONLY`
 * and the like). Any other answer, also a refusal, back-pressure or a wrong token, shows that the database is there.
 */
export function withCircuit(
  connection: Connection,
  options: ResolvedCircuit,
  waitUntil?: WaitUntil,
): Connection {
  return new GuardedConnection(connection, options, waitUntil);
}

class GuardedConnection implements Connection {
  readonly database: string;
  readonly #inner: Connection;
  readonly #options: ResolvedCircuit;
  readonly #waitUntil: WaitUntil | undefined;

  constructor(inner: Connection, options: ResolvedCircuit, waitUntil: WaitUntil | undefined) {
    this.database = inner.database;
    this.#inner = inner;
    this.#options = options;
    this.#waitUntil = waitUntil;
  }

  get circuit(): CircuitState {
    const memory = memories.get(this.database);
    if (!memory?.retryAt) return "closed";
    return Date.now() < memory.trialUntil ? "half-open" : "open";
  }

  send(commands: readonly Command[], options: SendOptions): Promise<readonly Reply[]> {
    const memory = memories.get(this.database);
    if (!memory?.retryAt || options.probe) return this.#watched(commands, options, false);
    const now = Date.now();
    if (now < memory.retryAt || now < memory.trialUntil) return refusal(memory, now);
    const { probeTimeout, timeout } = this.#options;
    if (!this.#waitUntil) {
      memory.trialUntil = now + timeout;
      return this.#watched(commands, options, true);
    }
    memory.trialUntil = now + probeTimeout;
    const signal = AbortSignal.timeout(probeTimeout);
    this.#waitUntil(this.#watched([["PING"]], { atomic: false, signal }, true).catch(() => undefined));
    return refusal(memory, now);
  }

  /** The caller gets the request's own promise: being watched costs it no turn. */
  #watched(commands: readonly Command[], options: SendOptions, isTrial: boolean): Promise<readonly Reply[]> {
    const sentAt = Date.now();
    const answer = this.#inner.send(commands, options);
    answer.then(
      (replies) => {
        if (replies.some((reply) => "error" in reply && isTransient(reply.error))) this.#failed(isTrial);
        else memories.delete(this.database);
      },
      (error: unknown) => {
        if (!isTransient(error)) {
          if (error instanceof RedisError) memories.delete(this.database);
          else this.#undecided(isTrial);
        } else if (hasGivenUp(options) && Date.now() - sentAt < this.#fairTime) this.#undecided(isTrial);
        else this.#failed(isTrial);
      },
    );
    return answer;
  }

  /** Whoever gives up sooner says nothing about the database. Timers may fire a little early. */
  get #fairTime(): number {
    return Math.min(this.#options.probeTimeout, this.#options.timeout) * 0.9;
  }

  #failed(isTrial: boolean): void {
    const { failures, pause, maximumPause } = this.#options;
    const memory = memories.get(this.database) ?? { failures: 0, retryAt: 0, pause: 0, trialUntil: 0 };
    if (memory.retryAt === 0) {
      memory.failures++;
      if (memory.failures >= failures) memory.pause = Math.min(pause, maximumPause);
    } else if (isTrial) {
      memory.pause = Math.min(memory.pause * 2, maximumPause);
      memory.trialUntil = 0;
      // Requests that were under way when the circuit opened change nothing any more.
    } else return;
    if (memory.pause > 0) memory.retryAt = Date.now() + memory.pause;
    memories.set(this.database, memory);
    if (memories.size > MAXIMUM_MEMORIES) memories.delete(memories.keys().next().value!);
  }

  #undecided(isTrial: boolean): void {
    const memory = memories.get(this.database);
    if (isTrial && memory) memory.trialUntil = 0;
  }
}

/** Whether the caller ended the waiting, and not the connection's own time limit. */
function hasGivenUp({ signal, until = Number.POSITIVE_INFINITY }: SendOptions): boolean {
  return signal?.aborted === true || Date.now() >= until;
}

function refusal({ retryAt, trialUntil }: Memory, now: number): Promise<never> {
  const wait = Math.max(retryAt, trialUntil) - now;
  return Promise.reject(new CircuitOpenError(Math.max(1, Math.ceil(wait / 1_000))));
}

/** Forgets the failures of all databases. */
export function clearCircuits(): void {
  memories.clear();
}
