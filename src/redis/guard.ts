/**
 * The guard script: pushes a publication's copies unless its guard key says that they were pushed before.
 *
 * One script for any number of publications, each all or nothing. The guard is set first and taken back, with the
 * copies already pushed, when a queue refuses its copy, so that a failure leaves no trace that would make a later
 * attempt look like a duplicate.
 * @module
 */
import { OutcomeUnknownError, type RedisError } from "../errors.ts";
import type { Command, Reply } from "./client.ts";
import { replyError } from "./outcome.ts";

/** One copy on its way: into a list, or onto a channel. */
export interface Push {
  readonly command: "LPUSH" | "PUBLISH";
  /** The list's key, or the channel. */
  readonly target: string;
  readonly message: string;
}

/** What keeps a publication from landing twice. */
export interface Guard {
  /** The key that remembers the publication. */
  readonly key: string;
  /** How long it is remembered, in whole seconds. */
  readonly seconds: number;
}

/** A publication for the script: all of its pushes or none, and with a guard only once. */
export interface ScriptedPublication {
  readonly guard: Guard | undefined;
  /** What is remembered: given back when it is published again. */
  readonly record: string;
  readonly pushes: readonly Push[];
}

/** What became of one guarded publication: the pushes' replies, or the record of the earlier one. */
export type GuardedOutcome =
  | { readonly replies: readonly number[] }
  | { readonly record: string }
  | { readonly error: RedisError };

/**
 * KEYS: per publication its guard, if it has one, then the list of each LPUSH. ARGV: per publication the seconds (0 for no
 * guard), the record, the number of pushes, then per push `L` and the message, or `P`, the channel and the message.
 *
 * A guard is not kept for a message that was published to a channel without subscribers: it reached nobody.
 */
export const GUARD_SCRIPT: string = withoutIndentation(`local replies, k, a = {}, 1, 1
while a <= #ARGV do
  local seconds, record, count = ARGV[a], ARGV[a + 1], tonumber(ARGV[a + 2])
  a = a + 3
  local guard, new, keep = nil, true, true
  if seconds ~= '0' then
    guard = KEYS[k]
    k = k + 1
    new = redis.call('SET', guard, record, 'EX', seconds, 'NX')
  end
  local lengths, pushed, failure = {}, {}, nil
  for i = 1, count do
    local list = ARGV[a] == 'L'
    local target, message
    if list then
      target, message = KEYS[k], ARGV[a + 1]
      k, a = k + 1, a + 2
    else
      target, message = ARGV[a + 1], ARGV[a + 2]
      a = a + 3
    end
    if new and not failure then
      local reply = redis.pcall(list and 'LPUSH' or 'PUBLISH', target, message)
      if type(reply) == 'table' then
        failure = reply['err'] or 'ERR unexpected reply'
      else
        lengths[i] = reply
        if list then pushed[#pushed + 1] = target elseif reply == 0 then keep = false end
      end
    end
  end
  if failure then
    for i = #pushed, 1, -1 do redis.call('LPOP', pushed[i]) end
    keep = false
    replies[#replies + 1] = {2, failure}
  elseif new then
    replies[#replies + 1] = {1, lengths}
  else
    replies[#replies + 1] = {0, redis.call('GET', guard)}
  end
  if guard and new and not keep then redis.call('DEL', guard) end
end
return replies`);

/** It goes along with every guarded publication. */
function withoutIndentation(script: string): string {
  return script.replace(/^ +/gm, "");
}

/** The one command that publishes all of these under their guards. */
export function guardCommand(publications: readonly ScriptedPublication[]): Command {
  const keys: string[] = [];
  const args: string[] = [];
  for (const { guard, record, pushes } of publications) {
    if (guard) keys.push(guard.key);
    args.push(guard ? String(guard.seconds) : "0", record, String(pushes.length));
    for (const { command, target, message } of pushes) {
      if (command === "LPUSH") {
        keys.push(target);
        args.push("L", message);
      } else {
        args.push("P", target, message);
      }
    }
  }
  return ["EVAL", GUARD_SCRIPT, String(keys.length), ...keys, ...args];
}

/** The publications, read back from the command's keys and arguments: the inverse of {@link guardCommand}. */
export function guardArguments(
  keys: readonly string[],
  args: readonly string[],
): readonly ScriptedPublication[] {
  const publications: ScriptedPublication[] = [];
  let key = 0;
  for (let at = 0; at < args.length; ) {
    const [seconds, record, count] = args.slice(at, at + 3);
    at += 3;
    const guard = seconds === "0" ? undefined : { key: keys[key++]!, seconds: Number(seconds) };
    const pushes: Push[] = [];
    for (let index = 0; index < Number(count); index++) {
      const list = args[at] === "L";
      const target = list ? keys[key++]! : args[at + 1]!;
      pushes.push({ command: list ? "LPUSH" : "PUBLISH", target, message: args[at + (list ? 1 : 2)]! });
      at += list ? 2 : 3;
    }
    publications.push({ guard, record: record!, pushes });
  }
  return publications;
}

/** Reads the script's reply, one outcome per publication; an unreadable one leaves the outcome unknown. */
export function guardOutcomes(reply: Reply, count: number): readonly GuardedOutcome[] {
  if ("error" in reply) return new Array<GuardedOutcome>(count).fill({ error: reply.error });
  const { result } = reply;
  if (!Array.isArray(result) || result.length !== count) {
    const error = new OutcomeUnknownError("the guard script's reply is not as expected");
    return new Array<GuardedOutcome>(count).fill({ error });
  }
  return result.map(toOutcome);
}

function toOutcome(entry: unknown): GuardedOutcome {
  const [kind, detail] = Array.isArray(entry) ? (entry as unknown[]) : [];
  if (kind === 1 && Array.isArray(detail) && detail.every(Number.isInteger))
    return { replies: detail as number[] };
  if (kind === 0) return { record: typeof detail === "string" ? detail : JSON.stringify(detail) };
  if (kind === 2 && typeof detail === "string") return { error: replyError(detail) };
  return { error: new OutcomeUnknownError("the guard script's reply is not as expected") };
}
