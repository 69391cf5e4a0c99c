/** @module A Redis of the suite's own with a Kombu on its TCP side and our channels on its HTTP side. */
import { afterAll, afterEach, beforeAll } from "vitest";
import { type LocalRedis, startLocalRedis } from "../../../local/index.ts";
import type { ChannelOptions } from "../../../src/index.ts";
import { Channel, clearBindingCache } from "../../../src/index.ts";
import type { Kombu } from "../python.ts";
import { Peer, type PeerQueue, type Seen } from "./peer.ts";

/** What a test works with; emptied after each. */
export class Setting {
  local!: LocalRedis;
  peer!: Peer;

  /** A channel of ours. */
  channel(options: ChannelOptions = {}): Channel {
    return new Channel({ url: this.local.url, token: this.local.token }, options);
  }

  /** Connects a Python under a name. */
  async connect(name = "main", options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.peer.connect(name, this.local.redisUrl!, options);
  }

  /** Connects a Python, lets it consume queues, and returns what it received and acknowledged. */
  async consumed(
    queues: readonly (string | PeerQueue)[],
    count: number,
    options: { accept?: readonly string[] } = {},
  ): Promise<readonly Seen[]> {
    await this.connect();
    await this.peer.consume(
      "main",
      queues.map((queue) => (typeof queue === "string" ? { name: queue } : queue)),
      options,
    );
    const seen = await this.peer.receive("main", count);
    for (const { tag } of seen) if (tag !== undefined) await this.peer.settle(tag, "ack");
    await this.peer.close("main");
    return seen;
  }

  /** Runs one command. */
  async run(...command: [string, ...string[]]): Promise<unknown> {
    const [reply] = await this.channel().send([command]);
    if ("error" in reply!) throw reply.error;
    return reply!.result;
  }
}

/** Makes a setting for the surrounding suite. */
export function useSetting(kombu: Kombu): Setting {
  const setting = new Setting();
  beforeAll(async () => {
    setting.local = await startLocalRedis({ store: "server" });
    setting.peer = await Peer.start(kombu);
  });
  afterEach(async () => {
    await setting.peer.closeAll();
    await setting.run("FLUSHALL");
    clearBindingCache();
  });
  afterAll(async () => {
    await setting.peer?.stop();
    await setting.local?.close();
  });
  return setting;
}
