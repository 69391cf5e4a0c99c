/** @module One stream as a sender sees it, with what lies in its queue. */

import type { StreamOptions } from "../../../src/events/stream.ts";
import type { GatewayConfig } from "../../../src/http/gateway.ts";
import { gateway } from "../../../src/http/gateway.ts";
import { type Answer, environment, fresh, landed, read } from "../client.ts";

export const WRITE_KEY = "pk_test_key";

/** An execution context that keeps what is to go on after the answer. */
export class Promises {
  readonly #work: Promise<unknown>[] = [];

  waitUntil(work: Promise<unknown>): void {
    this.#work.push(work);
  }

  passThroughOnException(): void {}

  /** Waits for all of it, and returns how much it is. */
  async done(): Promise<number> {
    await Promise.all(this.#work);
    return this.#work.length;
  }
}

export interface Sent {
  readonly query?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  /** Default: the write key in the query. */
  readonly key?: string | null;
  readonly env?: Record<string, unknown>;
  readonly cf?: Record<string, unknown>;
  readonly context?: Pick<Promises, "waitUntil">;
  readonly path?: string;
}

/** A stream into a queue of its own, under a prefix of its own: what other tests sent is no duplicate here. */
export function stream(options: Partial<StreamOptions> = {}, config: Partial<GatewayConfig> = {}) {
  const globalKeyprefix = `${fresh("test")}:`;
  const queue = "clicks-queue";
  const app = gateway({
    ...config,
    channel: { globalKeyprefix, ...config.channel },
    streams: { clicks: { to: { queue }, writeKeys: [WRITE_KEY], ...options } },
  });
  async function send(sent: Sent = {}): Promise<Answer> {
    const key = sent.key === undefined ? WRITE_KEY : sent.key;
    const query = new URLSearchParams(sent.query);
    if (key !== null) query.set("write_key", key);
    const request = new Request(`https://gateway.test${sent.path ?? "/v1/events/clicks"}?${query}`, {
      method: sent.method ?? "POST",
      headers: sent.headers ?? {},
      ...(sent.body !== undefined && { body: sent.body }),
      ...(sent.cf && { cf: sent.cf }),
    } as RequestInit);
    return await read(await app.fetch(request, sent.env ?? environment(), sent.context as never));
  }
  const list = `${globalKeyprefix}${queue}`;
  /** The queued bodies, oldest first. */
  async function queued() {
    // biome-ignore lint/suspicious/noExplicitAny: an event is looked at, not used
    return (await landed(list)).map(({ body }) => JSON.parse(body) as any);
  }
  return { list, prefix: globalKeyprefix, send, queued, app };
}

/** A body of lines. */
export const NDJSON = { "content-type": "application/x-ndjson" };

/** The body compressed. */
export async function compress(
  body: string | Uint8Array<ArrayBuffer>,
  format: CompressionFormat,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
