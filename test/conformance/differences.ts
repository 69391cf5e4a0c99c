/**
 * Where this library differs from Kombu on purpose: for which cases, what it does instead, and why.
 *
 * Nothing here excuses a case: a difference says exactly what must be seen instead, and one that changes nothing fails.
 * @module
 */
import type { NormalCommand, NormalEnvelope } from "./normal.ts";
import { REFUSALS } from "./refusals.ts";

/** What must be seen instead of what Kombu did. */
export type Expectation =
  /** From Kombu's commands to ours. */
  | { readonly rewrite: (commands: readonly NormalCommand[]) => readonly NormalCommand[] }
  /** Ours in full, envelopes as Kombu would write them. */
  | { readonly commands: readonly (readonly string[])[] }
  /** Kombu's commands; only what the call comes to differs. */
  | { readonly sameCommands: true }
  /** Nothing is sent, and the error has this code and names this field. */
  | { readonly refused: string; readonly field?: string }
  /** Checked wherever it applies, by the replay itself. */
  | { readonly everywhere: true };

/** One deliberate difference. */
export interface Difference {
  readonly id: string;
  readonly kombu: string;
  readonly ours: string;
  readonly why: string;
  /** Names of the cases that it concerns, in `vectors/kombu.json`, `further.ts` or (as `topic: key`) `vectors/topic.json`. */
  readonly cases: readonly string[];
  readonly expect: Expectation;
  /** What the case's last step must come to, where that differs too; of a delivery all but its tag. */
  readonly outcome?: unknown;
}

const DECLARES = [
  "declare direct queue",
  "declare topic queue",
  "declare queue without exchange: no binding",
  "declare queue with multiple bindings (direct + topic)",
  "publish with declare=[queue], twice (declaration cached)",
  "declare auto-named queue",
  "delete declared queue",
];
const UNDECLARED_TOPIC = "topic exchange NOT declared: falls back to direct matching";
const TWO_QUEUES = "direct exchange, two queues: same delivery_tag twice";

function isPush(command: NormalCommand | undefined): boolean {
  return command?.[0] === "LPUSH";
}

function envelopeOf(command: NormalCommand): NormalEnvelope {
  return command[2] as NormalEnvelope;
}

/** Puts MULTI and EXEC around every run of at least two commands of that name. */
function together(name: string): (commands: readonly NormalCommand[]) => readonly NormalCommand[] {
  return (commands) => {
    const rewritten: NormalCommand[] = [];
    for (const [index, command] of commands.entries()) {
      const before = commands[index - 1]?.[0] === name;
      const after = commands[index + 1]?.[0] === name;
      if (command[0] === name && !before && after) rewritten.push(["MULTI"]);
      rewritten.push(command);
      if (command[0] === name && before && !after) rewritten.push(["EXEC"]);
    }
    return rewritten;
  };
}

