/**
 * Bindings and queues: what Kombu's channel does besides publishing. Spec kombu-redis §10.
 * @module
 */
import { Exchange, type Queue } from "../entity.ts";
import { OutcomeUnknownError } from "../errors.ts";
import type { Command, Reply } from "../redis/client.ts";
import { bindingKey, checkQueueName, queueKey } from "../routing/keys.ts";
import { amendTables } from "./amend.ts";
import { binding } from "./bindings.ts";
import type { DeclaredBinding, DeliveryContext } from "./publication.ts";
import { declareCommands } from "./tables.ts";

/** Writes bindings in one request. */
export async function addBindings(
  context: DeliveryContext,
  bindings: readonly DeclaredBinding[],
): Promise<void> {
  if (bindings.length === 0) return;
  const commands = declareCommands(context, bindings);
  numbers(await context.connection.send(commands, { atomic: commands.length > 1 }));
  amendTables(context, bindings);
}

/** Removes a binding, whichever type its binder knew the exchange as, unless the exchange states one. */
export async function removeBinding(
  context: DeliveryContext,
  queue: string,
  exchange: Exchange,
  routingKey: string,
): Promise<boolean> {
  const members = bothForms(context, queue, exchange, routingKey);
  const command: Command = [
    "SREM",
    bindingKey(exchange.name, context.keys),
    ...members.map(({ member }) => member),
  ];
  const [removed] = numbers(await context.connection.send([command], { atomic: false }));
  amendTables(context, [], members);
  return removed! > 0;
}

/** How many messages wait in each priority step's list of each queue, as of one moment and in one request. */
export async function stepSizes(
  context: DeliveryContext,
  queues: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
  const { prioritySteps } = context.keys;
  const commands = queues.flatMap((queue) => lists(context, queue).map((list): Command => ["LLEN", list]));
  const lengths =
    commands.length === 0 ? [] : numbers(await context.connection.send(commands, { atomic: true }));
  return new Map(
    queues.map((queue, place) => {
      const from = place * prioritySteps.length;
      return [queue, new Map(prioritySteps.map((step, index) => [step, lengths[from + index]!]))];
    }),
  );
}

/** Removes a queue's messages; returns how many there were. */
export async function purge(context: DeliveryContext, queue: string): Promise<number> {
  return await removeLists(context, queue, []);
}

/** Removes a queue's messages and the bindings that its object names, in one transaction. */
export async function remove(context: DeliveryContext, queue: Queue | string): Promise<number> {
  if (typeof queue === "string") return await removeLists(context, queue, []);
  const bindings = queue.bindings.flatMap(({ exchange, routingKey }) =>
    bothForms(context, queue.name, exchange, routingKey),
  );
  const commands = declareCommands(context, bindings).map(([, ...rest]): Command => ["SREM", ...rest]);
  const removed = await removeLists(context, queue.name, commands);
  amendTables(context, [], bindings);
  return removed;
}

async function removeLists(
  context: DeliveryContext,
  queue: string,
  further: readonly Command[],
): Promise<number> {
  const commands = lists(context, queue).flatMap((list): Command[] => [
    ["LLEN", list],
    ["DEL", list],
  ]);
  const replies = numbers(await context.connection.send([...commands, ...further], { atomic: true }));
  return replies
    .slice(0, commands.length)
    .reduce((sum, reply, index) => sum + (index % 2 === 0 ? reply : 0), 0);
}

/** The member under the stated type; under both when none is stated. */
function bothForms(
  context: DeliveryContext,
  queue: string,
  exchange: Exchange,
  routingKey: string,
): readonly DeclaredBinding[] {
  const types = exchange.type === undefined ? (["direct", "topic"] as const) : [exchange.type];
  return types.map((type) => binding(queue, new Exchange(exchange.name, { type }), routingKey, context.keys));
}

function lists(context: DeliveryContext, queue: string): readonly string[] {
  checkQueueName(queue, "queue", context.keys);
  return context.keys.prioritySteps.map((step) => queueKey(queue, step, context.keys));
}

function numbers(replies: readonly Reply[]): readonly number[] {
  return replies.map((reply) => {
    if ("error" in reply) throw reply.error;
    if (!Number.isInteger(reply.result))
      throw new OutcomeUnknownError("a reply that should be a number is not");
    return reply.result as number;
  });
}
