/** @module The guard script's twin: see `src/redis/guard.ts` for what it does and why. */
import { GUARD_SCRIPT, guardArguments, type Push } from "../../../src/redis/guard.ts";
import { RedisReplyError } from "../../store.ts";
import type { EmbeddedReply } from "../reply.ts";
import type { EmbeddedScript, ScriptCall } from "../scripts.ts";

/** Pushes each publication's copies unless its guard is there. */
export const guard: EmbeddedScript = {
  source: GUARD_SCRIPT,
  run: (call, keys, argv) =>
    guardArguments(keys, argv).map(({ guard, record, pushes }): EmbeddedReply => {
      const isNew = !guard || call("SET", guard.key, record, "EX", guard.seconds, "NX") !== null;
      if (!isNew) return [0, call("GET", guard.key)];
      const outcome = pushAll(call, pushes);
      if (guard && !outcome.keep) call("DEL", guard.key);
      return outcome.reply;
    }),
};

function pushAll(call: ScriptCall, pushes: readonly Push[]): { reply: EmbeddedReply; keep: boolean } {
  const lengths: EmbeddedReply[] = [];
  const pushed: string[] = [];
  let keep = true;
  for (const { command, target, message } of pushes) {
    try {
      const reply = call(command, target, message);
      lengths.push(reply);
      if (command === "LPUSH") pushed.push(target);
      else if (reply === 0) keep = false;
    } catch (error) {
      if (!(error instanceof RedisReplyError)) throw error;
      for (const list of pushed.reverse()) call("LPOP", list);
      return { reply: [2, error.message], keep: false };
    }
  }
  return { reply: [1, lengths], keep };
}
