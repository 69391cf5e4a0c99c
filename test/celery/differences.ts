/**
 * @module Where this library does not send what Celery's own producer sends, and why. The vector test holds each case to
 * this table: a difference that is not listed fails it, and so does one that is listed and not there.
 */

export interface Difference {
  /** The golden case, or `*` for all that have the place. */
  readonly vector: string;
  /** Where: a place in the decoded message, or a command. */
  readonly place: string;
  readonly reason: string;
}

/** Settings under which the comparison is made, because the defaults differ: what the default is, and why. */
export const DEFAULTS_THAT_DIFFER: readonly {
  readonly setting: string;
  readonly python: unknown;
  readonly ours: unknown;
  readonly reason: string;
}[] = [
  {
    setting: "taskIgnoreResult",
    python: false,
    ours: null,
    reason:
      "false overrules the task's own ignore_result from Celery 5.7 on; null leaves it to the task on every version",
  },
  {
    setting: "replyTo",
    python: "aaaaaaaa-aaaa-3aaa-8aaa-aaaaaaaaaaaa",
    ours: "",
    reason: "only an rpc:// result backend reads it, and a queue that nobody reads would grow for ever",
  },
  {
    setting: "origin",
    python: "gen4242@edge",
    ours: "gen0@edge",
    reason: "there is no process id and no host name",
  },
  {
    setting: "chordExpires",
    python: 86_400,
    ours: 604_800,
    reason: "only a finished part renews it: a chord whose first part takes longer would never call its body",
  },
];

export const DIFFERENCES: readonly Difference[] = [
  { vector: "*", place: "headers.lang", reason: "says js, which no worker looks at" },
  {
    vector: "*",
    place: "PUBLISH of a chord's size",
    reason: "nobody subscribes to it; the size itself is written in the request that sends the header",
  },
  { vector: "*", place: "microseconds", reason: "the clock of JavaScript has milliseconds" },
  {
    vector: "eta_naive",
    place: "headers.eta",
    reason: "workers take a moment without an offset for UTC, so it is said: +00:00",
  },
  {
    vector: "nested",
    place: "headers.argsrepr",
    reason: "JavaScript has no tuples: the empty one inside is printed as a list",
  },
  {
    vector: "starmap",
    place: "headers.kwargsrepr",
    reason: "JavaScript has no tuples: those inside are printed as lists",
  },
  {
    vector: "chain_group_task",
    place: "body",
    reason:
      "the chord and its header bear the body's id, so that a failure before it is seen where its result is looked for",
  },
  { vector: "bzip2", place: "body", reason: "the test has no bzip2; the case is about the header" },
  {
    vector: "pickle",
    place: "outcome",
    reason: "refused: unpickling runs code of the sender's choice, and only Python writes it",
  },
  {
    vector: "priority_out_of_range",
    place: "outcome",
    reason: "refused: 50 would be the least urgent while the caller may mean the most",
  },
  {
    vector: "topic_rk_exch",
    place: "bindings",
    reason:
      "Python binds the default queue only and drops the message; all configured queues of the exchange are bound",
  },
  { vector: "topic_rk_exch", place: "messages", reason: "it reaches the queue that Python lost it for" },
  {
    vector: "topic_default",
    place: "bindings",
    reason: "all configured queues of the exchange are bound, as workers will bind them",
  },
  {
    vector: "topic_queue_feed",
    place: "bindings",
    reason: "all configured queues of the exchange are bound, as workers will bind them",
  },
  {
    vector: "direct_named_exchange",
    place: "bindings",
    reason:
      "Python binds the default queue only and drops the message; all configured queues of the exchange are bound",
  },
  {
    vector: "direct_named_exchange",
    place: "messages",
    reason: "it reaches the queue that Python lost it for",
  },
  {
    vector: "broadcast",
    place: "messages",
    reason: "Python's own broadcast reaches nobody on Redis; this one is published where the workers listen",
  },
  {
    vector: "exchange_rk_bound",
    place: "bindings",
    reason: "Python's process had bound the queue before; the binding is written here",
  },
  {
    vector: "store_custom_state",
    place: "outcome",
    reason: "storing results is for workers: there is no method for it here",
  },
];
