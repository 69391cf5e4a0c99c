/** @module The tests' Redis as workerd tests use it: a channel, and a look into lists. */
import { inject } from "vitest";
import { Channel } from "../../src/channel.ts";
import type { ChannelOptions } from "../../src/delivery/channel_options.ts";
import type { Command } from "../../src/redis/client.ts";
import { clearBindingCache } from "../../src/routing/cache.ts";

let prefixes = 0;

/** A message as a consumer finds it. */
export interface Stored {
  readonly body: unknown;
  readonly headers: Record<string, unknown>;
  readonly properties: Record<string, unknown> & {
    readonly delivery_tag: string;
    readonly delivery_info: { readonly exchange: string; readonly routing_key: string };
  };
}

/** A channel under a key prefix of its own, so that test files can share one Redis. */
export function isolated(options: ChannelOptions = {}) {
  clearBindingCache();
  const prefix = `${crypto.randomUUID().slice(0, 8)}-${++prefixes}:`;
  const credentials = { url: inject("redisHttpUrl"), token: inject("redisHttpToken") };
  const channel = new Channel(credentials, { globalKeyprefix: prefix, ...options });
  async function run(...command: Command): Promise<unknown> {
    const [reply] = await channel.send([command]);
    if ("error" in reply!) throw reply.error;
    return reply!.result;
  }
  /** A list's messages, the first pushed first. */
  async function stored(list: string): Promise<Stored[]> {
    const messages = (await run("LRANGE", `${prefix}${list}`, "0", "-1")) as string[];
    return messages.toReversed().map((message) => {
      const envelope = JSON.parse(message);
      const text = new TextDecoder().decode(
        Uint8Array.from(atob(envelope.body), (unit) => unit.charCodeAt(0)),
      );
      return { ...envelope, body: JSON.parse(text) };
    });
  }
  return { channel, prefix, credentials, run, stored };
}
