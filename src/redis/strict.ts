/**
 * The command of the strict script and its reply.
 * @module
 */
import { OutcomeUnknownError, type RedisError } from "../errors.ts";
import type { Command, Reply } from "./client.ts";
import { replyError } from "./outcome.ts";
import { STRICT_SCRIPT } from "./strict_script.ts";

/** A publication whose queues only the script will know. */
export interface StrictPublication {
  readonly bindingKey: string;
  /** Members to add to the set first. */
  readonly declare: readonly string[];
  readonly sep: string;
  /** `direct`, `topic`, or empty: per row, by whether it has a pattern. */
  readonly type: "direct" | "topic" | "";
  readonly routingKey: string;
  /** Before and after a queue's name in its list's key: the global prefix, and the priority step with its separator. */
  readonly keyPrefix: string;
  readonly keySuffix: string;
  /** The envelope around its delivery info and delivery tag, and the delivery info as JSON or empty for one per queue. */
  readonly envelope: readonly [string, string, string];
  readonly deliveryInfo: string;
  /** Members of a per-queue delivery info before its exchange. */
  readonly deliveryInfoRest: string;
  readonly deliveryTag: string;
  readonly deadletterQueue: string;
  /** The most messages that may wait in a queue, by name, `"*"` for all others; none for no limits. */
  readonly maximumDepth?: Readonly<Record<string, number>> | undefined;
  /** What follows a queue's name in the keys of its lists, for each priority step. */
  readonly listSuffixes?: readonly string[];
  /** Members that an earlier run gave back, and whether each matches. */
  readonly decided: ReadonlyMap<string, boolean>;
  /** The guard's key, or empty for none. */
  readonly guardKey: string;
  readonly guardSeconds: number;
}

/** What the script did. `skipped` are members that could not be used; with `undecided` ones nothing was done. */
export type StrictOutcome =
  | { readonly undecided: readonly string[] }
  | {
      readonly queues: readonly string[];
      readonly deadLettered: boolean;
      readonly skipped: readonly string[];
      /** How many members the exchange's set has. */
      readonly members: number;
    }
  | { readonly full: string }
  | { readonly record: string }
  | { readonly error: RedisError };

/** The command that publishes strictly. */
export function strictCommand(publication: StrictPublication): Command {
  const { bindingKey, guardKey, maximumDepth, listSuffixes = [] } = publication;
  const keys = guardKey === "" ? [bindingKey] : [bindingKey, guardKey];
  return [
    "EVAL",
    STRICT_SCRIPT,
    String(keys.length),
    ...keys,
    publication.sep,
    publication.type,
    publication.routingKey,
    publication.keyPrefix,
    publication.keySuffix,
    ...publication.envelope,
    publication.deliveryInfo,
    publication.deliveryInfoRest,
    publication.deliveryTag,
    publication.deadletterQueue,
    String(publication.guardSeconds),
    ...(maximumDepth ? [JSON.stringify(maximumDepth), JSON.stringify(listSuffixes)] : ["", ""]),
    String(publication.declare.length),
    ...publication.declare,
    ...[...publication.decided].flatMap(([member, matches]) => [member, matches ? "1" : "0"]),
  ];
}

/** Reads the script's reply; an unreadable one leaves the outcome unknown. */
export function strictOutcome(reply: Reply): StrictOutcome {
  if ("error" in reply) return { error: reply.error };
  const [kind, detail, deadLettered, skipped, members] = Array.isArray(reply.result)
    ? (reply.result as unknown[])
    : [];
  if (kind === 1 && isTexts(detail) && isTexts(skipped)) {
    return { queues: detail, deadLettered: deadLettered === 1, skipped, members: Number(members) };
  }
  if (kind === 0) return { record: typeof detail === "string" ? detail : JSON.stringify(detail) };
  if (kind === 3 && isTexts(detail)) return { undecided: detail };
  if (kind === 4 && typeof detail === "string") return { full: detail };
  if (kind === 2 && typeof detail === "string") return { error: replyError(detail) };
  return { error: new OutcomeUnknownError("the strict script's reply is not as expected") };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
