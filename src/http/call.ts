/**
 * One request to one route, as its handler sees it.
 * @module
 */
import { Channel } from "../channel.ts";
import type { ChannelOptions } from "../delivery/channel_options.ts";
import type { SpoolQueue } from "../delivery/spool_options.ts";
import type { Principal } from "./access/rights.ts";
import type { Settings } from "./config/config.ts";
import type { Notes, Noting } from "./observe/notes.ts";
import type { Observation } from "./observe/observation.ts";
import type { Trace } from "./observe/trace.ts";
import { readBody } from "./request/body.ts";

/**
 * The channel of a deployment, with its spool when that is bound.
 *
 * @throws {NotConfiguredError} Naming the variable that is missing.
 */
export function channelOf(env: object, { spool }: Settings, options: ChannelOptions): Channel {
  const queue = spool && (env as Readonly<Record<string, SpoolQueue | undefined>>)[spool.binding];
  return Channel.fromEnv(env, queue ? { ...options, spool: { ...spool.use, queue } } : options);
}

/** What a call is made of. */
export interface CallParts {
  readonly request: Request;
  readonly settings: Settings;
  readonly env: object;
  /** Who is calling; nobody with no rights on an open route. */
  readonly principal: Principal;
  /** The path's parameters, decoded. */
  readonly path: Readonly<Record<string, string>>;
  /** Tells where the gateway is mounted. */
  readonly mount: () => string;
  /** Keeps the Worker going for work after the answer; missing where the runtime has no such thing. */
  readonly waitUntil: ((work: Promise<unknown>) => void) | undefined;
  readonly observation: Observation;
}

/** Parts of the call, and what is made of them when first asked for. */
export class Call implements Noting {
  readonly request: Request;
  readonly settings: Settings;
  readonly env: object;
  readonly principal: Principal;
  readonly path: Readonly<Record<string, string>>;
  readonly waitUntil: CallParts["waitUntil"];
  readonly #observation: Observation;
  readonly #mount: () => string;
  #channel: Channel | undefined;

  constructor({ request, settings, env, principal, path, mount, waitUntil, observation }: CallParts) {
    this.request = request;
    this.settings = settings;
    this.env = env;
    this.principal = principal;
    this.path = path;
    this.#mount = mount;
    this.waitUntil = waitUntil;
    this.#observation = observation;
  }

  /** Adds to what is told of this request in the log and in metrics. */
  note(fields: Notes): void {
    this.#observation.note(fields);
  }

  /** The request's trace as headers for its messages; `undefined` when there is none to pass on. */
  get trace(): Trace["headers"] | undefined {
    return this.settings.traceparent ? this.#observation.trace?.headers : undefined;
  }

  /** Where the gateway is mounted in another application: empty, or a path without a slash at its end. */
  get mount(): string {
    return this.#mount();
  }

  /**
   * The channel of this request.
   *
   * The request's abort signal is not passed on: a client that goes away must not leave a push half waited for, whose
   * outcome nobody would know.
   *
   * @throws {NotConfiguredError} Naming the variable that is missing.
   */
  get channel(): Channel {
    this.#channel ??= channelOf(this.env, this.settings, this.channelOptions);
    return this.#channel;
  }

  /** The options of a channel that serves this request. */
  get channelOptions(): ChannelOptions {
    const { waitUntil, settings } = this;
    return waitUntil ? { ...settings.channel, waitUntil } : settings.channel;
  }

  /** The body, whole. Throws `content-too-large` beyond the configured limit. */
  async body(): Promise<Uint8Array<ArrayBuffer>> {
    return await readBody(this.request, this.settings.maximumBodySize);
  }
}
