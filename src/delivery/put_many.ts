/**
 * The last step for many publications: limit-sized requests, in which each list takes its messages in one variadic push.
 * @module
 */
import type { Command, Reply } from "../redis/client.ts";
import { type GuardedOutcome, guardCommand, guardOutcomes } from "../redis/guard.ts";
import { errorAfter, isTransient } from "../redis/outcome.ts";
import { withRetries } from "../redis/retry.ts";
import { type Item, type Line, linesOf } from "./lines.ts";
import type { DeliveryContext } from "./publication.ts";
import { fromRecord, guardRecord, type Put, toLength } from "./put.ts";

/** What one item came to. */
export type ItemOutcome = Put | { readonly kind: "failed"; readonly error: unknown };

/** Commands that accompany a batch. */
export interface Accompaniment {
  /** Commands for the front of the first request; they are sent again when that request is. */
  readonly before: readonly Command[];
  /** Commands for the end of the first request. */
  readonly after: readonly Command[];
  /** Each request is a transaction: nothing of it is applied when Redis cannot queue one of its commands. */
  readonly atomic: boolean;
}

/** Outcomes in the order of the items, and the replies to the further commands (missing when their request failed). */
export interface ManyPut {
  readonly outcomes: readonly ItemOutcome[];
  readonly before: readonly Reply[];
  readonly after: readonly Reply[];
}

/** Requests of a batch that are under way at a time: a Worker may wait for six, and others may be waiting. */
const PARALLEL = 4;

/**
 * Sends items in limit-sized requests: one after another where they share a queue, so that each queue keeps the order, and
 * otherwise at the same time.
 *
 * A request that fails without an answer is repeated for its guarded items only; the others of it are failed. Where what fails is
 * spooled, requests that go well do not use up the time of those after them.
 */
export async function putMany(
  context: DeliveryContext,
  items: readonly Item[],
  accompaniment: Accompaniment,
  signal: AbortSignal | undefined,
): Promise<ManyPut> {
  const outcomes = new Array<ItemOutcome>(items.length);
  const bare = { before: [], after: [], atomic: accompaniment.atomic };
  let further: Pick<ManyPut, "before" | "after"> = bare;
  const lines = linesOf(items, context.maximumRequestSize);
  const lead = lines[0]?.[0];
  const patience = context.spool && context.until !== undefined ? context.until - Date.now() : undefined;
  let isFailing = false;
  const run = async (line: Line) => {
    for (const chunk of line) {
      const chunkItems = chunk.map((place) => items[place]!);
      const within = patience === undefined || isFailing ? context : renewed(context, patience);
      const sent = await putChunk(within, chunkItems, chunk === lead ? accompaniment : bare, signal);
      isFailing ||= sent.outcomes.some(({ kind }) => kind === "failed");
      for (const [index, place] of chunk.entries()) outcomes[place] = sent.outcomes[index]!;
      if (chunk === lead) further = sent;
    }
  };
  // What must come before the messages comes before all of them.
  const first = lead && accompaniment.before.length > 0;
  if (first) await run([lead]);
  const waiting = lines.entries();
  const next = async () => {
    for (const [index, line] of waiting) await run(first && index === 0 ? line.slice(1) : line);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, lines.length) }, next));
  return { outcomes, before: further.before, after: further.after };
}

/** With as much time for a request as the first had, as far as the batch has it. */
function renewed(context: DeliveryContext, patience: number): DeliveryContext {
  return { ...context, until: Math.min(Date.now() + patience, context.latest ?? Number.POSITIVE_INFINITY) };
}

/** A command of a chunk, and the places of the items it settles. */
interface Part {
  readonly command: Command;
  readonly places: readonly number[];
}

async function putChunk(
  context: DeliveryContext,
  items: readonly Item[],
  { before, after, atomic }: Accompaniment,
  signal: AbortSignal | undefined,
): Promise<ManyPut> {
  const outcomes = new Array<ItemOutcome>(items.length);
  const scripted: number[] = [];
  const plain: number[] = [];
  for (const [place, { publication, destination }] of items.entries()) {
    (publication.guard || destination.pushes.length > 1 ? scripted : plain).push(place);
  }
  const parts = plainParts(items, plain);
  const script = scripted.length === 0 ? [] : [scriptCommand(scripted.map((place) => items[place]!))];
  let replies: readonly Reply[] = [];
  try {
    const commands = [...before, ...parts.map(({ command }) => command), ...script, ...after];
    replies = await context.connection.send(commands, { atomic, signal, until: context.until });
  } catch (error) {
    for (const place of [...plain, ...scripted]) outcomes[place] = { kind: "failed", error };
    const repeated = await repeat(context, items, scripted, before, outcomes, signal);
    return { outcomes, before: repeated, after: [] };
  }
  parts.forEach(({ places }, index) => {
    const length = toLength(replies[before.length + index]!);
    for (const place of places) {
      outcomes[place] =
        typeof length === "number"
          ? { kind: "pushed", replies: [length] }
          : { kind: "failed", error: length };
    }
  });
  if (script.length > 0) {
    settleScripted(items, scripted, replies[before.length + parts.length]!, outcomes);
    await repeat(context, items, scripted, [], outcomes, signal);
  }
  return {
    outcomes,
    before: replies.slice(0, before.length),
    after: replies.slice(before.length + parts.length + script.length),
  };
}

