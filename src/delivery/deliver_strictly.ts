/**
 * Delivery by the strict script: the table is read, matched and pushed to in one step inside Redis.
 * @module
 */
import { UnroutableError } from "../errors.ts";
import { withRetries } from "../redis/retry.ts";
import { type StrictPublication, strictCommand, strictOutcome } from "../redis/strict.ts";
import { bindingKey, priorityStep, queueKey } from "../routing/keys.ts";
import type { DeclaredBinding, Delivery, DeliveryContext, Publication } from "./publication.ts";
import { fromRecord } from "./put.ts";
import { declareCommands } from "./tables.ts";

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
  const commands = [...elsewhere, strictCommand(toStrict(context, publication, here))];
  const send = () => context.connection.send(commands, { atomic: false, signal });
  const replies = guard ? await withRetries(send, retryPolicy, signal) : await send();
  const outcome = strictOutcome(replies.at(-1)!);
  if ("error" in outcome) {
    outcome.error.deliveryTag = deliveryTag;
    throw outcome.error;
  }
  if ("record" in outcome) {
    const put = fromRecord(outcome.record, deliveryTag, 0);
    if (put.kind === "duplicate")
      return { status: "duplicate", deliveryTag: put.deliveryTag, queues: put.queues };
    const [, queues] = JSON.parse(outcome.record) as [string, string[]];
    return { status: "delivered", deliveryTag, queues };
  }
  const { queues, deadLettered, skipped } = outcome;
  if (mandatory && queues.length === 0) throw new UnroutableError(exchange, routingKey, "no binding matches");
  const status = queues.length === 0 || deadLettered ? "unroutable" : "delivered";
  const warnings = skipped.map(() => "a binding was skipped");
  return { status, deliveryTag, queues, ...(warnings.length > 0 && { warnings }) };
}

function toStrict(
  context: DeliveryContext,
  publication: Publication,
  declare: readonly string[],
): StrictPublication {
  const { keys, deliveryInfo, deadletterQueue } = context;
  const { exchange, type, routingKey, envelope, deliveryTag, priority, guard, mandatory } = publication;
  const step = priorityStep(priority, keys.prioritySteps);
  const rest = envelope.deliveryInfoRest;
  return {
    bindingKey: bindingKey(exchange, keys),
    declare,
    sep: keys.sep,
    type: type === "direct" || type === "topic" ? type : "",
    routingKey,
    keyPrefix: keys.globalKeyprefix,
    keySuffix: queueKey("", step, { ...keys, globalKeyprefix: "" }),
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
