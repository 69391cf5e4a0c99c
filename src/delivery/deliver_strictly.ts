/**
 * Delivery by the strict script: the table is read, matched and pushed to in one step inside Redis.
 * @module
 */
import { QueueFullError, UnroutableError } from "../errors.ts";
import { withRetries } from "../redis/retry.ts";
import { type StrictOutcome, type StrictPublication, strictCommand, strictOutcome } from "../redis/strict.ts";
import { bindingKey, priorityStep, queueKey } from "../routing/keys.ts";
import { BindingTable } from "../routing/table.ts";
import type { DeclaredBinding, Delivery, DeliveryContext, Publication } from "./publication.ts";
import { fromRecord } from "./put.ts";
import { declareCommands } from "./tables.ts";
import { unplacedReason, unplacedWarnings } from "./unplaced.ts";

/**
 * Delivers a publication with nothing between the look-up and the pushes.
 *
 * @throws {UnroutableError} When it is mandatory and nobody is bound.
 * @throws {RedisError} When Redis did not take it, or may not have.
 */
export async function deliverStrictly(
  context: DeliveryContext,
  publication: Publication,
  declare: readonly DeclaredBinding[],
): Promise<Delivery> {
  const { exchange, routingKey, deliveryTag, guard, signal, mandatory, retryPolicy } = publication;
  const elsewhere = declareCommands(
    context,
    declare.filter((binding) => binding.exchange !== exchange),
  );
  const here = declare.filter((binding) => binding.exchange === exchange).map(({ member }) => member);
  const decided = new Map<string, boolean>();
  const skipped: string[] = [];
  const attempt = async () => {
    const commands = [...elsewhere, strictCommand(toStrict(context, publication, here, decided))];
    const replies = await context.connection.send(commands, { atomic: false, signal, until: context.until });
    const outcome = strictOutcome(replies.at(-1)!);
    if ("error" in outcome) throw outcome.error;
    if ("full" in outcome) throw new QueueFullError(outcome.full);
    return outcome;
  };
  let outcome: Exclude<StrictOutcome, { error: unknown } | { full: unknown }>;
  do {
    outcome = guard ? await withRetries(attempt, retryPolicy, signal, context.until) : await attempt();
    if ("undecided" in outcome) {
      for (const member of outcome.undecided) {
        const table = new BindingTable([member], context.keys.sep);
        decided.set(member, table.match(publication.type, routingKey).length > 0);
        if (table.skipped.length > 0) skipped.push(member);
      }
    }
    // Each round settles every row it was given, so only ever new rows can lead to another.
  } while ("undecided" in outcome);
  if ("record" in outcome) {
    const put = fromRecord(outcome.record, deliveryTag, 0);
    if (put.kind === "duplicate")
      return { status: "duplicate", deliveryTag: put.deliveryTag, queues: put.queues };
    const [, queues] = JSON.parse(outcome.record) as [string, string[]];
    return { status: "delivered", deliveryTag, queues };
  }
  const { queues, deadLettered, members } = outcome;
  const isPlaced = queues.length > 0 && !deadLettered;
  const reason = isPlaced ? undefined : unplacedReason(context, exchange, members);
  if (mandatory && queues.length === 0) throw new UnroutableError(exchange, routingKey, reason!);
  const status = isPlaced ? "delivered" : "unroutable";
  const warnings = unplacedWarnings(
    reason,
    [...outcome.skipped, ...skipped].map(() => "a binding was skipped"),
  );
  return { status, deliveryTag, queues, ...(warnings.length > 0 && { warnings }) };
}

function toStrict(
  context: DeliveryContext,
  publication: Publication,
  declare: readonly string[],
  decided: ReadonlyMap<string, boolean>,
): StrictPublication {
  const { keys, deliveryInfo, deadletterQueue, maximumDepth } = context;
  const suffixOf = (priority: number) => queueKey("", priority, { ...keys, globalKeyprefix: "" });
  const { exchange, type, routingKey, envelope, deliveryTag, priority, guard, mandatory } = publication;
  const step = priorityStep(priority, keys.prioritySteps);
  const rest = envelope.deliveryInfoRest;
  return {
    bindingKey: bindingKey(exchange, keys),
    declare,
    decided,
    sep: keys.sep,
    type: type === "direct" || type === "topic" ? type : "",
    routingKey,
    keyPrefix: keys.globalKeyprefix,
    keySuffix: suffixOf(step),
    maximumDepth,
    listSuffixes: keys.prioritySteps.map(suffixOf),
    envelope: envelope.parts,
    deliveryInfo:
      deliveryInfo === "queue"
        ? ""
        : `{${rest}"exchange":${JSON.stringify(exchange)},"routing_key":${JSON.stringify(routingKey)}}`,
    deliveryInfoRest: rest,
    deliveryTag,
    deadletterQueue: mandatory ? "" : (deadletterQueue ?? ""),
    guardKey: guard?.key ?? "",
    guardSeconds: guard?.seconds ?? 0,
  };
}
