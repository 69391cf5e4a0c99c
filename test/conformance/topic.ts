/** @module One row of `vectors/topic.json`: the stored pattern, and whether a key matches it. */
import {
  Channel,
  clearBindingCache,
  Exchange,
  InvalidArgumentError,
  Producer,
  type RedisCredentials,
} from "../../src/index.ts";
import { type Check, Checks } from "./result.ts";

/** `[binding key, stored pattern, routing key, whether it matches or Python's error]`. */
export type TopicRow = readonly [string, string, string, boolean | string];

const exchange = new Exchange("t", { type: "topic" });

/** Binds, then routes by the stored row, with the table cached and in the strict script. */
export async function replayTopic(
  row: TopicRow,
  redis: RedisCredentials,
  used: Set<string>,
): Promise<readonly Check[]> {
  const [bindingKey, pattern, routingKey, matches] = row;
  const checks = new Checks();
  const channel = new Channel(redis);
  const member = `${bindingKey}\x06\x16${pattern}\x06\x16q`;
  clearBindingCache();
  await channel.send([["FLUSHALL"]]);
  const isPoison = typeof matches === "string";
  if (isPoison) used.add("poison-pattern-is-skipped");

  const refusal = await channel.bindQueue("q", exchange, bindingKey).catch((error: unknown) => error);
  const [stored] = await channel.send([["SMEMBERS", "_kombu.binding.t"]]);
  checks.same("the row that is stored", stored, { result: isPoison ? [] : [member] });
  const field = refusal instanceof InvalidArgumentError ? refusal.field : refusal;
  checks.same("what binding says", field, isPoison ? "routingKey" : undefined);

  await channel.send([["SADD", "_kombu.binding.t", member]]);
  clearBindingCache();
  for (const consistency of ["cached", "strict"] as const) {
    const producer = new Producer(channel, { exchange });
    const { queues, warnings } = await producer.publish(1, { routingKey, consistency });
    checks.same(`the queues, ${consistency}`, queues, matches === true ? ["q"] : []);
    const warning =
      consistency === "cached" ? "a binding was skipped: poison-pattern" : "a binding was skipped";
    checks.same(`the warnings, ${consistency}`, warnings, isPoison ? [warning] : undefined);
  }
  return checks.list;
}
