/**
 * Delivers, and spools what Redis cannot take now where there is a spool.
 * @module
 */
import { deliver } from "../delivery/deliver.ts";
import type { BatchOptions, Outcome } from "../delivery/deliver_many.ts";
import type { Delivery, DeliveryContext, Publication } from "../delivery/publication.ts";
import { checkSignal } from "../delivery/publish_options.ts";
import { QueueFullError, RedisError } from "../errors.ts";

/** One publication. Throws as {@link deliver} does; a {@link RedisError} bears the delivery tag. */
export async function deliverOrSpool(context: DeliveryContext, publication: Publication): Promise<Delivery> {
  try {
    return await deliver(context, publication);
  } catch (error) {
    if (error instanceof RedisError) error.deliveryTag = publication.deliveryTag;
    if (!context.spool) throw error;
    const { spoolOne } = await import("./rescue.ts");
    return await spoolOne(context, publication, error);
  }
}

/** Loaded with the first batch, and kept: a runtime takes longer to look a module up again than to place a message. */
let deliverMany: typeof import("../delivery/deliver_many.ts").deliverMany | undefined;

/** Many publications: one outcome each, in order. */
export async function deliverOrSpoolMany(
  context: DeliveryContext,
  publications: readonly Publication[],
  signal: AbortSignal | undefined,
  options: BatchOptions,
): Promise<readonly Outcome[]> {
  checkSignal(signal);
  const alone = onlyOne(publications, options);
  if (alone) return [await outcomeOf(context, { ...alone, signal }, options)];
  let outcomes: readonly Outcome[] | undefined;
  let error: unknown;
  deliverMany ??= (await import("../delivery/deliver_many.ts")).deliverMany;
  try {
    outcomes = await deliverMany(context, publications, signal, options);
    if (!context.spool || outcomes.every(({ status }) => status !== "failed")) return outcomes;
  } catch (thrown) {
    if (!context.spool) throw thrown;
    error = thrown;
  }
  const { spoolMany } = await import("./rescue.ts");
  return await spoolMany(context, { publications, outcomes, error, signal, options });
}

/**
 * The publication of a batch of one, which needs nothing of what batches take as long as it is put alike: as one copy, or as a
 * script. Several copies are a transaction by themselves, and in a batch a script that takes back what it pushed.
 */
function onlyOne(publications: readonly Publication[], { before }: BatchOptions): Publication | undefined {
  const [only] = publications;
  if (!only || publications.length > 1 || before?.length) return undefined;
  return only.exchange === "" || only.guard ? only : undefined;
}

async function outcomeOf(
  context: DeliveryContext,
  publication: Publication,
  { atomic }: BatchOptions,
): Promise<Outcome> {
  try {
    return await deliverOrSpool(context, publication);
  } catch (error) {
    // As any batch does whose messages land together or not at all.
    if (atomic && error instanceof QueueFullError) throw error;
    return { status: "failed", error };
  }
}
