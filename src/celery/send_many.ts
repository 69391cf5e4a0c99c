/**
 * Many canvases at once: those whose messages need not land together share requests.
 * @module
 */
import type { Outcome } from "../delivery/deliver_many.ts";
import type { Compiled } from "./compile.ts";
import { type Context, isAtomic, type Messages, messagesOf, type Sent, send, told } from "./send.ts";
import type { SendOptions } from "./task_options.ts";

/** A canvas ready to be sent, and how. */
export interface CompiledCall {
  readonly compiled: Compiled;
  readonly sending: SendOptions;
}

interface Failed {
  readonly error: unknown;
}

interface Shared extends Messages {
  readonly place: number;
}

/** Sends canvases, and returns what became of each, in order. What failed before stays failed. */
export async function sendMany(
  context: Context,
  calls: readonly (CompiledCall | Failed)[],
): Promise<readonly (Sent | Failed)[]> {
  const outcomes = new Array<Sent | Failed>(calls.length);
  const shared: Shared[] = [];
  const alone: [place: number, call: CompiledCall][] = [];
  for (const [place, call] of calls.entries()) {
    if ("error" in call) {
      outcomes[place] = call;
    } else if (isAtomic(context.settings, call.compiled, call.sending)) {
      alone.push([place, call]);
    } else {
      try {
        shared.push({ place, ...(await messagesOf(context, call.compiled, call.sending)) });
      } catch (error) {
        outcomes[place] = { error };
      }
    }
  }
  const published = await publish(context, shared);
  let at = 0;
  for (const { place, tasks, warnings } of shared) {
    const own = published.slice(at, at + tasks.length);
    at += tasks.length;
    outcomes[place] = await outcomeOf(() => told(own, warnings));
  }
  for (const [place, { compiled, sending }] of alone) {
    outcomes[place] = await outcomeOf(() => send(context, compiled, sending));
  }
  return outcomes;
}

/** All messages, the events after the tasks. A failure of the whole is each task's. */
async function publish({ channel }: Context, shared: readonly Shared[]): Promise<readonly Outcome[]> {
  const tasks = shared.flatMap((one) => one.tasks);
  if (tasks.length === 0) return [];
  try {
    return await channel.basicPublishMany([...tasks, ...shared.flatMap(({ events }) => events)]);
  } catch (error) {
    return tasks.map(() => ({ status: "failed", error }));
  }
}

async function outcomeOf(send: () => Sent | Promise<Sent>): Promise<Sent | Failed> {
  try {
    return await send();
  } catch (error) {
    return { error };
  }
}
