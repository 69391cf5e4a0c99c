/**
 * The queues that `GET /v1/queues` shows besides those bound to configured exchanges: Redis cannot be asked for all of
 * them without walking through every key.
 * @module
 */
import { InvalidArgumentError } from "../../errors.ts";
import { checkQueueName, resolveKeyOptions } from "../../routing/keys.ts";
import type { ChannelConfig } from "./channel.ts";
import type { Section } from "./section.ts";

/** Queues by name. Others can be published to as well. */
export interface QueuesConfig {
  readonly queues?: readonly string[];
}

/** The queues, checked. */
export interface QueuesSettings {
  readonly queues: readonly string[];
}

/** The section `queues`. */
export const queuesSection: Section<QueuesConfig, QueuesSettings> = {
  names: { queues: true },
  resolve({ queues = [], channel = {} }: QueuesConfig & ChannelConfig) {
    if (!Array.isArray(queues)) throw new InvalidArgumentError("queues", "must be a list of names");
    const keys = resolveKeyOptions(channel);
    for (const [index, queue] of queues.entries()) checkQueueName(queue, `queues[${index}]`, keys);
    return { queues };
  },
};