export const DIFFERENCES: readonly Difference[] = [
  {
    id: "compact-json",
    kombu: "writes JSON with spaces and with everything beyond ASCII escaped",
    ours: "writes compact JSON in UTF-8; values, their types and the order of keys are the same",
    why: "fewer bytes over HTTP; every consumer reads it",
    cases: ["every case that sends an envelope"],
    expect: { everywhere: true },
  },
  {
    id: "own-delivery-tag",
    kombu: "gives all copies of one publish the same delivery tag",
    ours: "each copy has its own: the first the publish's, the others differ in the last group",
    why: "copies with one tag share one entry among the unacknowledged, and one queue's ack loses the other's copy",
    cases: [TWO_QUEUES, UNDECLARED_TOPIC],
    expect: {
      rewrite: (commands) => {
        const copies = new Map<number, number>();
        return commands.map((command): NormalCommand => {
          if (!isPush(command)) return command;
          const envelope = envelopeOf(command);
          const copy = (copies.get(envelope.tag) ?? 0) + 1;
          copies.set(envelope.tag, copy);
          return ["LPUSH", command[1]!, { ...envelope, copy }];
        });
      },
    },
  },
  {
    id: "atomic-copies",
    kombu: "pushes the copies of one publish one by one",
    ours: "pushes them in one transaction, in one HTTP request",
    why: "a failure half-way leaves some queues without their copy, and a repeat doubles the others'",
    cases: [TWO_QUEUES, UNDECLARED_TOPIC],
    expect: { rewrite: together("LPUSH") },
  },
  {
    id: "stated-type-decides",
    kombu:
      "treats an exchange that this connection has not declared as direct, whatever type its object states",
    ours: "the type that the caller states decides; without one, a row with a pattern is matched as topic",
    why: "a topic or fanout message is otherwise lost without a word",
    cases: [UNDECLARED_TOPIC],
    expect: {
      rewrite: ([read, push]) => [read!, ["LPUSH", "q1", push![2]!], push!],
    },
  },
  {
    id: "no-count-on-declare",
    kombu: "asks for the queue's lengths when it declares one",
    ours: "writes the bindings only; nothing at all for a queue without any",
    why: "the lengths are a return value that nobody can use here, and a request of its own",
    cases: DECLARES,
    expect: {
      rewrite: (commands) => {
        const end = commands.findIndex(([name]) => name === "EXEC");
        const counts = commands.slice(1, end);
        if (commands[0]?.[0] !== "MULTI" || counts.some(([name]) => name !== "LLEN")) return commands;
        return commands.slice(end + 1);
      },
    },
  },
  {
    id: "bindings-together",
    kombu: "writes a queue's bindings one by one",
    ours: "writes them in one transaction",
    why: "one HTTP request, and no half-bound queue",
    cases: ["declare queue with multiple bindings (direct + topic)"],
    expect: { rewrite: together("SADD") },
  },
  {
    id: "cached-bindings",
    kombu: "reads the exchange's bindings for every publish",
    ours: "keeps them for 30 seconds, and refreshes them in the request that pushes",
    why: "one HTTP request for a publish instead of two",
    cases: ["publish with declare=[queue], twice (declaration cached)"],
    expect: {
      rewrite: (commands) => {
        const first = commands.findIndex(([name]) => name === "SMEMBERS");
        return commands.filter(([name], index) => name !== "SMEMBERS" || index === first);
      },
    },
  },
  {
    id: "dead-letters-of-topics",
    kombu: "discards what no topic binding matches, although a dead-letter queue is configured",
    ours: "puts it into the dead-letter queue, as for a direct exchange",
    why: "whoever configures a dead-letter queue wants the messages",
    cases: ["deadletter_queue ignored for topic no match"],
    expect: {
      commands: [
        ["SMEMBERS", "_kombu.binding.t"],
        [
          "LPUSH",
          "dlq",
          '{"body": "MQ==", "content-encoding": "utf-8", "content-type": "application/json", "headers": {}, "properties": {"delivery_mode": 2, "delivery_info": {"exchange": "t", "routing_key": "k"}, "priority": 0, "body_encoding": "base64", "delivery_tag": "00000000-0000-4000-8000-000000000001"}}',
        ],
      ],
    },
    outcome: { status: "unroutable", queues: ["dlq"], warnings: ["the exchange has no bindings"] },
  },
  {
    id: "malformed-row-is-skipped",
    kombu: "fails every publish to an exchange that has one malformed binding",
    ours: "skips the row and says so in the delivery's warnings",
    why: "one bad row must not stop an exchange",
    cases: ["malformed binding row"],
    expect: { sameCommands: true },
    outcome: {
      status: "unroutable",
      queues: [],
      warnings: ["a binding was skipped: malformed"],
    },
  },
  {
    id: "delete-names-its-bindings",
    kombu: "removes the bindings that this very process made",
    ours: "removes the bindings that the queue object names",
    why: "what a process remembers means nothing where every request may run in another one",
    cases: ["delete declared queue"],
    expect: { rewrite: (commands) => commands.filter(([name]) => name !== "SREM") },
  },
  {
    id: "delete-counts",
    kombu: "does not say how many messages a deleted queue held",
    ours: "counts them in the transaction that removes them",
    why: "whoever deletes a queue is told what is gone",
    cases: ["delete declared queue"],
    expect: {
      rewrite: (commands) =>
        commands.flatMap((command) => (command[0] === "DEL" ? [["LLEN", command[1]!], command] : [command])),
    },
    outcome: 0,
  },
  {
    id: "delete-always-deletes",
    kombu: "sends nothing for a queue that this process has not bound, and leaves its messages",
    ours: "removes the messages, in the lists of all priorities",
    why: "a call that says delete must delete",
    cases: ["delete queue unknown to this connection: no commands"],
    expect: {
      commands: [
        ["MULTI"],
        ...["q1", "q1\x06\x163", "q1\x06\x166", "q1\x06\x169"].flatMap((list) => [
          ["LLEN", list],
          ["DEL", list],
        ]),
        ["EXEC"],
      ],
    },
    outcome: 0,
  },
  {
    id: "unbind-unbinds",
    kombu: "only reads the bindings: an unbound queue keeps receiving",
    ours: "removes the row, and tells whether there was one",
    why: "a call that says unbind must unbind",
    cases: ["unbind"],
    expect: {
      commands: [
        ["SADD", "_kombu.binding.d", "k\x06\x16\x06\x16q1"],
        ["SREM", "_kombu.binding.d", "k\x06\x16\x06\x16q1"],
      ],
    },
    outcome: true,
  },
  {
    id: "mandatory-is-kept",
    kombu: "accepts `mandatory` and ignores it",
    ours: "rejects with `UnroutableError` when nobody is bound",
    why: "a publisher that asks is told",
    cases: ["mandatory without a binding"],
    expect: { commands: [["SMEMBERS", "_kombu.binding.d"]] },
    outcome: { error: "unroutable" },
  },
  {
    id: "poison-pattern-is-skipped",
    kombu: "stores a topic pattern that Python cannot compile, and then fails every publish to the exchange",
    ours: "refuses to bind it; a row that others stored is skipped and named in the delivery's warnings",
    why: "one bad row must not stop an exchange, least of all for every other producer",
    cases: ["topic: *a", "topic: a.**", "topic: **"],
    expect: { everywhere: true },
  },
  ...REFUSALS,
];
