/**
 * What Redis did not take, into the spool: which failures, and what is told of them.
 * @module
 */
import type { BatchOptions, Outcome } from "../delivery/deliver_many.ts";
import { tagGuard } from "../delivery/prepare.ts";
import type { Attempt, Delivery, DeliveryContext, Publication } from "../delivery/publication.ts";
import { lateGuard } from "../delivery/put.ts";
import { OutcomeUnknownError, QueueFullError, RedisError, UnavailableError } from "../errors.ts";
import type { KeyOptions } from "../routing/keys.ts";
import { newRecord, type SpooledItem } from "./record.ts";
import { NotAnswered, writeRecords } from "./write.ts";

/** A publish that failed. */
export interface Failure {
  readonly publication: Publication;
  readonly attempt: Attempt | undefined;
  readonly error: unknown;
}

/** A batch of which some publishes failed, or that threw as a whole. */
export interface FailedBatch {
  readonly publications: readonly Publication[];
  /** In order; without them `error` was thrown. */
  readonly outcomes: readonly Outcome[] | undefined;
  readonly error: unknown;
  readonly signal: AbortSignal | undefined;
  readonly options: BatchOptions;
}

/** Codes of failures that pass: the database is away, slow, full, over its quota, or its token is being changed. */
const PASSING: ReadonlySet<string> = new Set([
  "unavailable",
  "outcome-unknown",
  "timed-out",
  "back-pressure",
  "unauthorised",
]);
/** Those of them after which nothing was applied. */
const NOT_APPLIED: ReadonlySet<string> = new Set(["unavailable", "back-pressure", "unauthorised"]);

/** Spools one publish. Throws its error when that cannot be. */
export async function spoolOne(
  { spool, keys, attempts, begunAt }: DeliveryContext,
  publication: Publication,
  error: unknown,
): Promise<Delivery> {
  const failure = { publication, attempt: attempts?.get(publication), error };
  const item = itemOf(keys, failure, publication.signal);
  if (!item) throw error;
  const record = newRecord({ begunAt: begunAt!, items: [item], atomic: false, before: [] });
  const [refusal] = await writeRecords(spool!.queue, [record]);
  if (refusal !== undefined) throw unspooled(failure, refusal);
  return spooled(failure);
}

/** Spools what failed of a batch: each by itself, or all together when they must land together. */
export async function spoolMany(
  { spool, keys, attempts, begunAt }: DeliveryContext,
  { publications, outcomes, error, signal, options }: FailedBatch,
): Promise<readonly Outcome[]> {
  const { before = [], atomic = false } = options;
  const how = { begunAt: begunAt!, atomic, before };
  const results = [...(outcomes ?? publications.map((): Outcome => ({ status: "failed", error })))];
  const failures = publications.flatMap((publication, place) => {
    const outcome = results[place]!;
    if (outcome.status !== "failed") return [];
    const failure = { publication, attempt: attempts?.get(publication), error: outcome.error, place };
    // What was thrown says nothing of the single messages: they may have been sent.
    const item = itemOf(keys, failure, signal, outcomes === undefined);
    return item ? [{ ...failure, item }] : [];
  });
  const together = atomic || before.length > 0;
  const all = results.filter((result) => result.status === "failed" && isPassing(result.error, signal));
  // Together means all of them or none.
  if (together && failures.length < all.length) failures.length = 0;
  const records = together
    ? failures.length > 0
      ? [newRecord({ ...how, items: failures.map(({ item }) => item) })]
      : []
    : failures.map(({ item }) => newRecord({ ...how, items: [item] }));
  const refusals = await writeRecords(spool!.queue, records);
  for (const [index, failure] of failures.entries()) {
    const refusal = refusals[together ? 0 : index];
    results[failure.place] =
      refusal === undefined ? spooled(failure) : { status: "failed", error: unspooled(failure, refusal) };
  }
  if (!outcomes && failures.length === 0) throw error;
  return results;
}

/** The item to be spooled; `undefined` when that would not help, or could double the message. */
function itemOf(
  keys: KeyOptions,
  { publication, attempt, error }: Failure,
  signal: AbortSignal | undefined,
  mayBeSent = false,
): SpooledItem | undefined {
  if (!isPassing(error, signal)) return undefined;
  const { guard, retryPolicy, deliveryTag, envelope } = publication;
  // An earlier attempt may have ended otherwise than the last one.
  const certain = !mayBeSent && retryPolicy.maxRetries === 0 && isNotApplied(error);
  if (!guard && (!certain || (error as Partial<RedisError>).delivered?.length)) return undefined;
  const own = guard ?? tagGuard(deliveryTag, keys);
  const isLate = attempt !== undefined && attempt.delivered.length > 0;
  return {
    exchange: publication.exchange,
    type: publication.type,
    routingKey: publication.routingKey,
    parts: envelope.parts,
    deliveryInfoRest: envelope.deliveryInfoRest,
    deliveryTag,
    priority: publication.priority,
    declare: publication.declare,
    guard: isLate ? lateGuard(own) : own,
    mandatory: publication.mandatory,
    strict: publication.consistency === "strict",
    queues: attempt?.queues,
    settled: attempt?.settled ?? false,
    first: attempt?.delivered.length ?? 0,
    certain,
  };
}

function isPassing(error: unknown, signal: AbortSignal | undefined): boolean {
  // Its limit is there to send producers away.
  if (error instanceof QueueFullError) return false;
  if (error instanceof RedisError) return PASSING.has(error.code);
  // The caller's time was over between two requests.
  return signal?.aborted === true && error === signal.reason;
}

function isNotApplied(error: unknown): boolean {
  return !(error instanceof RedisError) || NOT_APPLIED.has(error.code);
}

function spooled({ publication: { deliveryTag }, attempt }: Failure): Delivery {
  const queues = attempt ? [...attempt.delivered, ...attempt.queues] : [];
  return { status: "spooled", deliveryTag, queues };
}

/**
 * What the caller is told: the error of Redis, with the spool's as its cause. Too large a message is named as such where
 * Redis has certainly not taken it; where the queue may have taken it after all, the outcome is unknown.
 */
function unspooled({ publication, error }: Failure, refusal: unknown): unknown {
  if (!(error instanceof RedisError)) return error;
  const { delivered } = error;
  const { deliveryTag } = publication;
  if (!(error instanceof OutcomeUnknownError)) {
    const options = { cause: error, delivered, deliveryTag };
    if (refusal instanceof UnavailableError)
      return new UnavailableError(`${error.message}; ${refusal.message}`, options);
    if (refusal instanceof NotAnswered)
      return new OutcomeUnknownError(`${error.message}; ${refusal.message}`, options);
  }
  error.cause = refusal;
  return error;
}
