/**
 * What became of a request's events, counted as they go.
 * @module
 */
import type { Outcome } from "../../delivery/deliver_many.ts";
import type { Candidate } from "../../events/read.ts";
import { Rejection } from "../../events/rejection.ts";
import { problemFor } from "../endpoint.ts";
import type { Noting } from "../observe/notes.ts";
import { type ProblemDetails, problemCode } from "../problem.ts";

/** One event that was not taken. */
export interface RejectedOutput {
  /** From 0. */
  readonly index: number;
  /** From 1, in a body of lines. */
  readonly line?: number;
  readonly code: string;
  readonly detail: string;
}

/** The counts as an answer spells them. */
export interface TallyOutput {
  readonly accepted: number;
  readonly duplicates: number;
  /** Only where the stream samples. */
  readonly sampled_out?: number;
  readonly rejected: readonly RejectedOutput[];
}

type Place = Pick<Candidate, "index" | "line">;

/** Statuses that say: try again. */
export function isPassing({ status }: ProblemDetails): boolean {
  return status === 429 || status === 503;
}

/** Counts. */
export class Tally {
  accepted = 0;
  duplicates = 0;
  sampledOut = 0;
  readonly rejected: RejectedOutput[] = [];
  /** The first failure that is not an event's own: Redis does not take them now. */
  failure: ProblemDetails | undefined;
  readonly #noting: Noting;

  constructor(noting: Noting) {
    this.#noting = noting;
  }

  reject({ index, line }: Place, code: string, detail: string): void {
    this.rejected.push({ index, ...(line !== undefined && { line }), code, detail });
  }

  /** Counts an event that cannot be taken. */
  fail(place: Place, error: unknown): void {
    if (error instanceof Rejection) {
      this.reject(place, error.code, error.message);
      return;
    }
    const problem = problemFor(error, this.#noting);
    if (isPassing(problem)) this.failure ??= problem;
    this.reject(place, problemCode(problem), problem.detail);
  }

  /** Counts what was published. */
  count(place: Place, outcome: Outcome): void {
    if (outcome.status === "failed") this.fail(place, outcome.error);
    else if (outcome.status === "duplicate") this.duplicates++;
    else if (outcome.status === "unroutable" && outcome.queues.length === 0) {
      this.reject(place, "unroutable", "No queue is bound for the event.");
    } else this.accepted++;
  }

  output(samples: boolean): TallyOutput {
    const { accepted, duplicates, sampledOut, rejected } = this;
    return {
      accepted,
      duplicates,
      ...(samples && { sampled_out: sampledOut }),
      // What Redis refused is known later than what was refused here.
      rejected: rejected.toSorted((one, other) => one.index - other.index),
    };
  }
}
