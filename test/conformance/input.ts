/** @module From a golden case's input, in Kombu's names, to calls of the public API. */
import { brotli } from "../../src/envelope/brotli.ts";
import { yaml } from "../../src/envelope/yaml.ts";
import {
  Channel,
  type ChannelOptions,
  DateTime,
  Decimal,
  Exchange,
  Float,
  KombuEdgeError,
  PlainDate,
  PlainTime,
  Producer,
  type ProducerOptions,
  type PublishOptions,
  Queue,
  type QueueBinding,
  type RedisCredentials,
  registerCompression,
  registerSerializer,
  UUID,
} from "../../src/index.ts";
import type { CaseInput, Step, StepOutcome } from "./case.ts";

registerSerializer(yaml);
registerCompression(brotli);

/** Makes the channel that a case's transport options describe. */
export function channelFor(input: CaseInput, redis: RedisCredentials): Channel {
  const options = {
    ...camelCased(input.transport_options ?? {}),
    ...(input.db !== undefined && { db: input.db }),
  };
  return new Channel(redis, options as ChannelOptions);
}

/** Does a case's steps and tells what each came to. */
export async function perform(input: CaseInput, channel: Channel): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const step of input.steps) {
    try {
      outcomes.push({ return: await performStep(step, input, channel) });
    } catch (error) {
      if (!(error instanceof KombuEdgeError)) throw error;
      const field = "field" in error ? String(error.field) : undefined;
      outcomes.push({ error: error.code, field });
    }
  }
  return outcomes;
}

async function performStep(step: Step, input: CaseInput, channel: Channel): Promise<unknown> {
  if (step.publish) {
    const producer = new Producer(channel, camelCased(input.producer ?? {}) as ProducerOptions);
    const { body, ...options } = step.publish;
    return await producer.publish(made(body), camelCased(options) as PublishOptions);
  }
  if (step.declare) return await (made(step.declare) as Queue).declare(channel);
  if (step.delete) return await (made(step.delete) as Queue).delete(channel);
  if (step.purge) return await (made(step.purge) as Queue).purge(channel);
  if (step.size) return await channel.queueSize(step.size);
  if (step.unbind) {
    const { queue, exchange, routing_key } = step.unbind;
    return await channel.unbindQueue(queue, new Exchange(exchange, { type: "direct" }), routing_key);
  }
  throw new Error(`unknown step ${Object.keys(step)}`);
}

/** Options under our names, with their values made. */
function camelCased(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase()),
      made(value),
    ]),
  );
}

const SPECIAL: Readonly<Record<string, (value: never) => unknown>> = {
  $bytes_b64: (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
  $datetime: (text: string) => new DateTime(text),
  $date: (text: string) => new PlainDate(text),
  $time: (text: string) => new PlainTime(text),
  $uuid: (text: string) => new UUID(text),
  $decimal: (text: string) => new Decimal(text),
  $float: (text: string) => new Float(Number(text)),
  $nan: () => Number.NaN,
  $exchange: ({ name, ...options }: { name: string }) => new Exchange(name, camelCased(options)),
  $queue: ({ name, bindings = [], ...options }: { name: string; bindings?: readonly object[] }) =>
    new Queue(name, {
      ...camelCased(options),
      bindings: bindings.map((binding) => camelCased({ ...binding }) as unknown as QueueBinding),
    }),
};

function made(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(made);
  if (value === null || typeof value !== "object") return value;
  const [[name, given] = ["", undefined], ...others] = Object.entries(value);
  const make = others.length === 0 ? SPECIAL[name] : undefined;
  if (make) return make(given as never);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, made(member)]));
}