function plainParts(items: readonly Item[], places: readonly number[]): Part[] {
  const lists = new Map<string, { messages: string[]; places: number[] }>();
  const parts: Part[] = [];
  for (const place of places) {
    const { command, target, message } = items[place]!.destination.pushes[0]!;
    if (command === "PUBLISH") {
      parts.push({ command: [command, target, message], places: [place] });
      continue;
    }
    const list = lists.get(target) ?? { messages: [], places: [] };
    lists.set(target, list);
    list.messages.push(message);
    list.places.push(place);
  }
  for (const [target, list] of lists)
    parts.push({ command: ["LPUSH", target, ...list.messages], places: list.places });
  return parts;
}

function scriptCommand(items: readonly Item[]): Command {
  return guardCommand(
    items.map(({ publication: { guard, deliveryTag }, destination: { queues, pushes } }) => ({
      guard,
      record: guardRecord(deliveryTag, queues),
      pushes,
    })),
  );
}

/**
 * Sends the guarded items whose outcome is open again, as often as the first one's policy allows, with the commands that
 * must go before them.
 *
 * @returns The replies to those commands; what is still open in the end has what is known after all attempts among the outcomes.
 */
async function repeat(
  context: DeliveryContext,
  items: readonly Item[],
  scripted: readonly number[],
  before: readonly Command[],
  outcomes: ItemOutcome[],
  signal: AbortSignal | undefined,
): Promise<readonly Reply[]> {
  const open = () =>
    scripted.filter((place) => {
      const outcome = outcomes[place]!;
      return items[place]!.publication.guard && outcome.kind === "failed" && isTransient(outcome.error);
    });
  const [first] = open();
  const policy = first === undefined ? undefined : items[first]!.publication.retryPolicy;
  // A signal that has ended refuses the attempt itself, which says nothing of the message.
  if (!policy || policy.maxRetries === 0 || signal?.aborted) return [];
  let replies: readonly Reply[] = [];
  let isBegun = false;
  const attempt = async () => {
    const places = open();
    if (!isBegun) {
      isBegun = true;
      // The attempt that has been made.
      throw (outcomes[places[0]!] as { error: unknown }).error;
    }
    const commands = [...before, scriptCommand(places.map((place) => items[place]!))];
    try {
      replies = await context.connection.send(commands, { atomic: false, signal, until: context.until });
    } catch (error) {
      for (const place of places) outcomes[place] = failed(error, outcomes[place]);
      throw error;
    }
    settleScripted(items, places, replies[before.length]!, outcomes);
    const [still] = open();
    if (still !== undefined) throw (outcomes[still] as { error: unknown }).error;
  };
  await withRetries(attempt, policy, signal, context.until).catch(() => undefined);
  return replies.slice(0, before.length);
}

function settleScripted(
  items: readonly Item[],
  places: readonly number[],
  reply: Reply,
  outcomes: ItemOutcome[],
): void {
  guardOutcomes(reply, places.length).forEach((outcome, index) => {
    const place = places[index]!;
    outcomes[place] = settled(items[place]!, outcome, outcomes[place]);
  });
}

function settled(
  { publication, destination }: Item,
  outcome: GuardedOutcome,
  earlier: ItemOutcome | undefined,
): ItemOutcome {
  if ("error" in outcome) return failed(outcome.error, earlier);
  if ("replies" in outcome) return { kind: "pushed", replies: outcome.replies };
  try {
    return fromRecord(outcome.record, publication.deliveryTag, destination.pushes.length);
  } catch (error) {
    return { kind: "failed", error };
  }
}

function failed(error: unknown, earlier: ItemOutcome | undefined): ItemOutcome {
  return { kind: "failed", error: errorAfter(earlier?.kind === "failed" ? earlier.error : undefined, error) };
}
