/**
 * The circuit of a database: after repeated failures it is not asked for a while, then asked again with care. What an
 * isolate knows of a database is kept by its name, as values only: a request must not wait on what another began.
 * @module
 */
import { memories } from "./circuit_memory.ts";
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

/** Fills in the defaults. */
export function resolveCircuit(options: CircuitOptions, timeout: number): ResolvedCircuit {
  const { failures = 5, pause = 1_000, maximumPause = 30_000, probeTimeout = 1_000 } = options;
  return { failures, pause, maximumPause, probeTimeout, timeout };
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
    if (!memories.get(this.database)?.retryAt || options.probe)
      return this.#watched(commands, options, false);
    return this.#whileOpen(commands, options);
  }

  /** The caller gets the request's own promise: being watched costs it no turn. */
  #watched(
    commands: readonly Command[],
    options: SendOptions,
    isTrial: boolean,
  ): ReturnType<Connection["send"]> {
    const sentAt = Date.now();
    const answer = this.#inner.send(commands, options);
    const judge = (error: unknown) => {
      const watched = { isTrial, sentAt, options };
      if (opened) opened.judge(this.database, this.#options, watched, error);
      else this.#keep(open().then((loaded) => loaded.judge(this.database, this.#options, watched, error)));
    };
    answer.then((replies) => {
      const failed = replies.find((reply) => "error" in reply && isTransient(reply.error));
      if (failed) judge((failed as { error: unknown }).error);
      else memories.delete(this.database);
    }, judge);
    return answer;
  }

  async #whileOpen(commands: readonly Command[], options: SendOptions): Promise<readonly Reply[]> {
    const { beginTrial } = opened ?? (await open());
    const refusal = beginTrial(this.database, this.#options, this.#waitUntil !== undefined);
    if (!refusal) return await this.#watched(commands, options, true);
    if (refusal.probe) {
      const signal = AbortSignal.timeout(this.#options.probeTimeout);
      const probe = this.#watched([["PING"]], { atomic: false, signal }, true);
      this.#keep(probe.catch(() => undefined));
    }
    throw refusal.error;
  }

  #keep(work: Promise<unknown>): void {
    this.#waitUntil?.(work);
  }
}

type OpenCircuit = typeof import("./open_circuit.ts");

/** Once it is loaded a failure counts before the next request begins. */
let opened: OpenCircuit | undefined;

async function open(): Promise<OpenCircuit> {
  opened = await import("./open_circuit.ts");
  return opened;
}
